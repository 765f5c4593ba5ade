/** The closed list of primitives and what each one carries. Every pass is a table with one row per name. */
import type { BinaryFunction, UnaryFunction } from './elementwise'

export interface OpAttributes {
  /** The picture or a layer's input. */
  input: { readonly name: string }
  /** A weight in the reference's own layout; `name` is the state_dict key. value = a + b u_i, golden/FORMAT.md. */
  param: { readonly name: string; readonly role: ParamRole; readonly a: number; readonly b: number }
  /** `table` names numbers that a state_dict keeps although a formula gives them (sine positions). */
  constant: { readonly data: Float32Array; readonly table?: Table }
  /** 0, 1, 2 ... along `axis`. */
  iota: { readonly axis: number }
  unary: { readonly fn: UnaryFunction }
  /** Equal shapes; use broadcast first. */
  binary: { readonly fn: BinaryFunction }
  /** inputs: condition (non-zero is true), then, else; equal shapes. */
  select: Record<never, never>
  /** Folds `axes` away; they stay with size 1. */
  reduce: { readonly fn: ReduceFunction; readonly axes: readonly number[] }
  /** Contraction. Result: batch axes (in order), free axes of the first, free axes of the second. */
  dot: DotAttributes
  /** x [n, h, w, c], w [o, kh, kw, c / groups] -> [n, h', w', o]. */
  conv: ConvAttributes
  /** Sliding windows without padding: [n, h, w, c] -> [n, h', w', kh, kw, c]. */
  windows: WindowAttributes
  /** Adjoint of windows: [n, h', w', kh, kw, c] -> [n, height, width, c], overlaps summed. */
  overlapAdd: WindowAttributes & { readonly height: number; readonly width: number }
  reshape: { readonly shape: readonly number[] }
  /** Result axis i is input axis `axes[i]`. */
  transpose: { readonly axes: readonly number[] }
  /** Axes of size 1 grow to `shape`; ranks are equal. */
  broadcast: { readonly shape: readonly number[] }
  slice: {
    readonly start: readonly number[]
    readonly size: readonly number[]
    readonly step: readonly number[]
  }
  /** Adds `low` and `high` elements of `value` around each axis. */
  pad: { readonly low: readonly number[]; readonly high: readonly number[]; readonly value: number }
  concat: { readonly axis: number }
  reverse: { readonly axes: readonly number[] }
  /**
   * Parts of x by their number along `axis`. inputs: x, index (whole numbers from 0 up). The first `batch` axes are common to both;
   * the other axes of the index take the place of x's `axis`.
   */
  gather: GatherAttributes
  /** Adjoint of gather: inputs dy, index; parts with the same number are summed into an axis of `size`. */
  scatterAdd: GatherAttributes & { readonly size: number }
  /** Where the `k` largest elements lie along the last axis, the largest first; of equal ones the first comes first. */
  topK: { readonly k: number }
  /** h[i] = a[i] h[i - 1] + b[i] along `axis`, from h = 0 on; from the end when `reverse`. inputs: a, b of equal shapes. */
  scan: { readonly axis: number; readonly reverse: boolean }
  /** Identity whose gradient is zero. */
  stopGradient: Record<never, never>
  /** Identity that marks a tensor people may want to see. */
  tap: { readonly name: string }
}

export type Op = keyof OpAttributes
export type ParamRole = 'trainable' | 'frozen' | 'buffer'
export interface Table {
  /** The state_dict key. */
  readonly name: string
  /** `trainable`: a formula gives what a training began with. */
  readonly role: ParamRole
}
export type ReduceFunction = 'sum' | 'max' | 'min'
export type Pair = readonly [number, number]

export interface DotAttributes {
  readonly batch: readonly [readonly number[], readonly number[]]
  readonly contract: readonly [readonly number[], readonly number[]]
}
export interface ConvAttributes {
  readonly stride: Pair
  /** [[top, bottom], [left, right]]; may be negative in gradients. */
  readonly padding: readonly [Pair, Pair]
  readonly dilation: Pair
  /** Zeros between input elements: the gradient of a stride. */
  readonly inputDilation: Pair
  readonly groups: number
}
export interface GatherAttributes {
  readonly axis: number
  readonly batch: number
}
export interface WindowAttributes {
  readonly kernel: Pair
  readonly stride: Pair
  readonly dilation: Pair
}
