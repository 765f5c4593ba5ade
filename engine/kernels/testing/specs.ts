/** Short ways to write specs, tensors and expectations in kernel tests. */
import { expect } from 'vitest'
import { elements, type Shape } from '../../graph/graph'
import type { BinaryFunction, UnaryFunction } from '../../ops/elementwise'
import type { DeviceTraits } from '../kernel'
import type { Expression, Fused, Operand, Spec, TensorId, View } from '../spec'
import { rowMajor, wholeView } from '../views'
import { cpuModel } from './cpuModel'
import { runSpec, type Tensors } from './device'

/** Numbers in [-1, 1) that look random and are the same every time. */
function noise(count: number, seed: number): Float32Array {
  let state = (seed * 2654435761 + 12345) >>> 0
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 8) / 2 ** 23 - 1
  })
}

/** A whole tensor. */
export function whole(tensor: TensorId, ...shape: number[]): Operand {
  return { tensor, view: wholeView(shape) }
}

export function viewOf(tensor: TensorId, shape: Shape, strides: readonly number[], offset = 0): Operand {
  return { tensor, view: { shape, strides, offset } }
}

/** The same value for every index along axes of stride 0: a bias is `repeated(id, [b, m, n], [2])`. */
export function repeated(tensor: TensorId, shape: Shape, along: readonly number[]): Operand {
  const kept = rowMajor(along.map((axis) => shape[axis] ?? 1))
  const strides = shape.map((_, axis) => (along.includes(axis) ? (kept[along.indexOf(axis)] ?? 0) : 0))
  return { tensor, view: { shape, strides, offset: 0 } }
}

export const accumulator: Expression = { kind: 'accumulator' }
export const plain: Fused = { expression: accumulator, operands: [] }
export const operand = (index: number): Expression => ({ kind: 'operand', index })
export const number = (value: number): Expression => ({ kind: 'number', value })
export const unary = (fn: UnaryFunction, x: Expression): Expression => ({ kind: 'unary', fn, x })
export const binary = (fn: BinaryFunction, x: Expression, y: Expression): Expression => ({
  kind: 'binary',
  fn,
  x,
  y,
})
export const add = (x: Expression, y: Expression): Expression => binary('add', x, y)
export const mul = (x: Expression, y: Expression): Expression => binary('mul', x, y)

/** Noise for every tensor that a spec touches, as large as its views reach. */
export function tensorsFor(spec: Spec): Tensors {
  const sizes = new Map<TensorId, number>()
  for (const { tensor, view, extra } of operandsIn(spec))
    sizes.set(tensor, Math.max(sizes.get(tensor) ?? 0, reach(view) + extra))
  return new Map([...sizes].map(([id, size]) => [id, noise(size, id + 1)]))
}

function operandsIn(spec: Spec): readonly (Operand & { readonly extra: number })[] {
  const found: (Operand & { readonly extra: number })[] = []
  for (const part of Object.values(spec) as readonly unknown[]) {
    if (typeof part !== 'object' || part === null) continue
    if ('view' in part) {
      const operand = part as Operand
      const groups =
        'groupStride' in part && spec.family === 'gemm' ? (spec.batch - 1) * Number(part.groupStride) : 0
      found.push({ ...operand, extra: groups })
    }
    if ('operands' in part)
      for (const operand of (part as Fused).operands) found.push({ ...operand, extra: 0 })
  }
  return found
}

/** One more than the furthest element that a view reads. */
function reach({ shape, strides, offset, guard }: View): number {
  if (elements(shape) === 0) return offset
  const ends = shape.map((size, axis) => guard?.ranges[axis]?.[1] ?? size)
  const starts = shape.map((_, axis) => guard?.ranges[axis]?.[0] ?? 0)
  return (
    strides.reduce(
      (far, stride, axis) => far + (stride > 0 ? (ends[axis] ?? 1) - 1 : (starts[axis] ?? 0)) * stride,
      offset,
    ) + 1
  )
}

/** Runs a spec and compares every element of the written tensor with the model; `scale` widens the tolerance. */
export async function expectModel(
  spec: Spec,
  choice: {
    readonly variant?: string
    readonly traits?: DeviceTraits
    readonly scale?: number
    readonly tensors?: Tensors
  } = {},
): Promise<void> {
  const tensors = choice.tensors ?? tensorsFor(spec)
  const expected = cpuModel(spec, tensors)
  const got = await runSpec(spec, tensors, choice)
  expect(worst(got, expected)).toBeLessThan(2e-6 * (choice.scale ?? 1))
}

/** The largest error, relative to the largest value. */
function worst(got: Float32Array, expected: Float64Array): number {
  expect(got.length).toBe(expected.length)
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30)
  let error = 0
  for (const [index, value] of expected.entries()) {
    const difference = Math.abs((got[index] ?? Number.NaN) - value)
    if (!(difference <= error)) error = difference
  }
  return error / largest
}
