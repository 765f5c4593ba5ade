import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pictureSize } from './pictureSize'

const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === 'string' ? [...part].map((letter) => letter.charCodeAt(0)) : part,
    ),
  )

test('PNG: eight bytes of signature, then IHDR', () => {
  const png = bytes(
    [0x89],
    'PNG\r\n',
    [0x1a, 0x0a],
    [0, 0, 0, 13],
    'IHDR',
    [0, 0, 1, 195],
    [0, 0, 1, 44],
    [8, 6, 0, 0, 0],
  )
  expect(pictureSize(png)).toEqual({ type: 'png', width: 451, height: 300 })
})

test('GIF: the logical screen, little-endian', () => {
  expect(pictureSize(bytes('GIF89a', [64, 1], [200, 0], [0, 0]))).toEqual({
    type: 'gif',
    width: 320,
    height: 200,
  })
})

test('JPEG: the first start of frame behind other segments', () => {
  const jpeg = bytes(
    [0xff, 0xd8],
    [0xff, 0xe0, 0, 4, 1, 2],
    [0xff, 0xc4, 0, 3, 9],
    [0xff, 0xff, 0xc2, 0, 11, 8, 2, 88, 3, 32, 3, 0, 0, 0],
  )
  expect(pictureSize(jpeg)).toEqual({ type: 'jpeg', width: 800, height: 600 })
})

test('WebP in its three forms', () => {
  const riff = (kind: string, rest: readonly number[]) =>
    bytes('RIFF', [0, 0, 0, 0], 'WEBP', kind, [0, 0, 0, 0], rest)
  const filler = [0, 0, 0, 0, 0, 0]
  // Lossy: 14 bits each after the frame tag and start code.
  expect(pictureSize(riff('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a, 0x20, 0x03, 0x58, 0x02, ...filler]))).toEqual({
    type: 'webp',
    width: 800,
    height: 600,
  })
  // Lossless: width - 1 and height - 1 in 14 bits each after 0x2f.
  const bits = (799 | (599 << 14)) >>> 0
  expect(
    pictureSize(
      riff('VP8L', [0x2f, bits & 255, (bits >>> 8) & 255, (bits >>> 16) & 255, bits >>> 24, ...filler]),
    ),
  ).toEqual({ type: 'webp', width: 800, height: 600 })
  // Extended: 24 bits each.
  expect(pictureSize(riff('VP8X', [0, 0, 0, 0, 0x1f, 0x03, 0, 0x57, 0x02, 0]))).toEqual({
    type: 'webp',
    width: 800,
    height: 600,
  })
})

test('anything else, and anything cut off, has no size', () => {
  expect(pictureSize(bytes('BM', [1, 2, 3]))).toBeNull()
  expect(pictureSize(bytes([0xff, 0xd8, 0xff]))).toBeNull()
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 64 }),
      fc.constantFrom(
        [0xff, 0xd8],
        [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
        [0x47, 0x49, 0x46],
        [0x52, 0x49, 0x46, 0x46],
      ),
      (rest, start) => {
        const size = pictureSize(bytes(start, [...rest]))
        if (size) expect(Math.min(size.width, size.height)).toBeGreaterThan(0)
      },
    ),
  )
})
