/** One way in which checkpoints name their tensors otherwise than timm does now. */
import { elements } from '../graph/graph'
import type { FileTensor } from './safetensors'

export interface Renaming {
  /** For people: whose names these are. */
  readonly of: string
  /** What a name becomes; that may depend on the other names in the file, and on those wanted. */
  readonly changeAmong: (names: readonly string[], wanted: readonly string[]) => Change
  /** Where numbers change as well: looks at all tensors by their new names, and exchanges some. */
  readonly finish?: (tensors: Map<string, FileTensor>) => void
}

export type Change = (name: string) => string

/** Every name for itself. */
export const byName = (of: string, change: Change, finish?: Renaming['finish']): Renaming => ({
  of,
  changeAmong: () => change,
  ...(finish && { finish }),
})

/** Pairs of a pattern and its replacement, one after the other. */
export const inOrder =
  (...steps: readonly (readonly [RegExp, string | ((...match: string[]) => string)])[]): Change =>
  (name) =>
    steps.reduce((now, [pattern, to]) => now.replace(pattern, to as string), name)

/** A tensor whose numbers are worked out when they are read. */
export function computed(shape: FileTensor['shape'], values: () => Float32Array): FileTensor {
  let known: Float32Array | undefined
  return {
    shape,
    get data() {
      known ??= values()
      return known
    },
  }
}

/** A matrix with its axes exchanged, whatever axes of 1 or parts its shape names beside. */
export const transposed = (
  tensor: FileTensor,
  [rows, columns]: readonly [number, number],
  shape: FileTensor['shape'] = [columns, rows],
): FileTensor =>
  computed(shape, () => {
    const { data } = tensor
    return Float32Array.from(
      { length: rows * columns },
      (_, i) => data[(i % rows) * columns + Math.floor(i / rows)] ?? 0,
    )
  })

export const zeros = (shape: FileTensor['shape']): FileTensor =>
  computed(shape, () => new Float32Array(elements(shape)))
