/** Every kernel family, by name. */
import { attention } from './attention'
import { attentionGradient } from './attentionGradient'
import { attentionLogSum } from './attentionLogSum'
import { depthwise } from './depthwise'
import { gemm } from './gemm'
import type { Kernel } from './kernel'
import { map } from './map'
import { pool } from './pool'
import { procedural } from './procedural'
import { reduce } from './reduce'
import { rowStatistics } from './rowStatistics'
import { scan } from './scan'
import { softmax } from './softmax'
import type { Family, Spec } from './spec'

export const kernels: { readonly [F in Family]: Kernel<Extract<Spec, { readonly family: F }>> } = {
  attention,
  attentionGradient,
  attentionLogSum,
  depthwise,
  gemm,
  map,
  pool,
  procedural,
  reduce,
  rowStatistics,
  scan,
  softmax,
}

/** The kernel that computes a spec. */
export function kernelFor<S extends Spec>(spec: S): Kernel<S> {
  // The table pairs every family with the kernel of its own spec, which indexing by a union forgets.
  return kernels[spec.family] as unknown as Kernel<S>
}
