/** Checkpoint files as tests need them: made from numbers, or from the rule that golden cases are made from. */
import type { Shape } from '../../graph/graph'
import { proceduralWeights } from '../procedural'

export interface Tensor {
  readonly name: string
  readonly shape: Shape
  readonly data: Float32Array
}

/** A safetensors file of tensors of one type. */
export function safetensorsOf(
  tensors: readonly Tensor[],
  dtype: 'F32' | 'F16' | 'BF16' = 'F32',
): Uint8Array<ArrayBuffer> {
  let end = 0
  const contents = tensors.map(({ data }) => bytesOf[dtype](data))
  const entries = tensors.map(({ name, shape }, at) => {
    const begin = end
    end += contents[at]?.byteLength ?? 0
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const
  })
  const text = JSON.stringify(Object.fromEntries(entries))
  // Numbers begin at a multiple of eight, as the format's own writer does.
  const header = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8))
  const bytes = new Uint8Array(8 + header.length + end)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
  bytes.set(header, 8)
  let at = 8 + header.length
  for (const content of contents) {
    bytes.set(content, at)
    at += content.byteLength
  }
  return bytes
}

const bytesOf = {
  F32: (data: Float32Array) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  F16: (data: Float32Array) => new Uint8Array(Uint16Array.from(data, halfBits).buffer),
  // The upper half of a float32, rounded up from its middle on.
  BF16: (data: Float32Array) =>
    new Uint8Array(
      Uint16Array.from(new Uint32Array(data.slice().buffer), (bits) => (bits + 0x8000) >>> 16).buffer,
    ),
}

/** Of a number with |value| < 65504, rounded. */
function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  const exponent = size < 2 ** -14 ? -14 : Math.floor(Math.log2(size))
  const fraction = Math.round((size / 2 ** exponent) * 1024)
  // A fraction of 2048 carries into the exponent by itself; below the smallest exponent there is no leading 1.
  return sign + (exponent + 14) * 1024 + fraction
}

/** The tensors of a golden case, with the reference's names and values. */
export const goldenTensors = ({
  tensors,
}: {
  readonly tensors: readonly (readonly [name: string, shape: Shape, a: number, b: number])[]
}): Tensor[] =>
  tensors.map(([name, shape, a, b]) => ({ name, shape, data: proceduralWeights(name, shape, { a, b }) }))
