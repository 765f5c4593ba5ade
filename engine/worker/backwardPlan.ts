import { withCheckpoints } from '../autodiff/checkpoints'
import { type CompileOptions, compile } from '../compile/compile'
import type { Plan } from '../compile/plan'
import type { Graph } from '../graph/graph'

export interface BackwardOptions extends Omit<CompileOptions, 'outputs'> {
  /** Bytes that activations may take before blocks are computed again instead of kept; by default a share of the device's. */
  readonly budget?: number
}

/**
 * The plan of a graph that ends in gradients, whose first `forward` nodes are the design's. Beyond the budget it computes the
 * blocks of the forward a second time, where that takes less.
 */
export function backwardPlan(graph: Graph, forward: number, { budget, ...options }: BackwardOptions): Plan {
  const compiled = (made: Graph) => compile(made, { ...options, outputs: made.outputs })
  const plan = compiled(graph)
  // What no adapter tells is how much memory it has; one that allows buffers of this size has a few times as much.
  const most = budget ?? options.device.limits.maxBufferSize / 2
  if (plan.memory.activationBytes <= most) return plan
  const other = compiled(withCheckpoints(graph, forward))
  return other.memory.activationBytes < plan.memory.activationBytes ? other : plan
}
