/** The pictures that features are looked at on: the current one, or all of them side by side. */
import { useMemo } from 'react'
import type { Raster } from '../../figure/mapFigure'
import { type KeptPicture, tensorOf, usePictureStore } from '../../state/pictureStore'
import { useRunStore } from '../../state/runStore'

export interface FeaturePicture {
  readonly name: string
  readonly view: Raster
  readonly tensor: Float32Array
}

/** More than these side by side are too small to read, and too much for a GPU to keep anyone waiting. */
export const mostSideBySide = 12

const tensors = new WeakMap<KeptPicture['seen'], Float32Array>()

/** The same array for the same picture: a question about it is not a new one. */
function knownTensor(picture: KeptPicture): Float32Array {
  let tensor = tensors.get(picture.seen)
  if (!tensor) {
    tensor = tensorOf(picture)
    tensors.set(picture.seen, tensor)
  }
  return tensor
}

/** Null while pictures are being brought to the design's input size. */
export function useFeaturePictures(isAll: boolean): readonly FeaturePicture[] | null {
  const current = useRunStore((state) => state.picture)
  const isPending = useRunStore((state) => state.isPicturePending)
  const kept = usePictureStore((state) => state.pictures)
  return useMemo(() => {
    if (isPending) return null
    if (!isAll || kept.length < 2) return current ? [current] : []
    return kept
      .slice(0, mostSideBySide)
      .map((picture) => ({ name: picture.name, view: picture.seen.view, tensor: knownTensor(picture) }))
  }, [current, isPending, kept, isAll])
}
