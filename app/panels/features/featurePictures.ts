/** The pictures that features are looked at on, side by side. */
import { useMemo } from 'react'
import type { Raster } from '../../figure/mapFigure'
import { useRunStore } from '../../state/runStore'

export interface FeaturePicture {
  readonly name: string
  readonly view: Raster
  readonly tensor: Float32Array
}

export function useFeaturePictures(): readonly FeaturePicture[] {
  const picture = useRunStore((state) => state.picture)
  return useMemo(() => (picture ? [picture] : []), [picture])
}
