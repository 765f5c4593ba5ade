/** Runs a plan without a GPU: every spec by the model of its kernel, in the very buffers of the plan. */
import { elements } from '../../graph/graph'
import { cpuModel } from '../../kernels/testing/cpuModel'
import type { Plan, Step } from '../plan'
import { tensorsOf } from '../specTensors'

export interface PlanBindings {
  readonly inputs: ReadonlyMap<string, ArrayLike<number>>
  readonly weight: (
    key: string,
    shape: readonly number[],
    values: { a: number; b: number; first: number },
  ) => ArrayLike<number>
}

/** The outputs in the plan's order. What was never written is NaN, so that reading it shows. */
export function interpret(plan: Plan, { inputs, weight }: PlanBindings): Float64Array[] {
  const buffers = plan.buffers.map(({ bytes }) => new Float64Array(bytes / 4).fill(Number.NaN))
  const seen = plan.tensors.map(({ buffer, offset, bytes }) =>
    buffers[buffer].subarray(offset / 4, (offset + bytes) / 4),
  )
  for (const { key, tensor, shape, ...values } of plan.weights) seen[tensor].set(weight(key, shape, values))
  for (const { tensor, data } of plan.constants) seen[tensor].set(data)
  for (const step of plan.prepare) run(step)
  for (const { name, tensor } of plan.inputs) seen[tensor].set(inputs.get(name) as ArrayLike<number>)
  for (const step of plan.steps) run(step)
  return plan.outputs.map(({ tensor, shape }) => seen[tensor].slice(0, elements(shape)))

  function run({ spec, label }: Step): void {
    const bound = tensorsOf(spec)
    const written = plan.tensors[spec.out.tensor].buffer
    for (const tensor of bound) {
      const isShared = tensor !== spec.out.tensor && plan.tensors[tensor].buffer === written
      if (isShared) throw new Error(`${label} reads and writes buffer ${written}`)
    }
    const tensors = new Map(bound.map((tensor) => [tensor, seen[tensor] as unknown as Float32Array]))
    seen[spec.out.tensor].set(cpuModel(spec, tensors))
  }
}
