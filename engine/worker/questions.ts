/**
 * What can be looked at beside a run: one question and one answer per kind of look. A look never changes the design, and a newer
 * look of the same kind takes an older one back.
 */
import type { ContributionMap } from '../analysis/fieldMass'
import type { Side } from '../analysis/foreground'
import type { MixingSide } from '../analysis/mixingSides'
import type { ChannelSummary } from '../analysis/tokens'
import type { FieldRule } from '../autodiff/effectiveField'
import type { MixingDirection } from '../autodiff/mixing'
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
  readonly fieldGrowth: { readonly question: FieldGrowthQuestion; readonly answer: FieldGrowthAnswer }
  readonly features: { readonly question: FeaturesQuestion; readonly answer: FeaturesAnswer }
  readonly mixing: { readonly question: MixingQuestion; readonly answer: MixingAnswer }
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

/** How the field grows with depth. */
export interface FieldGrowthQuestion extends Pick<FieldQuestion, 'rule' | 'isRandom'> {
  readonly depths: readonly (Pick<FieldQuestion, 'path' | 'place'> & {
    /** Pixel that the squares lie around. */
    readonly centre: { readonly y: number; readonly x: number }
  })[]
  /** Of all contributions, 0..1. */
  readonly shares: readonly number[]
}

export interface FieldGrowthAnswer {
  /** Those that are measured, in the order asked for. */
  readonly depths: readonly FieldSides[]
}

export interface FieldSides {
  readonly path: string
  /** In pixels, one per share. */
  readonly sides: readonly number[]
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

/** Who looks at whom, for anything: one row or column of the Jacobian of a module, a block, a stage or the network. */
export interface MixingQuestion {
  /** Instance path of a module, block or stage, or '' for the network from picture to output. */
  readonly path: string
  /** The last instance of a run that begins with `path`, as the last block of a stage; null for `path` by itself. */
  readonly through: string | null
  /** 'reads': what a place of the output reads. 'readBy': which places of the output read a place of the input. */
  readonly direction: MixingDirection
  /** Of the side that is asked about, counted as MixingSide says; null for the middle of its map. */
  readonly place: number | null
  /** Random probes where the map cannot be exact. */
  readonly probes: number
  readonly seed: number
  /** Of the side that is asked about, by itself; null for all of them. */
  readonly channel: number | null
  /** Leave out what goes straight past the branches of a block. */
  readonly withoutResidual: boolean
}

export interface MixingAnswer {
  readonly place: number
  /** Where the places of the side that was asked about lie, and those of the other, for which the numbers are. */
  readonly asked: MixingSide
  readonly shown: MixingSide
  /** Per place of `shown`, the Frobenius norm of the derivatives between the two places, over all channels. */
  readonly norms: Float32Array
  /** Where channels do not mix, the weights with their signs, mean over channels; null elsewhere. */
  readonly weights: Float32Array | null
  readonly kind: 'exact' | 'estimate'
  /** Gradients that were taken. */
  readonly probes: number
  /** Of an estimate, the standard error of each norm; null for an exact map and after a single probe. */
  readonly errors: Float32Array | null
  /** Of an estimate, the size of all errors together relative to that of all norms. */
  readonly spread: number | null
  /** Then the map is the same for every picture, unless other inputs take part. */
  readonly isLinear: boolean
  readonly keepsChannels: boolean
  /** Of the side that was asked about. */
  readonly channels: number
  /** What goes straight past the branches. */
  readonly residual: 'kept' | 'left out' | 'none'
  /** A sentence where an exact map was too much; null elsewhere. */
  readonly note: string | null
}
