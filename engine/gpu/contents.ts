/**
 * Names what each lasting tensor of a plan holds, by how it comes about. Two tensors with one name hold the same numbers, in
 * this plan or in the next: that is how an edit keeps every weight it does not touch.
 */
import type { Plan, Step } from '../compile/plan'
import type { TensorId } from '../kernels/spec'

/** Where given weights come from: `source` names the file, so that two files are never taken for one another. */
export interface GivenWeights {
  readonly source: string
  readonly arrays: ReadonlyMap<string, Float32Array>
}

/** Contents by tensor: every weight, every constant and everything that `prepare` writes. */
export function contentsOf(plan: Plan, given: GivenWeights | null = null): ReadonlyMap<TensorId, string> {
  const contents = new Map<TensorId, string>()
  for (const { key, tensor, shape, first, a, b } of plan.weights) {
    const origin = given?.arrays.has(key) ? `file ${given.source}` : `${a} + ${b} u`
    contents.set(tensor, `${key} [${shape}] from ${first} ${origin}`)
  }
  for (const { tensor, data } of plan.constants) {
    contents.set(tensor, `constant ${data.length} ${hashOfBytes(bytesOf(data))}`)
  }
  for (const step of plan.prepare) {
    const { tensor } = step.spec.out
    const before = contents.get(tensor) ?? ''
    contents.set(tensor, `made ${hashOfBytes(encoder.encode(before + recipe(step, contents)))}`)
  }
  return contents
}

const encoder = new TextEncoder()

/** The step as text, with contents instead of tensor numbers. */
function recipe(step: Step, contents: ReadonlyMap<TensorId, string>): string {
  const { tensor: out } = step.spec.out
  return JSON.stringify([step.variant.name, step.spec], (key, value: unknown) =>
    key === 'tensor' ? (value === out ? 'out' : (contents.get(value as TensorId) ?? value)) : value,
  )
}

const bytesOf = (data: Float32Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

/** 64 bits of two FNV-1a runs: enough for the few thousand tensors of a session. */
export function hashOfBytes(bytes: Uint8Array): string {
  let low = 0x811c9dc5
  let high = 0x9747b28c
  for (const byte of bytes) {
    low = Math.imul(low ^ byte, 0x01000193)
    high = Math.imul(high ^ byte, 0x85ebca6b)
    high ^= high >>> 13
  }
  return (low >>> 0).toString(16).padStart(8, '0') + (high >>> 0).toString(16).padStart(8, '0')
}
