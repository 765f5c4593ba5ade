/** The size of a picture from the first bytes of its file, before anything is decoded. */

export interface PictureHeader {
  readonly type: 'png' | 'jpeg' | 'webp' | 'gif'
  readonly width: number
  readonly height: number
}

/** Above this a picture is refused: decoding it could take the page down. */
export const mostPixels = 40_000_000

/** Null when the bytes are none of the four formats, or end too early. The first 64 kB are enough for most files; JPEG may need more. */
export function pictureSize(bytes: Uint8Array): PictureHeader | null {
  return png(bytes) ?? gif(bytes) ?? webp(bytes) ?? jpeg(bytes)
}

function png(bytes: Uint8Array): PictureHeader | null {
  if (!startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) || bytes.length < 24) return null
  return sized('png', big(bytes, 16, 4), big(bytes, 20, 4))
}

function gif(bytes: Uint8Array): PictureHeader | null {
  if (text(bytes, 0, 3) !== 'GIF' || bytes.length < 10) return null
  return sized('gif', little(bytes, 6, 2), little(bytes, 8, 2))
}

function webp(bytes: Uint8Array): PictureHeader | null {
  if (text(bytes, 0, 4) !== 'RIFF' || text(bytes, 8, 4) !== 'WEBP' || bytes.length < 30) return null
  switch (text(bytes, 12, 4)) {
    case 'VP8 ':
      return sized('webp', little(bytes, 26, 2) & 0x3fff, little(bytes, 28, 2) & 0x3fff)
    case 'VP8L': {
      const bits = little(bytes, 21, 4)
      return sized('webp', (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1)
    }
    case 'VP8X':
      return sized('webp', little(bytes, 24, 3) + 1, little(bytes, 27, 3) + 1)
    default:
      return null
  }
}

function jpeg(bytes: Uint8Array): PictureHeader | null {
  if (!startsWith(bytes, [0xff, 0xd8])) return null
  let at = 2
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return null
    const marker = bytes[at + 1] as number
    // Fill bytes and markers without a length.
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2
      continue
    }
    // Start of frame; C4, C8 and CC are tables.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return sized('jpeg', big(bytes, at + 7, 2), big(bytes, at + 5, 2))
    const length = big(bytes, at + 2, 2)
    if (length < 2 || marker === 0xda) return null
    at += 2 + length
  }
  return null
}

const sized = (type: PictureHeader['type'], width: number, height: number): PictureHeader | null =>
  width > 0 && height > 0 ? { type, width, height } : null

const startsWith = (bytes: Uint8Array, start: readonly number[]): boolean =>
  start.every((byte, index) => bytes[index] === byte)

const text = (bytes: Uint8Array, from: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(from, from + length))

function big(bytes: Uint8Array, from: number, length: number): number {
  return bytes.subarray(from, from + length).reduce((number, byte) => number * 256 + byte, 0)
}

function little(bytes: Uint8Array, from: number, length: number): number {
  return bytes.subarray(from, from + length).reduceRight((number, byte) => number * 256 + byte, 0)
}
