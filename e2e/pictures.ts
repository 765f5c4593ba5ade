/** The first bytes of a PNG of this size: signature and IHDR, nothing behind them. */
export function pngHeader(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(33)
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  bytes.writeUInt32BE(13, 8)
  bytes.write('IHDR', 12)
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  // 8 bits per sample, RGB.
  bytes.set([8, 2], 24)
  return bytes
}
