/** Reads a picture file into pixels: PNG and JPEG, without any native code. */
import { readFileSync, statSync } from 'node:fs'
import { convertIndexedToRgb, decode as decodePng } from 'fast-png'
import { decode as decodeJpeg } from 'jpeg-js'
import { mostPixels, pictureSize } from '../index'

export interface Picture {
  readonly width: number
  readonly height: number
  /** RGBA, 8 bits each. */
  readonly data: Uint8ClampedArray
}

const mostBytes = 100 * 2 ** 20

/** Throws an error that names the file and what is wrong with it. */
export function readPicture(file: string): Picture {
  const refuse = (what: string) => new Error(`${file}: ${what}`)
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw refuse('there is no such file')
  if (statSync(file).size > mostBytes) throw refuse('it is larger than 100 MiB')
  const bytes = new Uint8Array(readFileSync(file))
  const size = pictureSize(bytes)
  if (!size) throw refuse('this is not a picture; PNG and JPEG are read here')
  if (size.width * size.height > mostPixels) {
    throw refuse(`${size.width}×${size.height} is over 40 megapixels; choose a smaller picture`)
  }
  try {
    if (size.type === 'png') return fromPng(bytes)
    if (size.type === 'jpeg') return fromJpeg(bytes)
  } catch (error) {
    throw refuse(`it cannot be decoded: ${error instanceof Error ? error.message : String(error)}`)
  }
  throw refuse(`${size.type} is not read here; save it as PNG or JPEG`)
}

function fromJpeg(bytes: Uint8Array): Picture {
  const { width, height, data } = decodeJpeg(bytes, { useTArray: true, maxResolutionInMP: 40 })
  return { width, height, data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.byteLength) }
}

function fromPng(bytes: Uint8Array): Picture {
  const png = decodePng(bytes)
  const { width, height, depth, palette } = png
  if (!palette && depth < 8) throw new Error(`greys of ${depth} bits are not read here`)
  const data = palette ? convertIndexedToRgb(png) : png.data
  const channels = palette ? (palette[0]?.length ?? 3) : png.channels
  const pixels = new Uint8ClampedArray(width * height * 4)
  // Of 16 bits the upper half is kept.
  const shift = depth === 16 ? 8 : 0
  for (let i = 0; i < width * height; i++) {
    const value = (channel: number) => (data[i * channels + channel] ?? 0) >> shift
    const isGrey = channels <= 2
    const alpha = channels === 4 ? value(3) : channels === 2 ? value(1) : 255
    pixels.set([value(0), value(isGrey ? 0 : 1), value(isGrey ? 0 : 2), alpha], i * 4)
  }
  return { width, height, data: pixels }
}
