/** The range of values that colours stand for. */

export interface ValueRange {
  readonly low: number
  readonly high: number
}

/** From the `share`-th smallest value to the `share`-th largest (0.01: all but the outer 1 % on each side), interpolated. */
export function percentileRange(values: Float32Array | Float64Array, share: number): ValueRange {
  const sorted = Float64Array.from(values).sort()
  const at = (where: number) => {
    const position = where * (sorted.length - 1)
    const below = sorted[Math.floor(position)] ?? 0
    const above = sorted[Math.ceil(position)] ?? below
    return below + (above - below) * (position - Math.floor(position))
  }
  return { low: at(share), high: at(1 - share) }
}

/** Where a value lies in its range, 0..1; a range without width is all in the middle. */
export const shareIn = (value: number, { low, high }: ValueRange): number =>
  high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5

/**
 * Red, green and blue of every token from its first three scores, each scaled to its own range: [tokens, 3], 0..255.
 * `scores`: [tokens, axes]; an axis that is missing is in the middle.
 */
export function scoreColours(scores: Float32Array, ranges: readonly ValueRange[]): Uint8ClampedArray {
  const axes = ranges.length
  const tokens = axes > 0 ? scores.length / axes : 0
  const colours = new Uint8ClampedArray(tokens * 3).fill(128)
  for (let token = 0; token < tokens; token++) {
    for (let axis = 0; axis < Math.min(3, axes); axis++) {
      const range = ranges[axis]
      if (range) colours[token * 3 + axis] = 255 * shareIn(scores[token * axes + axis] ?? 0, range)
    }
  }
  return colours
}
