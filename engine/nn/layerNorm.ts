import type { Value } from '../graph/graph'
import { groupNorm } from './groupNorm'
import { partOrHere } from './linear'
import type { ModuleBuilder } from './moduleBuilder'
import { type NormOptions, normParameters, scaleAndShift, standardize } from './norm'

export interface LayerNormOptions extends NormOptions {
  /** `channels`: each position by itself, the usual one. `all`: height, width and channels together, MetaFormer's. */
  readonly axes?: 'channels' | 'all'
}

/**
 * Mean 0 and variance 1 per position, then a scale and a shift per channel. x [..., c] -> the same shape.
 * Ba et al. 2016, https://arxiv.org/abs/1607.06450
 */
export function layerNorm(b: ModuleBuilder, x: Value, options: LayerNormOptions): Value {
  const { axes = 'channels', name = '', eps } = options
  if (axes === 'all') return groupNorm(b, x, { ...options, groups: 1 })
  return partOrHere(b, name, () => {
    const inputs = [x, ...normParameters(b, x, options)]
    return b.call('layerNorm', { eps }, inputs, (x, weight, bias) =>
      scaleAndShift(b, standardize(b, x, [x.shape.length - 1], eps), weight, bias),
    )
  })
}
