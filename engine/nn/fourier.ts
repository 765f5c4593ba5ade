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
  return b.call('fourier', {}, [x], (x) => {
    const rows = { ...forward, parts: [2, 1], size: w, rows: halfWidth(w), isScaled: true } as const
    const columns = { ...forward, parts: [2, 2], size: h, isScaled: true } as const
    return turned(b, turned(b, b.reshape(x, [1, n, h, w, c]), 3, rows), 3, columns)
  })
}

/**
 * Spectrum -> [n, h, width, c], as torch.fft.irfft2(norm='ortho'). The imaginary parts of the columns 0 and width / 2, which the rows
 * of a real map do not have, count for nothing.
 */
export function inverseFourier2d(b: Builder, spectrum: Value, width: number): Value {
  return b.call('inverseFourier', { width }, [spectrum], (spectrum) => {
    const [, h, half, n, c] = spectrum.shape
    const columns = { sign: 1, parts: [2, 2], size: h, isScaled: true } as const
    const rows = {
      sign: 1,
      parts: [1, 2],
      size: width,
      columns: half,
      isMirrored: true,
      isScaled: true,
    } as const
    const map = turned(b, turned(b, spectrum, 1, columns), 2, rows)
    return b.transpose(b.reshape(map, [width, h, n, c]), [2, 1, 0, 3])
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
  const [n, t, c] = x.shape
  return b.call('fourier', {}, [x], (x) => {
    const channels = transformed(b, b.reshape(x, [1, n * t, c]), 2)
    const tokens = transformed(b, b.reshape(channels, [2, c * n, t]), 1)
    return b.transpose(b.reshape(tokens, [t, c, n]), [2, 0, 1], x.grid)
  })
}

/**
 * The transform along the last axis, [parts, m, size] -> [parts of the result, size, m]. A size that is a product a·b is
 * transformed in two steps of a and of b with a turn between them (Cooley and Tukey 1965, https://doi.org/10.2307/2003354).
 */
function transformed(b: Builder, x: Value, parts: 1 | 2): Value {
  const [from, m, size] = x.shape
  const many = largerFactor(size)
  const few = size / many
  const last = { ...forward, parts: [parts, 2], size: many } as const
  if (few === 1) {
    const whole = { ...last, parts: [parts, from === 1 ? 1 : 2] } as const
    return b.reshape(turned(b, x, 2, whole), [parts, size, m])
  }
  const first = { ...forward, parts: [2, from === 1 ? 1 : 2], size: few } as const
  const sums = turned(b, b.reshape(x, [from, m, few, many]), 2, first)
  const between = table(b, { ...forward, parts: [2, 1], size, rows: few, columns: many })
  return b.reshape(turned(b, complexProduct(b, sums, between), 3, last), [parts, size, m])
}

/** The smallest factor that is at least the root of a whole number; of a prime, the number itself. */
export function largerFactor(size: number): number {
  let factor = Math.ceil(Math.sqrt(size))
  while (size % factor !== 0) factor++
  return factor
}

/** The orthonormal cosine transform (DCT-II) of a map along height and width, or its inverse: [n, h, w, c] both. */
export function cosineTransform2d(b: Builder, x: Value, direction: 'forward' | 'inverse'): Value {
  return b.call(direction === 'forward' ? 'fourier' : 'inverseFourier', {}, [x], (x) => {
    const along = (y: Value, axis: number) =>
      b.dot(cosines(b, y.shape[axis]), y, { contract: [[direction === 'forward' ? 1 : 0], [axis]] })
    return b.transpose(along(along(x, 1), 2), [2, 1, 0, 3])
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

/** The turns e^(± 2πi · row · column / size) as a matrix of real numbers. */
interface Turns {
  readonly sign: 1 | -1
  /** Real parts alone, or real and imaginary ones: of the result, and of what is summed. */
  readonly parts: readonly [to: 1 | 2, from: 1 | 2]
  readonly size: number
  /** `size` of them by default. */
  readonly rows?: number
  readonly columns?: number
  /** Columns are half of the waves of a real row: each but the first and the middle one stands for its mirror too. */
  readonly isMirrored?: boolean
  /** Divided by √size. */
  readonly isScaled?: boolean
}

const forward = { sign: -1 } as const

/** Sums over `axis` of x, whose parts lie along axis 0: [part, rows, then the other axes of x]. */
function turned(b: Builder, x: Value, axis: number, turns: Turns): Value {
  return b.dot(table(b, turns), x, {
    contract: [
      [2, 3],
      [0, axis],
    ],
  })
}

const known = new Map<string, Float32Array>()

/** [part of the result, row, part, column]. Shared: a network asks for the same few in every block. */
function table(b: Builder, turns: Turns): Value {
  const { parts, size, rows = size, columns = size } = turns
  const shape = [parts[0], rows, parts[1], columns]
  const key = JSON.stringify(turns)
  const data = known.get(key) ?? entries(turns, shape)
  known.set(key, data)
  return b.constant(data, shape)
}

/** [k, j]: half a turn k times over `size` places, at the middle of each. */
function cosines(b: Builder, size: number): Value {
  const key = `cosines ${size}`
  const data =
    known.get(key) ??
    Float32Array.from({ length: size * size }, (_, i) => {
      const [k, j] = [Math.floor(i / size), i % size]
      return Math.sqrt((k === 0 ? 1 : 2) / size) * Math.cos((Math.PI * (2 * j + 1) * k) / (2 * size))
    })
  known.set(key, data)
  return b.constant(data, [size, size])
}

function entries({ sign, size, isMirrored, isScaled }: Turns, shape: Shape): Float32Array {
  const [, rows, from, columns] = shape
  const scale = isScaled ? 1 / Math.sqrt(size) : 1
  return Float32Array.from({ length: elements(shape) }, (_, i) => {
    const column = i % columns
    const part = Math.floor(i / columns) % from
    const row = Math.floor(i / (columns * from)) % rows
    const to = Math.floor(i / (columns * from * rows))
    // Whole turns are taken off before the angle is computed, which keeps it exact.
    const angle = (2 * Math.PI * ((row * column) % size)) / size
    const wave = to === part ? Math.cos(angle) : (to > part ? sign : -sign) * Math.sin(angle)
    const isAlone = column === 0 || 2 * column === size
    return (isMirrored && !isAlone ? 2 : 1) * scale * wave
  })
}
