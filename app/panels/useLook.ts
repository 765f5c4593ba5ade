import { useEffect, useMemo } from 'react'
import type { AnswerOf, LookKind, QuestionOf } from '../../engine/index'
import { engine } from '../engine/engine'
import { useDocumentStore } from '../state/documentStore'
import { type Asked, isSameAsked, type LookStatus, lookState, useLookStore } from '../state/lookStore'
import { canRun, useRunStore } from '../state/runStore'
import { useWeightsStore } from '../state/weightsStore'

export interface Looked<K extends LookKind> {
  readonly status: LookStatus
  /** To the question as it is now; null until it comes. */
  readonly answer: AnswerOf<K> | null
  /** To an earlier question of the same kind: something to draw meanwhile. */
  readonly earlier: { readonly to: Asked<K>; readonly value: AnswerOf<K> } | null
}

export interface LookOptions {
  /** Instead of the current one; the same array as long as they are the same. */
  readonly pictures?: readonly Float32Array[]
  /** A view that shows two answers of one kind at once asks from two seats. */
  readonly seat?: string
}

/**
 * Asks about the current design, picture and weights while somebody looks; null asks nothing. `question` may be made anew with
 * every drawing: what it says counts.
 */
export function useLook<K extends LookKind>(
  kind: K,
  question: QuestionOf<K> | null,
  { pictures, seat = 'main' }: LookOptions = {},
): Looked<K> {
  const document = useDocumentStore((state) => state.document)
  const picture = useRunStore((state) => state.picture)
  const weights = useWeightsStore((state) => state.loaded?.id ?? null)
  const isReady = useRunStore(canRun)
  const state = useLookStore((states) => lookState(states, kind, seat))
  const said = question && JSON.stringify(question)
  const wanted = useMemo<Asked<K> | null>(() => {
    if (said === null) return null
    const { height, width } = document.input
    const fitting = (pictures ?? (picture ? [picture.tensor] : [])).filter(
      (tensor) => tensor.length === height * width * 3,
    )
    return { subject: { document, pictures: fitting, weights }, question: JSON.parse(said) as QuestionOf<K> }
  }, [document, picture, pictures, weights, said])

  const { asked } = state
  useEffect(() => {
    if (wanted && isReady && !isSameAsked(asked, wanted)) engine.ask(kind, seat, wanted)
  }, [kind, seat, wanted, isReady, asked])
  useEffect(() => () => engine.leave(kind, seat), [kind, seat])

  const answer = wanted && state.answer && isSameAsked(state.answer.to, wanted) ? state.answer.value : null
  return { status: state.status, answer, earlier: state.answer }
}
