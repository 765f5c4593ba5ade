/**
 * What timm does to a picture before evaluation (`transforms_imagenet_eval`): resize by its crop share with Pillow's
 * antialiased filter, cut out the centre, subtract the mean and divide by the standard deviation.
 */
import { type PictureSize, type PixelRows, type Rectangle, type ResizeFilter, resize, rowsOf } from './resize'

export interface EvalTransform {
  /** Share of the resized picture's side that is kept: timm's crop_pct. */
  readonly crop: number
  readonly mean: readonly [number, number, number]
  readonly std: readonly [number, number, number]
  /** timm's interpolation; bicubic when left out. */
  readonly filter?: ResizeFilter
  /** timm's crop_mode, `center` when left out. `squash` gives up the proportions, `border` adds a frame: neither loses a side. */
  readonly mode?: 'center' | 'squash' | 'border'
}

/** The network's input size and how a picture is brought to it. */
export interface PreprocessOptions extends PictureSize, EvalTransform {}

/** How a picture of one size becomes an input of another. */
export interface EvalSteps {
  /** The whole picture's size after resizing. */
  readonly resized: PictureSize
  readonly filter: ResizeFilter
  /** Where the crop begins in the resized picture; below zero where it reaches beyond it, and a frame is added. */
  readonly left: number
  readonly top: number
  /** The crop in pixels of the picture as it came: where overlays are to be drawn. */
  readonly seen: Rectangle
}

/** RGBA bytes, row by row, to normalised [height, width, 3]. Alpha is ignored, as Pillow's convert('RGB') does. */
export function preprocess(
  rgba: Uint8Array | Uint8ClampedArray,
  picture: PictureSize,
  options: PreprocessOptions,
): Float32Array {
  return normalize(
    Float32Array.from(seenPixels(rowsOf(rgba, picture), picture, options), (byte) => byte / 255),
    options,
  )
}

/** RGBA rows to the RGB bytes [height, width, 3] that the network gets, before they are normalised. */
export function seenPixels(
  readRows: PixelRows,
  picture: PictureSize,
  options: PreprocessOptions,
): Uint8Array {
  const { width, height } = options
  const { resized, filter, left, top } = evalSteps(picture, options)
  // The part of the crop that lies on the picture.
  const part = {
    left: Math.max(0, left),
    top: Math.max(0, top),
    width: Math.min(width, resized.width),
    height: Math.min(height, resized.height),
  }
  const pixels = resize(readRows, picture, resized, filter, part)
  if (part.width === width && part.height === height) return pixels
  const framed = new Uint8Array(height * width * 3)
  const frame =
    options.mode === 'border' ? options.mean.map((mean) => roundHalfToEven(255 * mean)) : [0, 0, 0]
  for (let at = 0; at < framed.length; at++) framed[at] = frame[at % 3] as number
  const row = part.width * 3
  for (let y = 0; y < part.height; y++) {
    const to = ((y + Math.max(0, -top)) * width + Math.max(0, -left)) * 3
    framed.set(pixels.subarray(y * row, (y + 1) * row), to)
  }
  return framed
}

/** Values 0..1 [height, width, 3] to what the network computes with. */
export function normalize(
  values: Float32Array,
  { mean, std }: Pick<EvalTransform, 'mean' | 'std'>,
): Float32Array {
  return values.map((value, at) => (value - (mean[at % 3] as number)) / (std[at % 3] as number))
}

export function evalSteps(picture: PictureSize, options: PreprocessOptions): EvalSteps {
  const { resized, filter } = resizeOf(picture, options)
  const left = cropStart(resized.width, options.width)
  const top = cropStart(resized.height, options.height)
  const across = (pixels: number) => (pixels * picture.width) / resized.width
  const down = (pixels: number) => (pixels * picture.height) / resized.height
  const seen = {
    left: across(left),
    top: down(top),
    width: across(options.width),
    height: down(options.height),
  }
  return { resized, filter, left, top, seen }
}

function resizeOf(picture: PictureSize, options: PreprocessOptions): Pick<EvalSteps, 'resized' | 'filter'> {
  const { crop, filter = 'bicubic', mode = 'center' } = options
  const width = Math.floor(options.width / crop)
  const height = Math.floor(options.height / crop)
  const byWidth = picture.width / width
  const byHeight = picture.height / height
  if (mode === 'border') return { resized: divided(picture, Math.max(byWidth, byHeight)), filter }
  if (width === height) {
    return { resized: mode === 'squash' ? { width, height } : shorterSide(picture, width), filter }
  }
  if (mode === 'squash') return { resized: { width, height }, filter }
  // For an input that is no square timm resizes bilinearly, whatever the model asks for.
  return { resized: divided(picture, Math.min(byWidth, byHeight)), filter: 'bilinear' }
}

/** torchvision's Resize to one number: the shorter side becomes it, the longer one is rounded down. */
function shorterSide({ width, height }: PictureSize, side: number): PictureSize {
  return width <= height
    ? { width: side, height: Math.max(1, Math.floor((side * height) / width)) }
    : { width: Math.max(1, Math.floor((side * width) / height)), height: side }
}

/** timm's ResizeKeepRatio. */
const divided = ({ width, height }: PictureSize, ratio: number): PictureSize => ({
  width: Math.max(1, roundHalfToEven(width / ratio)),
  height: Math.max(1, roundHalfToEven(height / ratio)),
})

/** torchvision's CenterCrop: what is too small gets the smaller half of the frame first. */
const cropStart = (resized: number, wanted: number): number =>
  resized < wanted ? -Math.floor((wanted - resized) / 2) : roundHalfToEven((resized - wanted) / 2)

/** Python's round. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
