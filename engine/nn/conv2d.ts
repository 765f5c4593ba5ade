import type { Value } from '../graph/graph'
import type { ConvAttributes, Pair } from '../ops/attributes'
import { partOrHere } from './linear'
import type { ModuleBuilder } from './moduleBuilder'
import { standardize } from './norm'
import { type Padding, paddingOf, pairOf } from './spatial'

export interface Conv2dOptions {
  /** The part that holds `weight` and `bias`; '' when they belong to the module itself. */
  readonly name: string
  readonly out: number
  readonly kernel: number | Pair
  readonly stride?: number | Pair
  readonly padding?: Padding
  readonly dilation?: number | Pair
  readonly groups?: number
  readonly bias: boolean
  /** Weight standardisation with this epsilon: each output's weights get mean 0 and variance 1 before they are used. */
  readonly standardize?: number
  /** A learned gain per output on the standardised weights, times this and over √fan-in: scaled weight standardisation. */
  readonly gain?: number
  /** As many parts of the output share one set of weights, each of its own channels: heads that are convolved alike. */
  readonly copies?: number
}

/** x [n, h, w, c] -> [n, h', w', out]; weight [out, c / groups, kh, kw] as in PyTorch. Throws ShapeError. */
export function conv2d(b: ModuleBuilder, x: Value, options: Conv2dOptions): Value {
  const { name, out, bias, groups = 1, copies = 1 } = options
  const kernel = pairOf(options.kernel)
  const stride = pairOf(options.stride ?? 1)
  const dilation = pairOf(options.dilation ?? 1)
  const padding = paddingOf(options.padding ?? 0, kernel, dilation)
  const attrs: Partial<ConvAttributes> = { stride, padding, dilation, groups }
  const perGroup = Math.max(1, Math.floor(x.shape[x.shape.length - 1] / groups))
  return partOrHere(b, name, () => {
    const stored = b.weight('weight', [out / copies, perGroup, ...kernel], { init: 'weight' })
    const { standardize: eps } = options
    const even = eps === undefined ? stored : standardize(b, stored, [1, 2, 3], eps)
    const one = options.gain === undefined ? even : gained(b, even, options.gain)
    const weight =
      copies === 1
        ? one
        : b.concat(
            Array.from({ length: copies }, () => one),
            0,
          )
    const inputs = bias ? [x, weight, b.weight('bias', [out], { init: 'bias' })] : [x, weight]
    return b.call('conv2d', { stride: stride[0], groups }, inputs, (x, weight, bias) => {
      const y = b.conv(x, b.transpose(weight, [0, 2, 3, 1]), attrs)
      return bias ? b.add(y, bias) : y
    })
  })
}

/** Brock et al. 2021, https://arxiv.org/abs/2101.08692 */
function gained(b: ModuleBuilder, weight: Value, factor: number): Value {
  const [out = 1, ...fanIn] = weight.shape
  const gain = b.weight('gain', [out, 1, 1, 1], { init: 'one' })
  return b.mul(weight, b.mul(gain, factor * fanIn.reduce((product, size) => product * size, 1) ** -0.5))
}
