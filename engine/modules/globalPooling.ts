import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { dropPrefix, isMap, rankError } from './layout'

/** Mean over all positions: [n, h, w, c] or [n, t, c] → [n, c]. Class token and registers are left out. */
export function globalAverage(b: ModuleBuilder, who: string, x: Value): Value {
  if (x.shape.length === 2) return x
  return positionMean(b, who, x)
}

/**
 * Generalised mean with a learned exponent, (mean xᵖ)^(1/p): between the mean (p = 1) and the maximum (p → ∞).
 * Radenović et al. 2017, https://arxiv.org/abs/1711.02512
 */
export function generalisedMean(b: ModuleBuilder, who: string, x: Value): Value {
  const exponent = b.weight('p', [1], { init: { a: 3, b: 0 } })
  const powers = b.pow(b.max(x, 1e-6), exponent)
  return b.pow(positionMean(b, who, powers), b.div(1, exponent))
}

function positionMean(b: ModuleBuilder, who: string, x: Value): Value {
  if (!isMap(x) && x.shape.length !== 3) throw rankError(who, 'a map or tokens', x.shape)
  const positions = isMap(x) ? x : dropPrefix(b, x, x.grid?.prefix ?? 0)
  const mean = b.mean(positions, isMap(x) ? [1, 2] : [1])
  return b.reshape(mean, [x.shape[0] ?? 1, x.shape.at(-1) ?? 1])
}
