/**
 * What timm does to a picture before evaluation: resize by its crop share with Pillow's antialiased bicubic filter, cut out
 * the centre, subtract the mean and divide by the standard deviation.
 */

export interface PictureSize {
  readonly width: number
  readonly height: number
}

export interface PreprocessOptions extends PictureSize {
  /** Share of the resized picture's side that is kept: timm's crop_pct. */
  readonly crop: number
  readonly mean: readonly [number, number, number]
  readonly std: readonly [number, number, number]
}

export interface Rectangle {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** RGBA bytes, row by row, to normalised [height, width, 3]. Alpha is ignored, as Pillow's convert('RGB') does. */
export function preprocess(
  rgba: Uint8Array | Uint8ClampedArray,
  picture: PictureSize,
  options: PreprocessOptions,
): Float32Array {
  const { width, height, mean, std } = options
  const { resized, left, top } = cropOf(picture, options)
  const pixels = resize(rgba, picture, resized)
  const out = new Float32Array(height * width * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const row = top + y
      const column = left + x
      const isInside = row >= 0 && column >= 0 && row < resized.height && column < resized.width
      for (let channel = 0; channel < 3; channel++) {
        // Where the crop is larger than the picture, timm pads with black.
        const value = isInside ? (pixels[(row * resized.width + column) * 3 + channel] as number) / 255 : 0
        out[(y * width + x) * 3 + channel] = (value - (mean[channel] as number)) / (std[channel] as number)
      }
    }
  }
  return out
}

/** The part of the picture, in its own pixels, that the network sees: where overlays are to be drawn. */
export function cropRectangle(
  picture: PictureSize,
  options: PictureSize & { readonly crop: number },
): Rectangle {
  const { resized, left, top } = cropOf(picture, options)
  const across = (pixels: number) => (pixels * picture.width) / resized.width
  const down = (pixels: number) => (pixels * picture.height) / resized.height
  return {
    left: across(left),
    top: down(top),
    width: across(options.width),
    height: down(options.height),
  }
}

/** The size after resizing, and where the crop begins in it. */
function cropOf(picture: PictureSize, { width, height, crop }: PictureSize & { readonly crop: number }) {
  const resized = resizedSize(picture, Math.floor(width / crop), Math.floor(height / crop))
  return {
    resized,
    left: roundHalfToEven((resized.width - width) / 2),
    top: roundHalfToEven((resized.height - height) / 2),
  }
}

/** torchvision's Resize: the shorter side becomes the target, the longer one is rounded down. */
function resizedSize(picture: PictureSize, width: number, height: number): PictureSize {
  const byWidth = { width, height: Math.max(1, Math.floor((width * picture.height) / picture.width)) }
  const byHeight = { width: Math.max(1, Math.floor((height * picture.width) / picture.height)), height }
  return byWidth.height >= height ? byWidth : byHeight
}

/** Python's round. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}

/** Pillow's Image.resize(BICUBIC) on RGB bytes: two passes, rounded to bytes between them. */
export function resize(rgba: Uint8Array | Uint8ClampedArray, from: PictureSize, to: PictureSize): Uint8Array {
  const columns = filterWeights(from.width, to.width)
  const rows = filterWeights(from.height, to.height)
  const narrow = new Uint8Array(from.height * to.width * 3)
  for (let y = 0; y < from.height; y++) {
    for (let x = 0; x < to.width; x++) {
      const { first, weights } = columns[x] as Taps
      for (let channel = 0; channel < 3; channel++) {
        let sum = half
        for (let tap = 0; tap < weights.length; tap++) {
          sum += (rgba[(y * from.width + first + tap) * 4 + channel] as number) * (weights[tap] as number)
        }
        narrow[(y * to.width + x) * 3 + channel] = toByte(sum)
      }
    }
  }
  const out = new Uint8Array(to.height * to.width * 3)
  const stride = to.width * 3
  for (let y = 0; y < to.height; y++) {
    const { first, weights } = rows[y] as Taps
    for (let at = 0; at < stride; at++) {
      let sum = half
      for (let tap = 0; tap < weights.length; tap++) {
        sum += (narrow[(first + tap) * stride + at] as number) * (weights[tap] as number)
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

/** For each new pixel which old ones it is made of; the filter widens when the picture shrinks. */
function filterWeights(from: number, to: number): Taps[] {
  const scale = from / to
  const stretch = Math.max(1, scale)
  const support = 2 * stretch
  return Array.from({ length: to }, (_, index) => {
    const centre = (index + 0.5) * scale
    const first = Math.max(0, Math.trunc(centre - support + 0.5))
    const end = Math.min(from, Math.trunc(centre + support + 0.5))
    const weights = new Float64Array(end - first)
    let sum = 0
    for (let tap = 0; tap < weights.length; tap++) {
      const weight = bicubic((tap + first - centre + 0.5) / stretch)
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

/** Keys' cubic with a = -0.5. */
function bicubic(offset: number): number {
  const a = -0.5
  const x = Math.abs(offset)
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a
  return 0
}
