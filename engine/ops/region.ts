/**
 * Parts of a tensor that are products of intervals, as receptive fields need them.
 *
 * An axis may be split into digits, most significant first: tokens of a map of h x w are an axis of sizes [h, w], so that
 * a rectangle of the map stays a rectangle while the map is a row of tokens.
 */
import type { Shape } from '../graph/graph'

/** start <= i < end. */
export type Interval = readonly [start: number, end: number]

export interface AxisRegion {
  /** Their product is the axis's size. */
  readonly sizes: readonly number[]
  /** One interval per digit. */
  readonly ranges: readonly Interval[]
}

export type Region = readonly AxisRegion[]

interface Digit {
  readonly size: number
  readonly range: Interval
}

export const wholeAxis = (size: number): AxisRegion => axisRegion(size, [0, size])

export const axisRegion = (size: number, range: Interval): AxisRegion => ({ sizes: [size], ranges: [range] })

export const wholeRegion = (shape: Shape): Region => shape.map(wholeAxis)

/** The element at `index`. */
export const pointRegion = (shape: Shape, index: readonly number[]): Region =>
  shape.map((size, axis) => axisRegion(size, [index[axis], index[axis] + 1]))

/** The smallest interval of the axis itself that holds the region. */
export function hull({ sizes, ranges }: AxisRegion): Interval {
  const digits = sizes.map((size, i) => ({ size, range: ranges[i] }))
  return digits.reduce(merged, { size: 1, range: [0, 1] }).range
}

/** The smallest region of this form that holds both. */
export function union(a: Region, b: Region): Region {
  return a.map((axis, i) => axisUnion(axis, b[i]))
}

function axisUnion(a: AxisRegion, b: AxisRegion): AxisRegion {
  const sizes = a.sizes.length >= b.sizes.length ? a.sizes : b.sizes
  const [first] = regroup(digitsOf([a]), [sizes])
  const [second] = regroup(digitsOf([b]), [sizes])
  return { sizes, ranges: first.ranges.map((range, i) => widest(range, second.ranges[i])) }
}

/** The same elements, in row-major order, of a tensor of another shape. */
export function reshaped(region: Region, shape: Shape): Region {
  return regroup(
    digitsOf(region),
    shape.map((size) => [size]),
    'keep digits',
  )
}

const widest = (a: Interval, b: Interval): Interval => [Math.min(a[0], b[0]), Math.max(a[1], b[1])]

/** Digits of the whole tensor, without those of size 1. */
function digitsOf(region: Region): Digit[] {
  return region
    .flatMap(({ sizes, ranges }) => sizes.map((size, i) => ({ size, range: ranges[i] })))
    .filter((digit) => digit.size > 1)
}

/**
 * Deals a number's digits out to axes of the given digit sizes. Digits are split where a boundary cuts them and merged where
 * none does, both of which may widen the region to what the new form can say.
 */
function regroup(
  digits: readonly Digit[],
  axes: readonly (readonly number[])[],
  finer?: 'keep digits',
): Region {
  const rest = [...digits]
  return axes.map((sizes) => {
    if (finer) {
      const kept = take(rest, sizes[0])
      const some = kept.length > 0 ? kept : [{ size: 1, range: [0, 1] as const }]
      return { sizes: some.map((digit) => digit.size), ranges: some.map((digit) => digit.range) }
    }
    return {
      sizes,
      ranges: sizes.map((size) => take(rest, size).reduce(merged, { size: 1, range: [0, 1] }).range),
    }
  })
}

/** Takes digits of product `size` off the front of `rest`. */
function take(rest: Digit[], size: number): Digit[] {
  const taken: Digit[] = []
  let missing = size
  while (missing > 1) {
    const next = rest.shift()
    if (!next) break
    if (missing % next.size === 0) {
      taken.push(next)
      missing /= next.size
    } else if (next.size % missing === 0) {
      const [high, low] = split(next, next.size / missing)
      taken.push(high)
      rest.unshift(low)
      missing = 1
    } else {
      // The boundary cuts between digits that do not divide each other, so they are looked at as one number.
      const after = rest.shift()
      rest.unshift(after ? merged(next, after) : next)
      if (!after) break
    }
  }
  return taken
}

/** Two digits as one. */
function merged(high: Digit, low: Digit): Digit {
  const start = high.range[0] * low.size + low.range[0]
  const last = (high.range[1] - 1) * low.size + low.range[1] - 1
  return { size: high.size * low.size, range: [start, last + 1] }
}

/** One digit as two, the lower one of size `size`. */
function split({ size: total, range: [start, end] }: Digit, size: number): [Digit, Digit] {
  const first = Math.floor(start / size)
  const last = Math.floor((end - 1) / size)
  const low: Interval = first === last ? [start - first * size, end - first * size] : [0, size]
  return [
    { size: total / size, range: [first, last + 1] },
    { size, range: low },
  ]
}
