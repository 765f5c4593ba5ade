/**
 * What can be looked at beside a run: one question and one answer per kind of look. A look never changes the design, and a newer
 * look of the same kind takes an older one back.
 */
import type { ContributionMap } from '../analysis/fieldMass'
import type { Side } from '../analysis/foreground'
import type { ChannelSummary } from '../analysis/tokens'
import type { FieldRule } from '../autodiff/effectiveField'
import type { Document } from '../document/types'
import type { Grid } from '../graph/graph'

/** What is looked at: a design, on pictures, with weights. */
export interface Subject {
  readonly document: Document
  /** Each [height, width, 3], normalised; without one the procedural picture. */
  readonly pictures: readonly Float32Array[]
  /** A file that was read; null for weights by their rule. */
  readonly weights: string | null
}

/** One question and its answer per kind. */
export interface Looks {
  readonly field: { readonly question: FieldQuestion; readonly answer: FieldAnswer }
  readonly features: { readonly question: FeaturesQuestion; readonly answer: FeaturesAnswer }
}

export type LookKind = keyof Looks
export type QuestionOf<K extends LookKind> = Looks[K]['question']
export type AnswerOf<K extends LookKind> = Looks[K]['answer']

/** What every pixel contributes to one place of an instance's output, by reverse mode, averaged over the pictures. */
export interface FieldQuestion {
  /** Instance path of the module. */
  readonly path: string
  /** Index of the place: a token, or row × width + column of a map. */
  readonly place: number
  /** 'absolute': |gradient| of the sum of the channels. 'positive': positive channels and positive gradients only. */
  readonly rule: FieldRule
  /** With weights by their rule instead of those that were read. */
  readonly isRandom: boolean
}

export interface FieldAnswer {
  /** Mean over the pictures so far. */
  readonly map: ContributionMap
  readonly pictures: number
}

/** What one instance gives, for every picture: a module, a block or a stage. */
export interface FeaturesQuestion {
  /** Instance path. */
  readonly path: string
  /** Which tokens the principal components are fitted on; null asks for none. */
  readonly components: Side | null
}

export interface FeaturesAnswer {
  /** In the order of the pictures, those so far. */
  readonly maps: readonly FeatureMap[]
  /** Where the positions lie; null where they have no place, as a vector or rows of windows. */
  readonly grid: Grid | null
  readonly positions: number
  readonly channels: number
  /** 1 when all channels came; 3 when only 0, 3, 6 ... did, because all of them are too much. */
  readonly every: number
  /** Of all channels, over the pictures so far. */
  readonly summary: ChannelSummary
  readonly components: FeatureComponents | null
}

export interface FeatureMap {
  /** [positions, ⌈channels / every⌉] */
  readonly values: Float32Array
  /** Euclidean length of every position, over all channels. */
  readonly norms: Float32Array
}

/** Fitted over all channels of all pictures together, so that their colours mean the same. */
export interface FeatureComponents {
  /** Share of the variance of what was fitted along each; as many as there are, three at most. */
  readonly explained: readonly number[]
  /** Per picture [positions, components]. */
  readonly scores: readonly Float32Array[]
  /** Per picture [positions]: 1 where the fit looked. */
  readonly isUsed: readonly Uint8Array[]
}
