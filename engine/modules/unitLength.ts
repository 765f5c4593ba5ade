import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'

/** Divided by its length along an axis, which counts as at least 10⁻¹². */
export const ofLengthOne = (b: ModuleBuilder, x: Value, axis: number): Value =>
  b.div(x, b.max(b.sqrt(b.sum(b.square(x), [axis])), 1e-12))
