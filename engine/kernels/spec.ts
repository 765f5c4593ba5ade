/**
 * What compile asks of kernels: one spec per dispatch family, over stored tensors and views of them.
 * A view is index arithmetic (strides, offset, guards), never a copy.
 */

import type { Shape } from '../graph/graph'
import type { Pair, ReduceFunction } from '../ops/attributes'
import type { BinaryFunction, UnaryFunction } from '../ops/elementwise'

/** A tensor that lies in a buffer, contiguous, f32. Index into `Plan.tensors`. */
export type TensorId = number

/** Logical index -> element offset: offset + sum(index[axis] * strides[axis]). A stride of 0 repeats. */
export interface View {
  readonly shape: Shape
  readonly strides: readonly number[]
  readonly offset: number
  /** Logical ranges [start, end) outside of which `fill` is read instead (padding as a view). */
  readonly guard?: { readonly ranges: readonly Pair[]; readonly fill: number }
  /** Whole numbers that are read from tensors and added to the offset: gathers. Only operands of fused expressions have them. */
  readonly indirect?: readonly Indirection[]
}

/** Adds step * number to an offset; the view has the shape of the view that it belongs to, and neither guard nor indirection. */
export interface Indirection {
  readonly tensor: TensorId
  readonly view: View
  readonly step: number
}

export interface Operand {
  readonly tensor: TensorId
  readonly view: View
}

/** A fused element-wise expression. `accumulator` is what the kernel computed (for map: operand 0 is usual instead). */
export type Expression =
  | { readonly kind: 'accumulator' }
  | { readonly kind: 'operand'; readonly index: number }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'unary'; readonly fn: UnaryFunction; readonly x: Expression }
  | { readonly kind: 'binary'; readonly fn: BinaryFunction; readonly x: Expression; readonly y: Expression }
  | {
      readonly kind: 'select'
      readonly condition: Expression
      readonly x: Expression
      readonly y: Expression
    }

/** Operands have views of exactly the iteration shape (strides 0 where they repeat). */
export interface Fused {
  readonly expression: Expression
  readonly operands: readonly Operand[]
}

/** out[i] = expression(operands[i]). The accumulator must not be used. */
export interface MapSpec {
  readonly family: 'map'
  readonly fused: Fused
  readonly out: Operand
}

/**
 * out[b, m, n] = epilogue(sum_k prologue(A[b, m, k]) * B[b, n, k]).
 * Views have shape [b, m, k], [b, n, k], [b, m, n] (b is one axis; 1 when there is no batch). Prologue operands have
 * shape [b, m, k], epilogue operands [b, m, n].
 */
export interface GemmSpec {
  readonly family: 'gemm'
  readonly batch: number
  readonly m: number
  readonly n: number
  readonly k: number
  readonly a: Operand | ConvolvedOperand
  readonly b: Operand
  readonly out: Operand
  readonly prologue: Fused | null
  readonly epilogue: Fused
}

/**
 * A as the patches of a feature map x [n, h, w, c] (contiguous in c): m = (n, y, x) of the result, k = (ky, kx, c).
 * Outside of the map is zero (also after a prologue; a convolved operand has no prologue).
 */
export interface ConvolvedOperand {
  readonly tensor: TensorId
  /** Shape [n, h, w, c]; for groups, the view of one group and `groupStride` elements between groups (b is the group). */
  readonly view: View
  readonly groupStride: number
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: Pair
  readonly dilation: Pair
  readonly output: Pair
}

/** out[n, y, x, c] = epilogue(sum x[n, y*s - p + ky*d, ..., c] * w[ky, kx, c]); w is contiguous. */
export interface DepthwiseSpec {
  readonly family: 'depthwise'
  readonly x: Operand
  readonly w: Operand
  readonly stride: Pair
  readonly padding: Pair
  readonly dilation: Pair
  readonly out: Operand
  readonly epilogue: Fused
}

/**
 * out = softmax(score(q k^T * scale)) v. q [b, h, t, d], k [b, h, s, d], v [b, h, s, e], out [b, h, t, e]; last strides 1.
 * `score` adds biases, masks and decays; its operands have shape [b, h, t, s].
 */
export interface AttentionSpec {
  readonly family: 'attention'
  readonly q: Operand
  readonly k: Operand
  readonly v: Operand
  readonly scale: number
  readonly score: Fused
  readonly out: Operand
}

/** out [b, h, t, 1] = log of the sum of exp(scores) over the keys, scores as in AttentionSpec. */
export interface AttentionLogSumSpec {
  readonly family: 'attentionLogSum'
  readonly q: Operand
  readonly k: Operand
  readonly scale: number
  readonly score: Fused
  readonly out: Operand
}

/**
 * The backward of attention from dy [b, h, t, e], the gradient of its result y. `statistics` [b, h, t, 2]: the log-sum of each query
 * as above, and its sum of y dy. By queries: out [b, h, t, d], the gradient of q. By keys: out [b, s, h d + h e], the gradient of k
 * for all heads, and then that of v.
 */
export interface AttentionGradientSpec {
  readonly family: 'attentionGradient'
  readonly of: 'queries' | 'keys'
  readonly q: Operand
  readonly k: Operand
  readonly v: Operand
  readonly dy: Operand
  readonly statistics: Operand
  readonly scale: number
  readonly score: Fused
  readonly out: Operand
}

/**
 * Per row of x [rows, length]: out [rows, 2] = (mean, 1/sqrt(var + eps)); for rms mean is 0 and var is mean(x^2).
 * `merge` joins the statistics of equal parts of a row: x [rows, 2 * parts] holds (mean, rstd) of each, made with this eps.
 */
export interface RowStatisticsSpec {
  readonly family: 'rowStatistics'
  readonly kind: 'layer' | 'rms' | 'merge'
  readonly x: Operand
  readonly eps: number
  readonly out: Operand
}

/** Softmax over the last axis of x [rows, length]. */
export interface SoftmaxSpec {
  readonly family: 'softmax'
  readonly x: Operand
  readonly out: Operand
}

/**
 * Folds axis 1 of x [outer, length, inner]: out [outer, inner] = epilogue(fold(prologue(x))).
 * Prologue operands have x's shape, epilogue operands the result's.
 */
export interface ReduceSpec {
  readonly family: 'reduce'
  readonly fn: ReduceFunction
  readonly x: Operand
  readonly prologue: Fused | null
  readonly out: Operand
  readonly epilogue: Fused
}

/**
 * out[o, i, c] = factor * out[o, i - 1, c] + added, from 0 on; both are computed from operands of the result's shape
 * [outer, length, inner].
 */
export interface ScanSpec {
  readonly family: 'scan'
  readonly factor: Fused
  readonly added: Fused
  readonly out: Operand
}

/** Pooling on x [n, h, w, c]. Average divides by the taps inside the map, or by kernel area with countIncludePad. */
export interface PoolSpec {
  readonly family: 'pool'
  readonly fn: 'average' | 'max'
  readonly x: Operand
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: Pair
  readonly countIncludePad: boolean
  readonly out: Operand
  readonly epilogue: Fused
}

/** out[i] = a + b u_i, the rule of golden/FORMAT.md; `seed` is the FNV-1a hash of the tensor's name. */
export interface ProceduralSpec {
  readonly family: 'procedural'
  readonly seed: number
  readonly a: number
  readonly b: number
  readonly out: Operand
}

export type Spec =
  | MapSpec
  | GemmSpec
  | DepthwiseSpec
  | AttentionSpec
  | AttentionLogSumSpec
  | AttentionGradientSpec
  | RowStatisticsSpec
  | SoftmaxSpec
  | ReduceSpec
  | PoolSpec
  | ScanSpec
  | ProceduralSpec
export type Family = Spec['family']
