/**
 * Fourier transforms as products with fixed tables of cosines and sines, one axis after the other. At the sizes of vision
 * networks these products are small, and every pass knows how to treat them. They do not count as MACs (ops/cost.ts):
 * nobody counts those of a transform.
 */
import { elements, type Shape, type Value } from '../graph/graph'
import type { Builder } from '../ops/builder'

/** Columns of frequencies that tell everything about a real row. */
export const halfWidth = (width: number): number => Math.floor(width / 2) + 1

/**
 * [n, h, w, c] -> its spectrum [2, h, ⌊w/2⌋ + 1, n, c], real parts first, as torch.fft.rfft2(norm='ortho') over height and width.
 */
export function fourier2d(b: Builder, x: Value): Value {
  const [n, h, w, c] = x.shape
  const half = halfWidth(w)
  return b.call('fourier', {}, [x], (x) => {
    const rows = b.dot(table(b, 'realRows', w), x, { contract: [[2], [2]] })
    return b.dot(table(b, 'forward', h), b.reshape(rows, [2, half, n, h, c]), {
      contract: [
        [2, 3],
        [0, 3],
      ],
    })
  })
}

/**
 * Spectrum -> [n, h, width, c], as torch.fft.irfft2(norm='ortho'). The imaginary parts of the columns 0 and width / 2, which the rows
 * of a real map do not have, count for nothing.
 */
export function inverseFourier2d(b: Builder, spectrum: Value, width: number): Value {
  return b.call('inverseFourier', { width }, [spectrum], (spectrum) => {
    const [, h] = spectrum.shape
    const columns = b.dot(table(b, 'backward', h), spectrum, {
      contract: [
        [2, 3],
        [0, 1],
      ],
    })
    const rows = b.dot(table(b, 'realMap', width), columns, {
      contract: [
        [1, 2],
        [0, 2],
      ],
    })
    return b.transpose(rows, [2, 1, 0, 3])
  })
}

/**
 * Every wave of x [n, h, w, c] times a complex number of its own, `filter` [2, h, ⌊w/2⌋ + 1, n or 1, c or 1]: a circular convolution as
 * large as the map.
 */
export function spectralFilter(b: Builder, x: Value, filter: Value): Value {
  return inverseFourier2d(b, complexProduct(b, fourier2d(b, x), filter), x.shape[2])
}

/** [n, t, c] -> the real part of its transform along channels and along tokens, not normalised. */
export function realFourier(b: Builder, x: Value): Value {
  const [, t, c] = x.shape
  return b.call('fourier', {}, [x], (x) => {
    const channels = b.dot(x, table(b, 'waves', c), { contract: [[2], [2]] })
    const tokens = b.dot(table(b, 'realPart', t), channels, {
      contract: [
        [1, 2],
        [2, 1],
      ],
    })
    return b.transpose(tokens, [1, 0, 2], x.grid)
  })
}

/** Products of complex numbers whose real and imaginary parts lie along axis 0; the other axes broadcast. */
export function complexProduct(b: Builder, x: Value, y: Value): Value {
  const [re, im] = complexParts(b, x)
  const [otherRe, otherIm] = complexParts(b, y)
  return b.concat(
    [b.sub(b.mul(re, otherRe), b.mul(im, otherIm)), b.add(b.mul(re, otherIm), b.mul(im, otherRe))],
    0,
  )
}

/** Real and imaginary part, each with a first axis of 1. */
function complexParts(b: Builder, x: Value): readonly [re: Value, im: Value] {
  const part = (index: number) =>
    b.slice(x, {
      start: x.shape.map((_, axis) => (axis === 0 ? index : 0)),
      size: x.shape.map((size, axis) => (axis === 0 ? 1 : size)),
    })
  return [part(0), part(1)]
}

/** A table by its axes for a size, and its entries by their indices. */
interface TableRule {
  readonly shape: (size: number) => Shape
  readonly entry: (size: number, index: readonly number[]) => number
}

/** Cosine or sine of the angle that frequency k has at place j; whole turns are taken off first, which keeps it exact. */
const wave = (part: number, size: number, k: number, j: number): number => {
  const angle = (2 * Math.PI * ((k * j) % size)) / size
  return part === 0 ? Math.cos(angle) : Math.sin(angle)
}

const tables = {
  /** Frequencies of real rows: [part, k, j]. */
  realRows: {
    shape: (size) => [2, halfWidth(size), size],
    entry: (size, [part, k, j]) => ((part === 0 ? 1 : -1) * wave(part, size, k, j)) / Math.sqrt(size),
  },
  /** Cosines and sines, not normalised: [part, k, j]. */
  waves: {
    shape: (size) => [2, size, size],
    entry: (size, [part, k, j]) => wave(part, size, k, j),
  },
  /** The real part of e^(−iθ) (c − i s) of cosine and sine sums c and s: [k, part, j]. */
  realPart: {
    shape: (size) => [size, 2, size],
    entry: (size, [k, part, j]) => (part === 0 ? 1 : -1) * wave(part, size, k, j),
  },
  /** e^(−iθ) as a matrix of real numbers: [part of the result, k, part, j]. */
  forward: {
    shape: (size) => [2, size, 2, size],
    entry: (size, [to, k, from, j]) =>
      ((to > from ? -1 : 1) * wave(to === from ? 0 : 1, size, k, j)) / Math.sqrt(size),
  },
  /** e^(iθ). */
  backward: {
    shape: (size) => [2, size, 2, size],
    entry: (size, [to, j, from, k]) =>
      ((to < from ? -1 : 1) * wave(to === from ? 0 : 1, size, k, j)) / Math.sqrt(size),
  },
  /** Real rows of half a spectrum: every column but the first and the middle one stands for its mirror too. [j, part, k] */
  realMap: {
    shape: (size) => [size, 2, halfWidth(size)],
    entry: (size, [j, part, k]) => {
      const isAlone = k === 0 || 2 * k === size
      return ((isAlone ? 1 : 2) * (part === 0 ? 1 : -1) * wave(part, size, k, j)) / Math.sqrt(size)
    },
  },
} satisfies { readonly [name: string]: TableRule }

const known = new Map<string, Float32Array>()

/** Tables are shared: a network asks for the same few in every block. */
function table(b: Builder, name: keyof typeof tables, size: number): Value {
  const { shape, entry } = tables[name]
  const axes = shape(size)
  const key = `${name} ${size}`
  const data =
    known.get(key) ?? Float32Array.from({ length: elements(axes) }, (_, i) => entry(size, indexOf(i, axes)))
  known.set(key, data)
  return b.constant(data, axes)
}

/** The row-major index of the i-th entry. */
function indexOf(i: number, shape: Shape): readonly number[] {
  let rest = i
  return shape
    .toReversed()
    .map((size) => {
      const at = rest % size
      rest = Math.floor(rest / size)
      return at
    })
    .reverse()
}
