/**
 * What can be looked at beside a run: one question and one answer per kind of look. A look never changes the design, and a newer
 * look of the same kind takes an older one back.
 */
import type { ContributionMap } from '../analysis/fieldMass'
import type { FieldRule } from '../autodiff/effectiveField'
import type { Document } from '../document/types'

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
