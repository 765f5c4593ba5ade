import { useMemo } from 'react'
import { type ContributionMap, type FieldQuestion, logarithmic } from '../../../engine/index'
import type { LookStatus } from '../../state/lookStore'
import { useLook } from '../useLook'

export interface Measured {
  readonly status: LookStatus
  /** As it is weighed and drawn; of the place that is asked about, perhaps of fewer pictures yet. */
  readonly map: ContributionMap | null
  readonly pictures: number
}

/** Asks for the contributions to a place while somebody looks at them; null asks nothing. */
export function useMeasured(
  question: FieldQuestion | null,
  pictures: readonly Float32Array[] | null,
  seat: string,
): Measured {
  const { status, answer } = useLook('field', question, { ...(pictures && { pictures }), seat })
  const rule = question?.rule
  const map = useMemo(
    () => (answer && (rule === 'positive' ? logarithmic(answer.map) : answer.map)) ?? null,
    [answer, rule],
  )
  return { status, map, pictures: answer?.pictures ?? 0 }
}
