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
  const { tensors } = readSafetensors(
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

test('a double is rounded to float32, and a tensor that is not aligned is read all the same', () => {
  const numbers = new Uint8Array(14)
  const view = new DataView(numbers.buffer)
  view.setUint16(0, 0x3fc0, true) // 1.5
  view.setFloat64(2, 0.1, true)
  view.setFloat32(10, -7.25, true)
  const { tensors } = readSafetensors(
    file(
      {
        brain: { dtype: 'BF16', shape: [], data_offsets: [0, 2] },
        double: { dtype: 'F64', shape: [1], data_offsets: [2, 10] },
        single: f32(10, 14),
      },
      numbers,
    ),
  )
  const read = (name: string) => [...(tensors.get(name)?.data ?? [])]
  expect([read('brain'), read('double'), read('single')]).toEqual([[1.5], [Math.fround(0.1)], [-7.25]])
})

test('counters are named and not read', () => {
  const counter = { dtype: 'I64', shape: [], data_offsets: [4, 12] }
  const { tensors, counters } = readSafetensors(file({ w: f32(0, 4), num_batches_tracked: counter }, 12))
  expect([...tensors.keys()]).toEqual(['w'])
  expect(counters).toEqual(['num_batches_tracked'])
})

test('names that mean something to JavaScript are names like others', () => {
  const header = `{"__proto__":${JSON.stringify(f32(0, 4))},"constructor":${JSON.stringify(f32(4, 8))}}`
  const { tensors } = readSafetensors(file(header, 8))
  expect([...tensors.keys()]).toEqual(['__proto__', 'constructor'])
})

test('a tensor called dtype, and metadata that speak of dtype, are no second listing', () => {
  const { tensors } = readSafetensors(
    file({ __metadata__: { dtype: 'F32', note: '"a": {"dtype"' }, dtype: f32(0, 4) }, 4),
  )
  expect([...tensors.keys()]).toEqual(['dtype'])
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
  [
    'a tensor listed twice in two spellings',
    file(`{"a":${JSON.stringify(f32(0, 4))},"\\u0061":${JSON.stringify(f32(0, 4))}}`, 4),
    'listed twice',
  ],
  [
    'a type given twice',
    file('{"a":{"dtype":"I32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
    'dtype is given twice',
  ],
  ['bytes after the last tensor', file({ a: f32(0, 4) }, 8), 'end at byte 4, the file at 8'],
  [
    'a type that JavaScript knows',
    file({ a: { dtype: 'constructor', shape: [], data_offsets: [0, 4] } }, 4),
    'type',
  ],
  ['a negative size', file({ a: f32(0, 4, [-1, -1]) }, 4), 'not complete'],
  ['sizes whose product overflows', file({ a: f32(0, 0, [2 ** 50, 2 ** 50, 2 ** 50]) }, 0), 'has 0 bytes'],
  ['a range that runs backwards', file({ a: f32(4, 0, [1]) }, 4), 'has -4 bytes'],
  ['an entry that is null', file('{"a":null}', 0), 'the entry of a is not complete'],
  ['a name without end', file({ ['a'.repeat(501)]: f32(0, 4) }, 4), 'a name has 501 letters'],
  ['a header larger than any real one', file(' '.repeat(4 * 2 ** 20 + 1), 0), 'no more than 4194304'],
])('%s is refused with a sentence', (_, bytes, sentence) => {
  expect(() => readSafetensors(bytes)).toThrow(sentence)
})

test('a file with any byte changed, cut or added is tensors of the right size, or a sentence', () => {
  const whole = new Uint8Array(
    file(
      {
        w: f32(0, 8, [2, 1]),
        b: { dtype: 'F16', shape: [2], data_offsets: [8, 12] },
        n: { dtype: 'I64', shape: [], data_offsets: [12, 20] },
      },
      20,
    ),
  )
  const change = fc.record({
    at: fc.nat(whole.length - 1),
    byte: fc.nat(255),
    cut: fc.nat(3),
    add: fc.nat(2),
  })
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      let bytes = [...whole]
      for (const { at, byte, cut, add } of changes) {
        bytes[Math.min(at, bytes.length - 1)] = byte
        if (cut === 3) bytes = bytes.slice(0, at + 1)
        if (add === 2) bytes.push(byte)
      }
      try {
        const { tensors } = readSafetensors(new Uint8Array(bytes).buffer)
        for (const { shape, data } of tensors.values()) {
          expect(data).toHaveLength(shape.reduce((product, size) => product * size, 1))
        }
      } catch (error) {
        expect((error as Error).message).toContain('not a whole safetensors file')
      }
    }),
    { numRuns: 2000 },
  )
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
