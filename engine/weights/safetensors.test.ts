import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readSafetensors } from './safetensors'

/** A file with this header and so many zero bytes, or these ones. */
function file(header: unknown, data: Uint8Array | number): ArrayBuffer {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const numbers = typeof data === 'number' ? new Uint8Array(data) : data
  const bytes = new Uint8Array(8 + text.length + numbers.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  bytes.set(numbers, 8 + text.length)
  return bytes.buffer
}

const f32 = (begin: number, end: number, shape = [(end - begin) / 4]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
})

test('float32, float16 and bfloat16 tensors come out as float32', () => {
  const numbers = new Uint8Array(12)
  const view = new DataView(numbers.buffer)
  view.setFloat32(0, 1.5, true)
  view.setUint16(4, 0xc100, true) // -2.5
  view.setUint16(6, 0x0001, true) // the smallest half, 2^-24
  view.setUint16(8, 0x3fc0, true) // 1.5
  view.setUint16(10, 0xbf80, true) // -1
  const tensors = readSafetensors(
    file(
      {
        __metadata__: { format: 'pt' },
        a: f32(0, 4),
        half: { dtype: 'F16', shape: [2], data_offsets: [4, 8] },
        brain: { dtype: 'BF16', shape: [2, 1], data_offsets: [8, 12] },
      },
      numbers,
    ),
  )
  expect([...(tensors.get('a')?.data ?? [])]).toEqual([1.5])
  expect([...(tensors.get('half')?.data ?? [])]).toEqual([-2.5, 2 ** -24])
  expect([...(tensors.get('brain')?.data ?? [])]).toEqual([1.5, -1])
  expect(tensors.get('brain')?.shape).toEqual([2, 1])
})

test('integer buffers are skipped', () => {
  const counter = { dtype: 'I64', shape: [], data_offsets: [4, 12] }
  expect([...readSafetensors(file({ w: f32(0, 4), num_batches_tracked: counter }, 12)).keys()]).toEqual(['w'])
})

test.each([
  ['a file that is cut', file({ w: f32(0, 8) }, 4), 'it may be cut'],
  ['a header longer than the file', new Uint8Array([255, 255, 255, 0, 0, 0, 0, 0]).buffer, 'claims'],
  ['an empty file', new ArrayBuffer(0), 'shorter than its own header'],
  ['a header that is no JSON', file('{nonsense', 0), 'not JSON'],
  ['a hole', file({ a: f32(0, 4), b: f32(8, 12) }, 12), 'b does not begin where'],
  ['an overlap', file({ a: f32(0, 8), b: f32(4, 8) }, 8), 'b does not begin where'],
  ['a shape that does not fit its bytes', file({ a: f32(0, 8, [3]) }, 8), 'a has 8 bytes for the shape 3'],
  ['a type nobody knows', file({ a: { dtype: 'F3', shape: [], data_offsets: [0, 4] } }, 4), 'type F3'],
  [
    'a tensor listed twice',
    file(`{"a":${JSON.stringify(f32(0, 4))},"a":${JSON.stringify(f32(0, 4))}}`, 4),
    'listed twice',
  ],
])('%s is refused with a sentence', (_, bytes, sentence) => {
  expect(() => readSafetensors(bytes)).toThrow(sentence)
})

test('whatever the bytes are, the answer is tensors or a sentence', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string({ maxLength: 80 }), (bytes, header) => {
      for (const candidate of [bytes.slice().buffer, file(header, bytes)]) {
        try {
          readSafetensors(candidate)
        } catch (error) {
          expect((error as Error).message).toContain('not a whole safetensors file')
        }
      }
    }),
  )
})
