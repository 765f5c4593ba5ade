import type { Value } from '../graph/graph'
import { partOrHere } from './linear'
import type { ModuleBuilder } from './moduleBuilder'
import { type NormOptions, normParameters, scaleAndShift } from './norm'

/**
 * Divides each position by its root mean square, then scales per channel. x [..., c] -> the same shape.
 * Zhang and Sennrich 2019, https://arxiv.org/abs/1910.07467
 */
export function rmsNorm(b: ModuleBuilder, x: Value, options: Omit<NormOptions, 'bias'>): Value {
  const { name = '', eps } = options
  return partOrHere(b, name, () => {
    const inputs = [x, ...normParameters(b, x, { ...options, bias: false })]
    return b.call('rmsNorm', { eps }, inputs, (x, weight) => {
      const power = b.mean(b.square(x), [x.shape.length - 1])
      return scaleAndShift(b, b.mul(x, b.rsqrt(b.add(power, eps))), weight, undefined)
    })
  })
}
