/** The plan: everything that the runtime needs, as plain data. Made without a GPU, printed and tested without one. */

import type { Shape } from '../graph/graph'
import type { Cost, Dispatch, Variant } from '../kernels/kernel'
import type { Spec, TensorId } from '../kernels/spec'

/** A stored tensor and where it lies. Tensors whose lives do not overlap may share a buffer. */
export interface TensorPlan {
  readonly id: TensorId
  readonly shape: Shape
  readonly bytes: number
  readonly buffer: number
  readonly offset: number
  /** What it holds, for people: the scope path of the node that makes it. */
  readonly label: string
}

export interface BufferPlan {
  readonly id: number
  readonly bytes: number
  readonly use: 'activation' | 'weights' | 'constant' | 'input' | 'output'
}

/** A weight to fill before the first run: by the procedural rule, or from a file by its state_dict key. */
export interface WeightPlan {
  readonly key: string
  readonly tensor: TensorId
  readonly shape: Shape
  /** Elements of the weight before those of this tensor: a very large one is cut in parts. */
  readonly first: number
  readonly a: number
  readonly b: number
}

/** Kernels of one step, with what they stand for. */
export interface Step {
  readonly spec: Spec
  readonly variant: Variant
  readonly variants: readonly Variant[]
  readonly dispatches: readonly Dispatch[]
  readonly cost: Cost
  /** Graph nodes computed here (after fusion), and the scopes they came from, the main one first. */
  readonly nodes: readonly number[]
  readonly scopes: readonly string[]
  /** `gemm, norm folded in, + residual`. */
  readonly label: string
}

export interface Plan {
  readonly tensors: readonly TensorPlan[]
  readonly buffers: readonly BufferPlan[]
  readonly weights: readonly WeightPlan[]
  readonly constants: readonly { readonly tensor: TensorId; readonly data: Float32Array }[]
  /** Run once after the weights are filled: packing, transposes, folded norms. */
  readonly prepare: readonly Step[]
  readonly steps: readonly Step[]
  readonly inputs: readonly { readonly name: string; readonly tensor: TensorId; readonly shape: Shape }[]
  /** In the order asked for. `node` is the graph node. */
  readonly outputs: readonly { readonly node: number; readonly tensor: TensorId; readonly shape: Shape }[]
  readonly memory: {
    readonly weightBytes: number
    /** Bytes of all activation buffers together: the peak that the plan needs. */
    readonly activationBytes: number
    /** The largest tensor that exists only because a view could not be folded; null when there is none. */
    readonly largestCopy: { readonly label: string; readonly bytes: number } | null
  }
}
