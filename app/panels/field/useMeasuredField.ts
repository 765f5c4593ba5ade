import type { ContributionMap } from '../../../engine/index'
import type { LookStatus } from '../../state/lookStore'
import { useLook } from '../useLook'

export interface MeasuredField {
  readonly status: LookStatus
  /** Of the place that is asked about; null until it is measured. */
  readonly map: ContributionMap | null
}

/** Asks for the contributions to a place while somebody looks at them; null asks nothing. */
export function useMeasuredField(path: string, place: number | null): MeasuredField {
  const { status, answer } = useLook(
    'field',
    place === null ? null : { path, place, rule: 'absolute', isRandom: false },
  )
  return { status, map: answer?.map ?? null }
}
