import { ShapeError } from '../errors'
import type { Value } from '../graph/graph'
import { partOrHere } from './linear'
import type { ModuleBuilder } from './moduleBuilder'
import { type NormOptions, normParameters, scaleAndShift, standardize } from './norm'

export interface GroupNormOptions extends NormOptions {
  readonly groups: number
}

/**
 * Mean 0 and variance 1 over all positions of a group of channels, then a scale and a shift per channel.
 * x [n, ..., c] -> the same shape. Throws ShapeError when the channels do not split.
 * Wu and He 2018, https://arxiv.org/abs/1803.08494
 */
export function groupNorm(b: ModuleBuilder, x: Value, options: GroupNormOptions): Value {
  const { name = '', groups, eps } = options
  const width = x.shape[x.shape.length - 1]
  if (width % groups !== 0) {
    throw new ShapeError(
      'GROUPS_DIVIDE',
      `group norm: ${width} channels do not split into ${groups} groups; choose a divisor of ${width}`,
      [{ what: 'groups', expected: `a divisor of ${width}`, got: String(groups) }],
    )
  }
  return partOrHere(b, name, () => {
    const inputs = [x, ...normParameters(b, x, options)]
    return b.call('groupNorm', { groups, eps }, inputs, (x, weight, bias) => {
      const positions = x.shape.slice(1, -1).reduce((product, size) => product * size, 1)
      const split = b.reshape(x, [x.shape[0], positions, groups, width / groups])
      const normed = b.reshape(standardize(b, split, [1, 3], eps), x.shape)
      return scaleAndShift(b, normed, weight, bias)
    })
  })
}
