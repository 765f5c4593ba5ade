/** What the norms share. */
import type { Value } from '../graph/graph'
import type { Builder } from '../ops/builder'
import type { ModuleBuilder } from './moduleBuilder'

export interface NormOptions {
  /** The part that holds `weight` and `bias`; '' or nothing when they belong to the module itself. */
  readonly name?: string
  readonly eps: number
  /** Whether there is a scale per channel, and then a shift. */
  readonly weight?: boolean
  readonly bias?: boolean
}

/** The learned scale and shift [c] that the options ask for. A shift without a scale is not offered. */
export function normParameters(
  b: ModuleBuilder,
  x: Value,
  { weight = true, bias = true }: NormOptions,
): Value[] {
  const width = x.shape[x.shape.length - 1]
  if (!weight) return []
  const scale = b.weight('weight', [width], { init: 'one' })
  return bias ? [scale, b.weight('bias', [width], { init: 'bias' })] : [scale]
}

/** (x - mean) / √(variance + eps) over the axes; the variance is biased: the mean of squared deviations. */
export function standardize(b: Builder, x: Value, axes: readonly number[], eps: number): Value {
  const centred = b.sub(x, b.mean(x, axes))
  const variance = b.mean(b.square(centred), axes)
  return b.mul(centred, b.rsqrt(b.add(variance, eps)))
}

export function scaleAndShift(
  b: Builder,
  x: Value,
  weight: Value | undefined,
  bias: Value | undefined,
): Value {
  const scaled = weight ? b.mul(x, weight) : x
  return bias ? b.add(scaled, bias) : scaled
}
