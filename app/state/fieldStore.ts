/** The measured receptive field that was asked for last. */
import { create } from 'zustand'
import type { ContributionMap, Document, Stage } from '../../engine/index'

/** Which place of which layer, on which design and picture. */
export interface FieldQuestion {
  readonly document: Document
  readonly picture: Float32Array | null
  /** Of the file in use. */
  readonly weights: string | null
  readonly instancePath: string
  readonly place: number
}

export type FieldStatus =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly stage: Stage; readonly done: number; readonly total: number }
  | { readonly kind: 'failed'; readonly message: string }

interface FieldState {
  /** Rises with every question; answers to older ones are dropped. */
  readonly id: number
  readonly asked: FieldQuestion | null
  readonly status: FieldStatus
  readonly answer: { readonly question: FieldQuestion; readonly map: ContributionMap } | null
  set(part: Partial<Omit<FieldState, 'set'>>): void
}

export const useFieldStore = create<FieldState>()((set) => ({
  id: 0,
  asked: null,
  status: { kind: 'idle' },
  answer: null,
  set: (part) => set(part),
}))

export const isSameQuestion = (a: FieldQuestion | null | undefined, b: FieldQuestion): boolean =>
  a?.document === b.document &&
  a.picture === b.picture &&
  a.weights === b.weights &&
  a.instancePath === b.instancePath &&
  a.place === b.place
