/** NumPy's .npy files, version 1.0, little-endian float32 in C order (numpy.lib.format). */

export function npyOf(values: Float32Array, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const count = shape.reduce((product, side) => product * side, 1)
  if (count !== values.length)
    throw new Error(`internal: ${values.length} values are no array of ${shape.join(' × ')}`)
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const words = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sides}), }`
  // Magic, version, length and words end on a multiple of 64 bytes; the last of them is a new line.
  const start = 64 * Math.ceil((10 + words.length + 1) / 64)
  const header = `${words.padEnd(start - 10 - 1)}\n`
  const file = new Uint8Array(start + 4 * values.length)
  const view = new DataView(file.buffer)
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0])
  view.setUint16(8, header.length, true)
  file.set(new TextEncoder().encode(header), 10)
  for (const [index, value] of values.entries()) view.setFloat32(start + 4 * index, value, true)
  return file
}
