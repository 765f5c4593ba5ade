/**
 * One level of the dual-tree complex wavelet transform: a map becomes its coarse part and six oriented bands of edges, and comes
 * back from them. Filters are near-symmetric, of 13 and 19 taps, with the map mirrored at its borders.
 *
 * Selesnick, Baraniuk and Kingsbury 2005, https://doi.org/10.1109/MSP.2005.1550194
 */
import type { Value } from '../graph/graph'
import type { Builder } from '../ops/builder'

export interface Wavelets {
  /** The coarse part, [n, h, w, c]. */
  readonly low: Value
  /** Edges at 15, 45, 75, 105, 135 and 165 degrees as complex numbers, [2, 6, n, h / 2, w / 2, c]. */
  readonly bands: Value
}

/** Height and width must be even. */
export function wavelets(b: Builder, x: Value): Wavelets {
  const [low, high] = [filtered(b, x, 2, analysis.low), filtered(b, x, 2, analysis.high)]
  const along = (y: Value, filter: readonly number[]) => filtered(b, y, 1, filter)
  const [at15, at165] = complexPair(b, along(low, analysis.high))
  const [at45, at135] = complexPair(b, along(high, analysis.high))
  const [at75, at105] = complexPair(b, along(high, analysis.low))
  return {
    low: along(low, analysis.low),
    bands: b.concat([at15, at45, at75, at105, at135, at165], 1),
  }
}

/** The map that has these wavelets. */
export function fromWavelets(b: Builder, { low, bands }: Wavelets): Value {
  const quads = (first: number, second: number) =>
    fromComplexPair(b, bandOf(b, bands, first), bandOf(b, bands, second))
  const along = (y: Value, filter: readonly number[]) => filtered(b, y, 1, filter)
  const high = b.add(along(quads(1, 4), synthesis.high), along(quads(2, 3), synthesis.low))
  const coarse = b.add(along(quads(0, 5), synthesis.high), along(low, synthesis.low))
  return b.add(filtered(b, high, 2, synthesis.high), filtered(b, coarse, 2, synthesis.low))
}

/** The same filter for every channel along rows (axis 1) or columns (axis 2). */
function filtered(b: Builder, x: Value, axis: 1 | 2, filter: readonly number[]): Value {
  const c = x.shape[3]
  const taps = filter.length
  const mirrored = b.gather(x, mirror(b, x.shape[axis], (taps - 1) / 2), { axis })
  const shape = axis === 1 ? [1, taps, 1, 1] : [1, 1, taps, 1]
  return b.conv(mirrored, b.broadcast(b.constant(filter, shape), [c, ...shape.slice(1)]), { groups: c })
}

/** Places −reach … size + reach − 1, where those outside are seen in mirrors on both borders. */
function mirror(b: Builder, size: number, reach: number): Value {
  const places = Array.from({ length: size + 2 * reach }, (_, i) => {
    const at = (((i - reach) % (2 * size)) + 2 * size) % (2 * size)
    return at < size ? at : 2 * size - 1 - at
  })
  return b.constant(places, [places.length])
}

/** Cells [p q; r s] of 2×2 places as two complex numbers, (p − s) + i (q + r) and (p + s) + i (q − r), each [2, 1, n, h / 2, w / 2, c]. */
function complexPair(b: Builder, x: Value): readonly [Value, Value] {
  const [n, h, w, c] = x.shape
  const place = (row: number, column: number) => {
    const size = [n, h / 2, w / 2, c]
    const taken = b.slice(x, { start: [0, row, column, 0], size, step: [1, 2, 2, 1] })
    return b.reshape(b.mul(taken, Math.SQRT1_2), [1, 1, ...size])
  }
  const [p, q, r, s] = [place(0, 0), place(0, 1), place(1, 0), place(1, 1)]
  return [b.concat([b.sub(p, s), b.add(q, r)], 0), b.concat([b.add(p, s), b.sub(q, r)], 0)]
}

/** The map of 2×2 cells whose two complex numbers these are, up to the factor 2. */
function fromComplexPair(b: Builder, x: Value, y: Value): Value {
  const [, , n, h, w, c] = x.shape
  const part = (z: Value, index: 0 | 1) =>
    b.reshape(b.slice(z, { start: [index, 0, 0, 0, 0, 0], size: [1, 1, n, h, w, c] }), [n, h, 1, w, 1, c])
  const [re, im, otherRe, otherIm] = [part(x, 0), part(x, 1), part(y, 0), part(y, 1)]
  const upper = b.concat([b.add(re, otherRe), b.add(im, otherIm)], 4)
  const lower = b.concat([b.sub(im, otherIm), b.sub(otherRe, re)], 4)
  return b.mul(b.reshape(b.concat([upper, lower], 2), [n, 2 * h, 2 * w, c]), Math.SQRT1_2)
}

function bandOf(b: Builder, bands: Value, index: number): Value {
  return b.slice(bands, {
    start: bands.shape.map((_, axis) => (axis === 1 ? index : 0)),
    size: bands.shape.map((size, axis) => (axis === 1 ? 1 : size)),
  })
}

/** The whole filter from its first half and its middle. */
const symmetric = (half: readonly number[]): readonly number[] => [...half, ...half.slice(0, -1).reverse()]

/** near_sym_b: Kingsbury’s near-symmetric biorthogonal filters of 13 and 19 taps. */
const short = [-0.00175781245, 0, 0.0222656243, -0.046875, -0.048242189, 0.296875, 0.555468738]
const long = [
  -7.06263963e-5, 0, 0.00134190149, -0.00188337057, -0.00715680793, 0.0238560271, 0.0556431375, -0.0516880564,
  -0.2997576, 0.559430778,
]
/** Low-pass and high-pass filters of the way back are those of the way there with every second sign turned. */
const turned = (half: readonly number[]) =>
  half.map((tap, i) => ((half.length - 1 - i) % 2 === 0 ? tap : -tap))

const analysis = { low: symmetric(short), high: symmetric(long) }
const synthesis = { low: symmetric(turned(long)), high: symmetric(turned(short)) }
