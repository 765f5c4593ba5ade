/** How far the contributions to one place reach: sides of squares around it that hold given shares of all. */

export interface ContributionMap {
  readonly height: number
  readonly width: number
  /** |gradient| per pixel, row by row. */
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

/** |gradient| summed over the channels of a picture [1, height, width, channels]. */
export function contributions(gradient: Float32Array, height: number, width: number): ContributionMap {
  const channels = gradient.length / (height * width)
  const values = Float32Array.from({ length: height * width }, (_, pixel) => {
    let sum = 0
    for (let channel = 0; channel < channels; channel++)
      sum += Math.abs(gradient[pixel * channels + channel] ?? 0)
    return sum
  })
  return { height, width, values }
}
