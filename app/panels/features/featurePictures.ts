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

const known = new WeakMap<Float32Array, FeaturePicture>()

/** The picture that was asked about with this tensor, also when it is not shown any more. */
export const pictureOf = (tensor: Float32Array | undefined): FeaturePicture | null =>
  (tensor && known.get(tensor)) ?? null

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
    const shown =
      isAll && kept.length > 1
        ? kept
            .slice(0, mostSideBySide)
            .map((picture) => ({ name: picture.name, view: picture.seen.view, tensor: knownTensor(picture) }))
        : current
          ? [current]
          : []
    for (const picture of shown) known.set(picture.tensor, picture)
    return shown
  }, [current, isPending, kept, isAll])
}
