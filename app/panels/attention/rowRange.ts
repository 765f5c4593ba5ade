/** The keys of a row that lie on the picture, and the range that the colour bar shows. */
import type { Grid } from '../../../engine/index'

export interface RowRange {
  readonly low: number
  readonly high: number
}

/** Smallest and largest weight among the patches; CLS and registers are left out, they would hide the rest. */
export function rangeOf(row: Float32Array, grid: Grid): RowRange {
  let low = Number.POSITIVE_INFINITY
  let high = 0
  for (let key = grid.prefix; key < row.length; key++) {
    const weight = row[key] ?? 0
    if (weight < low) low = weight
    if (weight > high) high = weight
  }
  return { low: Number.isFinite(low) ? low : 0, high }
}

/** Where a weight lies in the range, 0..1; a constant row is all in the middle. */
export const shareOf = (weight: number, { low, high }: RowRange): number =>
  high > low ? (weight - low) / (high - low) : 0.5
