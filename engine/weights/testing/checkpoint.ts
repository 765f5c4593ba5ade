/** Checkpoint files as tests need them: made from numbers, or from the rule that golden cases are made from. */
import type { Shape } from '../../graph/graph'
import { proceduralWeights } from '../procedural'

export interface Tensor {
  readonly name: string
  readonly shape: Shape
  readonly data: Float32Array
}

/** A safetensors file of float32 tensors. */
export function safetensorsOf(tensors: readonly Tensor[]): Uint8Array<ArrayBuffer> {
  let end = 0
  const entries = tensors.map(({ name, shape, data }) => {
    const begin = end
    end += data.byteLength
    return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }] as const
  })
  const text = JSON.stringify(Object.fromEntries(entries))
  // Numbers begin at a multiple of eight, as the format's own writer does.
  const header = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8))
  const bytes = new Uint8Array(8 + header.length + end)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
  bytes.set(header, 8)
  let at = 8 + header.length
  for (const { data } of tensors) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return bytes
}

/** The tensors of a golden case, with the reference's names and values. */
export const goldenTensors = ({
  tensors,
}: {
  readonly tensors: readonly (readonly [name: string, shape: Shape, a: number, b: number])[]
}): Tensor[] =>
  tensors.map(([name, shape, a, b]) => ({ name, shape, data: proceduralWeights(name, shape, { a, b }) }))
