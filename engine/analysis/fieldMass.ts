/** How far the contributions to one place reach: sides of squares around it that hold given shares of all. */

export interface ContributionMap {
  readonly height: number
  readonly width: number
  /** Of each pixel, row by row; never negative. */
  readonly values: Float32Array
}

/** The smallest side 2r + 1 of a square around a pixel that holds this share, 0..1, of all contributions inside the picture. */
export function sideHolding(
  { height, width, values }: ContributionMap,
  centre: { readonly y: number; readonly x: number },
  share: number,
): number {
  const rings = new Float64Array(Math.max(height, width) + 1)
  values.forEach((value, index) => {
    const distance = Math.max(
      Math.abs(Math.floor(index / width) - centre.y),
      Math.abs((index % width) - centre.x),
    )
    rings[distance] = (rings[distance] ?? 0) + value
  })
  const all = rings.reduce((sum, ring) => sum + ring, 0)
  let inside = 0
  for (const [distance, ring] of rings.entries()) {
    inside += ring
    // A rounding error of the sums must not ask for one more ring.
    if (inside >= share * all * (1 - 1e-9)) return 2 * distance + 1
  }
  return 2 * rings.length - 1
}

/**
 * What each pixel of a picture [1, height, width, channels] contributes, summed over its channels: |gradient|, or only
 * what of the gradient is positive.
 */
export function contributions(
  gradient: Float32Array,
  height: number,
  width: number,
  isPositiveOnly = false,
): ContributionMap {
  const part = isPositiveOnly ? (value: number) => Math.max(0, value) : Math.abs
  const channels = gradient.length / (height * width)
  const values = Float32Array.from({ length: height * width }, (_, pixel) => {
    let sum = 0
    for (let channel = 0; channel < channels; channel++)
      sum += part(gradient[pixel * channels + channel] ?? 0)
    return sum
  })
  return { height, width, values }
}

/** log₁₀(x + 1), divided by its largest: how RepLKNet's figures show contributions and weigh them. Ding et al. 2022. */
export function logarithmic({ height, width, values }: ContributionMap): ContributionMap {
  const logs = values.map((value) => Math.log10(value + 1))
  const largest = logs.reduce((most, value) => Math.max(most, value), 0)
  return { height, width, values: largest > 0 ? logs.map((value) => value / largest) : logs }
}

/**
 * The level such that all pixels at or above it hold this share, 0..1, of the map: contours of what matters most, wherever it
 * lies.
 */
export function levelHolding({ values }: ContributionMap, share: number): number {
  const sorted = Float32Array.from(values).sort().reverse()
  const all = sorted.reduce((sum, value) => sum + value, 0)
  let sum = 0
  for (const value of sorted) {
    sum += value
    if (sum >= share * all * (1 - 1e-9)) return value
  }
  return 0
}

/** A Gaussian of this standard deviation in pixels over the map; what lies outside counts as nothing. */
export function smoothed({ height, width, values }: ContributionMap, sigma: number): ContributionMap {
  const reach = Math.ceil(3 * sigma)
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-0.5 * ((i - reach) / sigma) ** 2))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const along = (from: Float32Array, count: number, step: number, lines: number, jump: number) => {
    const to = new Float32Array(from.length)
    for (let line = 0; line < lines; line++) {
      for (let at = 0; at < count; at++) {
        let sum = 0
        for (let tap = Math.max(-reach, -at); tap <= Math.min(reach, count - 1 - at); tap++)
          sum += (weights[tap + reach] ?? 0) * (from[line * jump + (at + tap) * step] ?? 0)
        to[line * jump + at * step] = sum / total
      }
    }
    return to
  }
  return { height, width, values: along(along(values, width, 1, height, width), height, width, width, 1) }
}
