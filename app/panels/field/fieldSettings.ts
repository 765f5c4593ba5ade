/** How contributions are measured and shown; kept for the session. */
import { create } from 'zustand'
import type { MeasuredMap } from './useMeasuredField'

type Weights = 'loaded' | 'random' | 'both'

interface FieldSettings {
  /** 'absolute': |gradient|. 'positive': RepLKNet's rule. */
  readonly rule: 'absolute' | 'positive'
  /** The picture in view, or the mean over all that are there. */
  readonly pictures: 'current' | 'all'
  /** Matters only where weights of a file are in use. */
  readonly weights: Weights
  readonly hasContours: boolean
  /** Measure at every depth too, for the lines of the chart. */
  readonly isGrowing: boolean
  /** A map of before, perhaps of another design, to compare with. */
  readonly keptMap: MeasuredMap | null
}

export const useFieldSettings = create<FieldSettings>()(() => ({
  rule: 'absolute',
  pictures: 'current',
  weights: 'loaded',
  hasContours: false,
  isGrowing: false,
  keptMap: null,
}))
