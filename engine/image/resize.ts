/** Pillow's Image.resize on RGB bytes, bit for bit. */

export interface PictureSize {
  readonly width: number
  readonly height: number
}

export interface Rectangle {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export type ResizeFilter = 'bicubic' | 'bilinear'

/** Rows from `top` to before `bottom` as RGBA bytes. A large picture need not be in memory as a whole. */
export type PixelRows = (top: number, bottom: number) => Uint8Array | Uint8ClampedArray

export const rowsOf =
  (rgba: Uint8Array | Uint8ClampedArray, { width }: PictureSize): PixelRows =>
  (top, bottom) =>
    rgba.subarray(top * width * 4, bottom * width * 4)

/** Rows that are read at once. */
const strip = 256

/**
 * RGBA rows to RGB bytes: of the picture at its new size, the part that is asked for, which must lie inside. Two passes,
 * rounded to bytes between them; when the picture shrinks the filter widens, which is what keeps it free of aliases.
 */
export function resize(
  readRows: PixelRows,
  from: PictureSize,
  to: PictureSize,
  filter: ResizeFilter = 'bicubic',
  part: Rectangle = { left: 0, top: 0, ...to },
): Uint8Array {
  const columns = tapsOf(from.width, to.width, filters[filter], part.left, part.width)
  const rows = tapsOf(from.height, to.height, filters[filter], part.top, part.height)
  // Only the rows that the second pass reads.
  const top = Math.min(...rows.map(({ first }) => first))
  const bottom = Math.max(...rows.map(({ first, weights }) => first + weights.length))
  const stride = part.width * 3
  const narrow = new Uint8Array((bottom - top) * stride)
  let rgba: Uint8Array | Uint8ClampedArray = new Uint8Array()
  for (let y = top; y < bottom; y++) {
    const inStrip = (y - top) % strip
    if (inStrip === 0) rgba = readRows(y, Math.min(bottom, y + strip))
    let at = (y - top) * stride
    for (const { first, weights } of columns) {
      let red = half
      let green = half
      let blue = half
      let pixel = (inStrip * from.width + first) * 4
      for (const weight of weights) {
        red += (rgba[pixel] as number) * weight
        green += (rgba[pixel + 1] as number) * weight
        blue += (rgba[pixel + 2] as number) * weight
        pixel += 4
      }
      narrow[at] = toByte(red)
      narrow[at + 1] = toByte(green)
      narrow[at + 2] = toByte(blue)
      at += 3
    }
  }
  const out = new Uint8Array(part.height * stride)
  for (const [y, { first, weights }] of rows.entries()) {
    for (let at = 0; at < stride; at++) {
      let sum = half
      for (let tap = 0; tap < weights.length; tap++) {
        sum += (narrow[(first - top + tap) * stride + at] as number) * (weights[tap] as number)
      }
      out[y * stride + at] = toByte(sum)
    }
  }
  return out
}

interface Taps {
  readonly first: number
  /** Whole numbers, in units of 1 / one. */
  readonly weights: Float64Array
}

/** Pillow's fixed point: 22 bits after the point. */
const one = 2 ** 22
const half = one / 2

const toByte = (sum: number): number => Math.min(255, Math.max(0, Math.floor(sum / one)))

interface Kernel {
  /** Reach to each side, in pixels of the smaller grid. */
  readonly support: number
  weigh(offset: number): number
}

const filters: { readonly [filter in ResizeFilter]: Kernel } = {
  /** Keys' cubic with a = -0.5. */
  bicubic: {
    support: 2,
    weigh: (offset) => {
      const a = -0.5
      const x = Math.abs(offset)
      if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1
      if (x < 2) return (((x - 5) * x + 8) * x - 4) * a
      return 0
    },
  },
  bilinear: { support: 1, weigh: (offset) => Math.max(0, 1 - Math.abs(offset)) },
}

/** For each new pixel of a stretch of the axis, which old ones it is made of. */
function tapsOf(from: number, to: number, kernel: Kernel, start: number, length: number): Taps[] {
  const scale = from / to
  const stretch = Math.max(1, scale)
  const support = kernel.support * stretch
  return Array.from({ length }, (_, index) => {
    const centre = (start + index + 0.5) * scale
    const first = Math.max(0, Math.trunc(centre - support + 0.5))
    const end = Math.min(from, Math.trunc(centre + support + 0.5))
    const weights = new Float64Array(end - first)
    let sum = 0
    for (let tap = 0; tap < weights.length; tap++) {
      const weight = kernel.weigh((tap + first - centre + 0.5) / stretch)
      weights[tap] = weight
      sum += weight
    }
    for (let tap = 0; tap < weights.length; tap++) {
      const weight = ((weights[tap] as number) / sum) * one
      weights[tap] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5)
    }
    return { first, weights }
  })
}
