/**
 * Pictures that people bring: decoded here, upright, cut and normalised as timm does, at the design's input size.
 * A picture that cannot be used changes nothing; the reason is a sentence in runStore.
 */
import { cropRectangle, type Document, mostPixels, pictureSize, preprocess } from '../../engine/index'
import { loadCatalogue } from '../state/catalogue'
import { useDocumentStore } from '../state/documentStore'
import { presetOf } from '../state/presetFacts'
import { type Picture, useRunStore } from '../state/runStore'

const byteLimit = 60_000_000
/** Pictures with a longer short side are halved by the browser first, so that resampling here stays within a few milliseconds. */
const shortSideLimit = 1024

export interface PictureSample {
  readonly name: string
  readonly file: string
}

/** Free to ship: see public/pictures/LICENCES.txt. */
export const samples: readonly PictureSample[] = [
  { name: 'Cat', file: 'pictures/chelsea.png' },
  { name: 'Astronaut', file: 'pictures/astronaut.png' },
  { name: 'Coffee', file: 'pictures/coffee.png' },
  { name: 'Rocket', file: 'pictures/rocket.jpg' },
]

/** What timm does to a picture for most models: ImageNet's mean, the central 90 % of the short side. */
const usual = { crop: 0.9, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const

const preprocessingOf = (design: Document) => presetOf(design)?.preprocessing ?? usual

class PictureError extends Error {}

/** Decodes a picture and makes it the one that the design runs on. Returns whether it could. */
export async function takePicture(blob: Blob, name: string): Promise<boolean> {
  const { set } = useRunStore.getState()
  try {
    // What timm does to pictures for this design is known with its preset.
    const [bitmap] = await Promise.all([decode(blob), loadCatalogue()])
    set({ picture: atInputSize(name, bitmap), pictureProblem: null })
    return true
  } catch (error) {
    set({ pictureProblem: error instanceof PictureError ? error.message : `${name} cannot be decoded here.` })
    return false
  }
}

export async function takeSample(sample: PictureSample): Promise<boolean> {
  const response = await fetch(new URL(sample.file, document.baseURI))
  return takePicture(await response.blob(), sample.name)
}

/** Cuts the picture again when the design's input size or its preprocessing changes. */
export function followInputSize(): () => void {
  return useDocumentStore.subscribe(({ document: design }, { document: before }) => {
    const { picture, set } = useRunStore.getState()
    if (!picture) return
    const { input } = design
    const isSameSize = input.height === before.input.height && input.width === before.input.width
    if (isSameSize && preprocessingOf(design) === preprocessingOf(before)) return
    set({ picture: atInputSize(picture.name, picture.bitmap) })
  })
}

async function decode(blob: Blob): Promise<ImageBitmap> {
  if (blob.size > byteLimit)
    throw new PictureError(
      `The file has ${megabytes(blob.size)} MB; the limit is ${megabytes(byteLimit)} MB.`,
    )
  const header = new Uint8Array(await blob.slice(0, 262_144).arrayBuffer())
  const size = pictureSize(header)
  if (size) checkPixels(size)
  const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' }).catch(() => {
    throw new PictureError(
      `This ${size?.type ?? (blob.type.replace('image/', '') || 'file')} cannot be decoded here; PNG, JPEG, WebP and GIF can.`,
    )
  })
  checkPixels(bitmap)
  const shortSide = Math.min(bitmap.width, bitmap.height)
  if (shortSide <= shortSideLimit) return bitmap
  const scale = shortSideLimit / shortSide
  return createImageBitmap(bitmap, {
    resizeWidth: Math.round(bitmap.width * scale),
    resizeHeight: Math.round(bitmap.height * scale),
    resizeQuality: 'high',
  })
}

function checkPixels({ width, height }: { readonly width: number; readonly height: number }): void {
  if (width * height <= mostPixels) return
  throw new PictureError(
    `The picture has ${megabytes(width * height)} megapixels; the limit is ${megabytes(mostPixels)}.`,
  )
}

function atInputSize(name: string, bitmap: ImageBitmap): Picture {
  const design = useDocumentStore.getState().document
  const { height, width } = design.input
  const preprocessing = preprocessingOf(design)
  const size = { width: bitmap.width, height: bitmap.height }
  const tensor = preprocess(pixelsOf(bitmap), size, { width, height, ...preprocessing })
  const crop = cropRectangle(size, { width, height, crop: preprocessing.crop })
  const { canvas, context } = canvasOf(width, height)
  context.imageSmoothingQuality = 'high'
  context.drawImage(bitmap, crop.left, crop.top, crop.width, crop.height, 0, 0, width, height)
  return { name, bitmap, view: context.getImageData(0, 0, canvas.width, canvas.height), tensor }
}

function pixelsOf(bitmap: ImageBitmap): Uint8ClampedArray {
  const { context } = canvasOf(bitmap.width, bitmap.height)
  context.drawImage(bitmap, 0, 0)
  return context.getImageData(0, 0, bitmap.width, bitmap.height).data
}

function canvasOf(width: number, height: number) {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) throw new PictureError('This browser gives no canvas to decode the picture on.')
  return { canvas, context }
}

/** Also megapixels. */
const megabytes = (count: number): number => Math.round(count / 1e6)
