import { expect, test } from 'vitest'
import { npyOf } from './npy'

/** As numpy.lib.format reads it: magic, version, little-endian length, a Python literal, data. */
function read(file: Uint8Array<ArrayBuffer>) {
  const view = new DataView(file.buffer)
  expect([...file.subarray(0, 8)]).toEqual([
    0x93,
    ...[...'NUMPY'].map((letter) => letter.charCodeAt(0)),
    1,
    0,
  ])
  const length = view.getUint16(8, true)
  expect((10 + length) % 64).toBe(0)
  const header = new TextDecoder('latin1').decode(file.subarray(10, 10 + length))
  expect(header).toMatch(/^\{'descr': '<f4', 'fortran_order': False, 'shape': \([\d, ]*\), \} *\n$/)
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .filter((side) => side.trim() !== '')
    .map(Number)
  const count = (file.length - 10 - length) / 4
  const values = Array.from({ length: count }, (_, index) => view.getFloat32(10 + length + 4 * index, true))
  return { shape, values }
}

test('a matrix is read back as NumPy does', () => {
  const values = Float32Array.of(1, -2.5, 3e-5, Number.NaN, 5, 6)
  expect(read(npyOf(values, [2, 3]))).toEqual({ shape: [2, 3], values: [...values] })
})

test('a vector has a shape with a comma', () => {
  const file = npyOf(Float32Array.of(1, 2), [2])
  expect(new TextDecoder('latin1').decode(file)).toContain("'shape': (2,)")
  expect(read(file).shape).toEqual([2])
})

test('a shape that does not fit is a mistake of ours', () => {
  expect(() => npyOf(Float32Array.of(1, 2, 3), [2, 2])).toThrow('internal: 3 values are no array of 2 × 2')
})
