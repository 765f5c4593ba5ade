import { useEffect, useMemo } from 'react'
import type { ContributionMap } from '../../../engine/index'
import { engine } from '../../engine/engine'
import { useDocumentStore } from '../../state/documentStore'
import { type FieldQuestion, type FieldStatus, isSameQuestion, useFieldStore } from '../../state/fieldStore'
import { useRunStore } from '../../state/runStore'
import { useWeightsStore } from '../../state/weightsStore'

export interface MeasuredField {
  readonly status: FieldStatus
  /** Of the place that is asked about; null until it is measured. */
  readonly map: ContributionMap | null
}

/** Asks for the contributions to a place while somebody looks at them; null asks nothing. */
export function useMeasuredField(instancePath: string, place: number | null): MeasuredField {
  const document = useDocumentStore((state) => state.document)
  const picture = useRunStore((state) => state.picture)
  const weights = useWeightsStore((state) => state.loaded?.id ?? null)
  const isReady = useRunStore((state) => state.device?.available === true)
  const asked = useFieldStore((state) => state.asked)
  const status = useFieldStore((state) => state.status)
  const answer = useFieldStore((state) => state.answer)
  const question = useMemo<FieldQuestion | null>(() => {
    if (place === null) return null
    const { height, width } = document.input
    const tensor = picture?.tensor.length === height * width * 3 ? picture.tensor : null
    return { document, picture: tensor, weights, instancePath, place }
  }, [document, picture, weights, instancePath, place])

  useEffect(() => {
    if (question && isReady && !isSameQuestion(asked, question)) engine.askField(question)
  }, [question, isReady, asked])
  useEffect(() => () => engine.leaveField(), [])

  const map = answer && question && isSameQuestion(answer.question, question) ? answer.map : null
  return { status, map }
}
