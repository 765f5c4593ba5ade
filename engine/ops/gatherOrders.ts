/** How exporters write a gather whose gathered axis must follow the batch axes. */
import type { GatherAttributes } from './attributes'

export interface GatherOrders {
  /** Axes of x with the gathered axis right behind the batch axes. */
  readonly inFront: readonly number[]
  /** From [batch axes, axes of the index, other axes] to the axes of the result. */
  readonly backInPlace: readonly number[]
}

export function gatherOrders(
  { axis, batch }: GatherAttributes,
  rank: number,
  indexRank: number,
): GatherOrders {
  const free = indexRank - batch
  const between = range(batch, axis)
  return {
    inFront: [...range(0, batch), axis, ...between, ...range(axis + 1, rank)],
    backInPlace: [
      ...range(0, batch),
      ...between.map((at) => at + free),
      ...range(batch, batch + free),
      ...range(axis + free, rank - 1 + free),
    ],
  }
}

/** The order that undoes a transpose. */
export function inverse(axes: readonly number[]): readonly number[] {
  return axes.map((_, axis) => axes.indexOf(axis))
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)
}
