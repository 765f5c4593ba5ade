/** What was asked last by each who looks, and what came back. */
import { create } from 'zustand'
import type { AnswerOf, LookKind, QuestionOf, Stage, Subject } from '../../engine/index'

export type LookStatus =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly stage: Stage; readonly done: number; readonly total: number }
  | { readonly kind: 'failed'; readonly message: string }

export interface Asked<K extends LookKind> {
  readonly subject: Subject
  readonly question: QuestionOf<K>
}

/** One kind of look, from one seat. */
export interface LookState<K extends LookKind> {
  /** Rises with every question; answers to older ones are dropped. */
  readonly id: number
  readonly asked: Asked<K> | null
  readonly status: LookStatus
  readonly answer: { readonly to: Asked<K>; readonly value: AnswerOf<K> } | null
}

/** By kind and, within it, by seat: a view that shows two answers of one kind asks from two seats. */
type LookStates = { readonly [K in LookKind]?: { readonly [seat: string]: LookState<K> } }

export const useLookStore = create<LookStates>()(() => ({}))

const untouched = { id: 0, asked: null, status: { kind: 'idle' }, answer: null } as const

export function lookState<K extends LookKind>(states: LookStates, kind: K, seat: string): LookState<K> {
  return states[kind]?.[seat] ?? untouched
}

export function setLook<K extends LookKind>(kind: K, seat: string, part: Partial<LookState<K>>): void {
  useLookStore.setState((states) => ({
    [kind]: { ...states[kind], [seat]: { ...lookState(states, kind, seat), ...part } },
  }))
}

/** Nothing that was asked is on its way any more: whoever still looks asks again. */
export function askAgain(): void {
  eachLook((kind, seat, { status }) =>
    setLook(kind, seat, { asked: null, ...(status.kind === 'running' && { status: { kind: 'idle' } }) }),
  )
}

export function eachLook(visit: (kind: LookKind, seat: string, state: LookState<LookKind>) => void): void {
  for (const [kind, seats] of Object.entries(useLookStore.getState()))
    for (const [seat, state] of Object.entries(seats)) visit(kind as LookKind, seat, state)
}

/** Pictures are compared by identity, questions by what they say. */
export function isSameAsked<K extends LookKind>(a: Asked<K> | null | undefined, b: Asked<K>): boolean {
  return (
    a?.subject.document === b.subject.document &&
    a.subject.weights === b.subject.weights &&
    a.subject.pictures.length === b.subject.pictures.length &&
    a.subject.pictures.every((picture, index) => picture === b.subject.pictures[index]) &&
    JSON.stringify(a.question) === JSON.stringify(b.question)
  )
}
