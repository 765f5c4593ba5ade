import type { Value } from '../graph/graph'
import { partOrHere } from './linear'
import type { ModuleBuilder } from './moduleBuilder'
import { type NormOptions, scaleAndShift } from './norm'

interface BatchNormOptions extends Pick<NormOptions, 'name' | 'eps'> {
  /** Scale and shift are buffers as well. */
  readonly fixed?: boolean
}

/**
 * At inference: (x - running mean) / √(running variance + eps), scaled and shifted per channel. x [..., c] -> the same.
 * The running statistics are buffers: part of the state_dict, not parameters.
 * Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167
 */
export function batchNorm(
  b: ModuleBuilder,
  x: Value,
  { name = '', eps, fixed = false }: BatchNormOptions,
): Value {
  const role = fixed ? 'buffer' : 'trainable'
  const width = x.shape[x.shape.length - 1]
  return partOrHere(b, name, () => {
    const inputs = [
      x,
      b.weight('weight', [width], { init: 'one', role }),
      b.weight('bias', [width], { init: 'bias', role }),
      b.weight('running_mean', [width], { init: 'bias', role: 'buffer' }),
      b.weight('running_var', [width], { init: 'one', role: 'buffer' }),
    ]
    return b.call('batchNorm', { eps }, inputs, (x, weight, bias, mean, variance) =>
      scaleAndShift(b, b.mul(b.sub(x, mean), b.rsqrt(b.add(variance, eps))), weight, bias),
    )
  })
}
