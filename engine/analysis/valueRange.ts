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

/** The range of each axis over all parts together, of those tokens that the fit looked at. */
export function scoreRanges(
  parts: readonly { readonly scores: Float32Array; readonly isUsed: Uint8Array }[],
  axes: number,
  share: number,
): readonly ValueRange[] {
  return Array.from({ length: axes }, (_, axis) =>
    percentileRange(
      Float32Array.from(
        parts.flatMap(({ scores, isUsed }) =>
          [...isUsed].flatMap((used, token) => (used ? [scores[token * axes + axis] ?? 0] : [])),
        ),
      ),
      share,
    ),
  )
}

/**
 * Red, green and blue of every token from its first three scores, each scaled to its own range: [tokens, 3], 0..1.
 * `scores`: [tokens, ranges]; an axis that is missing is in the middle.
 */
export function scoreColours(scores: Float32Array, ranges: readonly ValueRange[]): Float32Array {
  const axes = ranges.length
  const tokens = axes > 0 ? scores.length / axes : 0
  const colours = new Float32Array(tokens * 3).fill(0.5)
  for (let token = 0; token < tokens; token++) {
    for (let axis = 0; axis < Math.min(3, axes); axis++) {
      const range = ranges[axis]
      if (range) colours[token * 3 + axis] = shareIn(scores[token * axes + axis] ?? 0, range)
    }
  }
  return colours
}
