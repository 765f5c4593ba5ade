/**
 * Decodes pictures and brings them to the network's input away from the page, which stays at hand meanwhile. One question
 * after the other, in their order.
 */
import {
  evalSteps,
  mostPixels,
  type PictureSize,
  type PreprocessOptions,
  type Probe,
  pictureSize,
  probeImage,
  seenPixels,
} from '../../engine/pictures'
import type { SeenPicture } from '../state/pictureStore'

export interface PictureQuestion {
  readonly id: number
  /** Begins the sentences about what is wrong. */
  readonly name: string
  readonly content: Blob | Probe
  readonly options: PreprocessOptions
}

export type PictureAnswer =
  | { readonly id: number; readonly seen: Answered }
  | { readonly id: number; readonly problem: string }

/** The page knows the options. */
type Answered = Omit<SeenPicture, 'options'>

const thumbnailSide = 72

self.addEventListener('message', ({ data }: MessageEvent<PictureQuestion>) => {
  queue = queue.then(() => answer(data))
})

let queue = Promise.resolve()

async function answer(question: PictureQuestion): Promise<void> {
  const { id, name } = question
  try {
    const seen = await see(question)
    postMessage({ id, seen } satisfies PictureAnswer, { transfer: [seen.thumbnail, seen.view.data.buffer] })
  } catch (error) {
    const problem =
      error instanceof PictureError
        ? error.message
        : `${name} cannot be brought to the input's size: ${error instanceof Error ? error.message : error}.`
    postMessage({ id, problem } satisfies PictureAnswer)
  }
}

async function see({ name, content, options }: PictureQuestion): Promise<Answered> {
  if (!(content instanceof Blob)) {
    const view = imageOf(
      probeImage(content, options).map((value) => value * 255),
      options,
    )
    return { original: null, steps: null, view, thumbnail: await thumbnailOf(view) }
  }
  const bitmap = await decode(name, content)
  const original = { width: bitmap.width, height: bitmap.height }
  const view = imageOf(seenPixels(rowsOf(bitmap), original, options), options)
  bitmap.close()
  return { original, steps: evalSteps(original, options), view, thumbnail: await thumbnailOf(view) }
}

async function decode(name: string, blob: Blob): Promise<ImageBitmap> {
  // The size stands at the beginning of the file, and is asked before anything is decoded.
  const header = pictureSize(new Uint8Array(await blob.slice(0, 262_144).arrayBuffer()))
  if (header) checkPixels(name, header)
  // Upright, and the bytes as they are: timm knows no colour profiles.
  const settings = { imageOrientation: 'from-image', colorSpaceConversion: 'none' } as const
  const bitmap = await createImageBitmap(blob, settings).catch(() => {
    throw new PictureError(`${name} cannot be decoded here; PNG, JPEG, WebP and GIF can.`)
  })
  checkPixels(name, bitmap)
  return bitmap
}

function checkPixels(name: string, { width, height }: PictureSize): void {
  const megapixels = (count: number) => Math.round(count / 1e6)
  if (width * height <= mostPixels) return
  throw new PictureError(
    `${name} has ${megapixels(width * height)} megapixels; the limit is ${megapixels(mostPixels)}.`,
  )
}

/**
 * Reads a bitmap strip by strip: the whole of it as bytes would be as much memory again, twice. A canvas forgets the colour
 * behind full transparency, so that it becomes black here; Pillow keeps whatever the file hides there.
 */
function rowsOf(bitmap: ImageBitmap): (top: number, bottom: number) => Uint8ClampedArray {
  let strip: OffscreenCanvasRenderingContext2D | null = null
  return (top, bottom) => {
    strip ??= contextOf(bitmap.width, bottom - top)
    strip.clearRect(0, 0, bitmap.width, bottom - top)
    strip.drawImage(bitmap, 0, -top)
    return strip.getImageData(0, 0, bitmap.width, bottom - top).data
  }
}

function contextOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (!context) throw new PictureError('This browser gives no canvas to decode pictures on.')
  return context
}

/** RGB 0..255 [height, width, 3] as something to draw. */
function imageOf(rgb: ArrayLike<number>, { width, height }: PictureSize): ImageData {
  const image = new ImageData(width, height)
  for (let pixel = 0; pixel < width * height; pixel++) {
    // Rounded by the clamped array.
    image.data[pixel * 4] = rgb[pixel * 3] ?? 0
    image.data[pixel * 4 + 1] = rgb[pixel * 3 + 1] ?? 0
    image.data[pixel * 4 + 2] = rgb[pixel * 3 + 2] ?? 0
    image.data[pixel * 4 + 3] = 255
  }
  return image
}

function thumbnailOf(view: ImageData): Promise<ImageBitmap> {
  const scale = thumbnailSide / Math.max(view.width, view.height)
  return createImageBitmap(view, {
    resizeWidth: Math.max(1, Math.round(view.width * scale)),
    resizeHeight: Math.max(1, Math.round(view.height * scale)),
    resizeQuality: scale < 1 ? 'high' : 'pixelated',
  })
}

class PictureError extends Error {}
