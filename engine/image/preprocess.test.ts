import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { readPicture } from '../node/picture'
import { type EvalTransform, evalSteps, type PreprocessOptions, preprocess, seenPixels } from './preprocess'
import { type PictureSize, resize, rowsOf } from './resize'
import golden from './testing/timmEval.json'

/** The picture that the expected values were made from, with Pillow 12.3.0 on 20 November 2026. */
function synthetic({ width, height }: PictureSize): Uint8Array {
  const rgba = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        rgba[(y * width + x) * 4 + c] = (x * 7 + y * 13 + c * 50 + ((x * x + y * 3) % 17) * 5) % 256
      }
    }
  }
  return rgba
}
const picture = { width: 50, height: 37 }
const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const
const plain = { mean: [0, 0, 0], std: [1, 1, 1] } as const

test('resizing gives Pillow’s bytes, smaller and larger', () => {
  const sizes = [
    [{ width: 31, height: 23 }, 827006834],
    [{ width: 80, height: 61 }, 2546361010],
    [{ width: 50, height: 20 }, 2419215429],
    [{ width: 7, height: 5 }, 2506682579],
  ] as const
  for (const [size, checksum] of sizes)
    expect(checksumOf(resize(rowsOf(synthetic(picture), picture), picture, size))).toBe(checksum)
})

test('the whole preparation is timm’s: shorter side, rounding of the crop, normalisation', () => {
  const size = { width: 24, height: 24, crop: 0.875 }
  const bytes = preprocess(synthetic(picture), picture, { ...size, ...plain }).map((value) =>
    Math.round(value * 255),
  )
  expect(checksumOf(Uint8Array.from(bytes))).toBe(1653416299)
  const normalised = preprocess(synthetic(picture), picture, { ...size, ...imagenet })
  const at = (5 * 24 + 3) * 3
  const expected = [0.38231012929189134, -1.1953781512605042, -0.09638344226579523]
  for (const [channel, value] of expected.entries()) expect(normalised[at + channel]).toBeCloseTo(value, 6)
})

const seenOf = (size: PictureSize, options: Pick<PreprocessOptions, 'width' | 'height' | 'crop' | 'mode'>) =>
  evalSteps(size, { ...plain, ...options }).seen

test('a part of a resized picture is what a whole one holds there', () => {
  const to = { width: 31, height: 23 }
  const whole = resize(rowsOf(synthetic(picture), picture), picture, to)
  const part = { left: 4, top: 7, width: 20, height: 9 }
  const cut = resize(rowsOf(synthetic(picture), picture), picture, to, 'bicubic', part)
  for (let y = 0; y < part.height; y++) {
    const from = ((y + part.top) * to.width + part.left) * 3
    expect([...cut.subarray(y * 60, (y + 1) * 60)]).toEqual([...whole.subarray(from, from + 60)])
  }
})

type Mode = NonNullable<EvalTransform['mode']>
type Filter = NonNullable<EvalTransform['filter']>

test('every size, crop, crop mode and filter gives the bytes that timm gives', () => {
  const broken = golden.synthetic.filter(
    ([width, height, inputWidth, inputHeight, crop, mode, filter, checksum]) => {
      const size = { width: Number(width), height: Number(height) }
      const pixels = seenPixels(rowsOf(synthetic(size), size), size, {
        ...imagenet,
        width: Number(inputWidth),
        height: Number(inputHeight),
        crop: Number(crop),
        mode: mode as Mode,
        filter: filter as Filter,
      })
      return checksumOf(pixels) !== checksum
    },
  )
  expect(golden.synthetic.length).toBeGreaterThan(70)
  expect(broken).toEqual([])
})

test('photographs too, larger and smaller than the input', () => {
  for (const [file, side, crop, mode, filter, checksum] of golden.photographs) {
    const photograph = readPicture(`public/pictures/${file}`)
    const pixels = seenPixels(rowsOf(photograph.data, photograph), photograph, {
      ...imagenet,
      width: Number(side),
      height: Number(side),
      crop: Number(crop),
      mode: mode as Mode,
      filter: filter as Filter,
    })
    expect(checksumOf(pixels), `${file} at ${side}`).toBe(checksum)
  }
})

test('the crop in picture coordinates is where the network looks', () => {
  // 50×37 becomes 36×27, of which 24×24 from (6, 2) on.
  expect(seenOf(picture, { width: 24, height: 24, crop: 0.875 })).toEqual({
    left: (6 * 50) / 36,
    top: (2 * 37) / 27,
    width: (24 * 50) / 36,
    height: (24 * 37) / 27,
  })
  const whole = { left: 0, top: 0, width: 300, height: 300 }
  expect(seenOf({ width: 300, height: 300 }, { width: 224, height: 224, crop: 1 })).toEqual(whole)
  // A frame: the input reaches beyond the picture.
  expect(seenOf({ width: 300, height: 150 }, { width: 100, height: 100, crop: 1, mode: 'border' })).toEqual({
    left: 0,
    top: -75,
    width: 300,
    height: 300,
  })
})

test('a picture of another shape is filled, never stretched', () => {
  for (const size of [
    { width: 40, height: 20 },
    { width: 20, height: 40 },
  ]) {
    const { left, top, width, height } = seenOf(picture, { ...size, crop: 0.9 })
    expect(width / height).toBeCloseTo(size.width / size.height, 1)
    expect(Math.min(left, top)).toBeGreaterThanOrEqual(0)
    expect(left + width).toBeLessThanOrEqual(picture.width + 1e-9)
    expect(top + height).toBeLessThanOrEqual(picture.height + 1e-9)
  }
})

test('a picture of one pixel fills the input', () => {
  const red = preprocess(
    Uint8Array.from([255, 0, 0, 255]),
    { width: 1, height: 1 },
    { width: 4, height: 4, crop: 0.9, ...plain },
  )
  expect([...red.slice(0, 3)]).toEqual([1, 0, 0])
  expect(red).toHaveLength(48)
})

const checksumOf = (bytes: Uint8Array): number => crc32(bytes)
