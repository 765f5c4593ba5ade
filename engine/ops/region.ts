/**
 * Parts of a tensor that are products of index sets, as receptive fields need them. Sets and not intervals: a dilated
 * kernel skips elements, and a hole that is filled in one layer makes the layers below read too much.
 *
 * An axis may be split into digits, most significant first: tokens of a map of h x w are an axis of sizes [h, w], so that
 * a rectangle of the map stays a rectangle while the map is a row of tokens.
 */
import type { Shape } from '../graph/graph'

/** Indices, ascending, each once. */
export type Indices = readonly number[]

export interface AxisRegion {
  /** Their product is the axis's size. */
  readonly sizes: readonly number[]
  /** One set per digit. */
  readonly digits: readonly Indices[]
}

export type Region = readonly AxisRegion[]

/** start <= i < end. */
export type Interval = readonly [start: number, end: number]

interface Digit {
  readonly size: number
  readonly at: Indices
}

const one: Digit = { size: 1, at: [0] }

export function wholeAxis(size: number): AxisRegion {
  const known = wholeAxes.get(size)
  if (known) return known
  const made = axisRegion(
    size,
    Array.from({ length: size }, (_, index) => index),
  )
  if (size <= mostRemembered) wholeAxes.set(size, made)
  return made
}
/** Most axes of most regions are whole, and networks have few sizes. */
const wholeAxes = new Map<number, AxisRegion>()
const mostRemembered = 2 ** 16

export const isWholeAxis = ({ sizes, digits }: AxisRegion): boolean =>
  digits.every((indices, i) => indices.length === sizes[i])

export const axisRegion = (size: number, indices: Indices): AxisRegion => ({
  sizes: [size],
  digits: [indices],
})

export const wholeRegion = (shape: Shape): Region => shape.map(wholeAxis)

/** The element at `index`. */
export const pointRegion = (shape: Shape, index: readonly number[]): Region =>
  shape.map((size, axis) => axisRegion(size, [index[axis]]))

export const axisSize = ({ sizes }: AxisRegion): number => sizes.reduce((product, size) => product * size, 1)

/** Indices of the axis itself. */
export const indicesOf = (axis: AxisRegion): Indices => digitsOf([axis]).reduce(merged, one).at

/** The smallest interval of the axis itself that holds the region. */
export function hull(axis: AxisRegion): Interval {
  const indices = indicesOf(axis)
  return [indices[0], indices[indices.length - 1] + 1]
}

/** Ascending and each once. */
export const indexSet = (indices: Iterable<number>): Indices => [...new Set(indices)].sort((a, b) => a - b)

/** The smallest region of this form that holds both. */
export function union(a: Region, b: Region): Region {
  return a.map((axis, i) => axisUnion(axis, b[i]))
}

function axisUnion(a: AxisRegion, b: AxisRegion): AxisRegion {
  const sizes = a.sizes.length >= b.sizes.length ? a.sizes : b.sizes
  const [first, second] = [inDigits(a, sizes), inDigits(b, sizes)]
  return { sizes, digits: first.map((indices, i) => indexSet([...indices, ...second[i]])) }
}

/** The same elements, in row-major order, of a tensor of another shape. */
export function reshaped(region: Region, shape: Shape): Region {
  const rest = digitsOf(region)
  return shape.map((size) => {
    const taken = take(rest, size)
    const digits = taken.length > 0 ? taken : [one]
    return { sizes: digits.map((digit) => digit.size), digits: digits.map((digit) => digit.at) }
  })
}

/** The axis's indices as digits of these sizes. */
function inDigits(axis: AxisRegion, sizes: readonly number[]): Indices[] {
  const rest = digitsOf([axis])
  return sizes.map((size) => take(rest, size).reduce(merged, one).at)
}

/** Digits of the whole tensor, without those of size 1. */
function digitsOf(region: Region): Digit[] {
  return region
    .flatMap(({ sizes, digits }) => sizes.map((size, i) => ({ size, at: digits[i] })))
    .filter((digit) => digit.size > 1)
}

/** Takes digits of product `size` off the front of `rest`; splits and merges where a boundary asks for it. */
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
      if (!after) break
      rest.unshift(merged(next, after))
    }
  }
  return taken
}

/** Two digits as one: exact. */
function merged(high: Digit, low: Digit): Digit {
  if (high.size === 1) return low
  const size = high.size * low.size
  if (high.at.length === high.size && low.at.length === low.size) {
    return { size, at: wholeAxis(size).digits[0] }
  }
  return { size, at: high.at.flatMap((h) => low.at.map((l) => h * low.size + l)) }
}

/** One digit as two, the lower one of size `size`: the smallest product that holds it. */
function split({ size: total, at }: Digit, size: number): [Digit, Digit] {
  return [
    { size: total / size, at: indexSet(at.map((index) => Math.floor(index / size))) },
    { size, at: indexSet(at.map((index) => index % size)) },
  ]
}
