import { conv2d } from '../../nn/conv2d'
import { autoInt, flag, int, number, slot } from '../../schema/schema'
import { globalAverage } from '../globalPooling'
import { channelsOf, isMap } from '../layout'
import { defineModule } from '../module'
import { halfToEven } from '../rounding'

/**
 * Squeeze and excitation: a gate per channel from the mean of the whole map, y = x ⊙ σ(W₂ ReLU(W₁ mean(x))).
 *
 * x [n, h, w, c] or [n, t, c] → the same shape. The inner width is c·ratio brought to a multiple of `divisor`, halves
 * up (with divisor 1: halves to the even number, as Python rounds), or a number of its own.
 * Hu et al. 2017, https://arxiv.org/abs/1709.01507
 */
export const squeezeExcite = defineModule({
  id: 'squeezeExcite',
  title: 'Squeeze and excitation',
  shortTitle: 'SE',
  kind: 'scale',
  mark: 'λ',
  summary: 'Looks at the whole map, then turns each channel up or down.',
  formula: 'y = x ⊙ σ(W₂·ReLU(W₁·mean(x)))',
  paper: {
    title: 'Squeeze-and-Excitation Networks',
    authors: 'Hu et al.',
    year: 2017,
    url: 'https://arxiv.org/abs/1709.01507',
  },
  inputs: ['x'],
  attrs: {
    dim: autoInt({
      label: 'Inner channels',
      default: null,
      min: 1,
      max: 8192,
      auto: 'channels × ratio',
    }),
    ratio: number({
      label: 'Ratio',
      help: 'Inner channels as a share of the channels.',
      default: 0.0625,
      min: 0.001,
      max: 4,
      when: { field: 'dim', is: null },
    }),
    divisor: int({
      label: 'Multiple of',
      help: 'What the inner channels are rounded to.',
      default: 8,
      min: 1,
      max: 64,
      when: { field: 'dim', is: null },
    }),
    act: slot({ label: 'Activation', of: 'activation', default: 'relu' }),
    gate: slot({ label: 'Gate', of: 'activation', default: 'sigmoid' }),
    bias: flag({ label: 'Biases', default: true }),
  },
  subtitle: ({ dim, ratio, divisor }, width) =>
    width === null ? `×${dim ?? ratio}` : `${width} → ${dim ?? innerWidth(width, ratio, divisor)} → ${width}`,
  build(b, [x], { dim, ratio, divisor, act, gate, bias }) {
    const channels = channelsOf(x)
    const inner = dim ?? innerWidth(channels, ratio, divisor)
    const mean = b.reshape(globalAverage(b, 'squeezeExcite', x), [x.shape[0] ?? 1, 1, 1, channels])
    let y = conv2d(b, mean, { name: 'fc1', out: inner, kernel: 1, bias })
    y = b.module(act, 'act', y)
    y = b.tap('gate', b.module(gate, 'gate', conv2d(b, y, { name: 'fc2', out: channels, kernel: 1, bias })))
    return b.mul(x, isMap(x) ? y : b.reshape(y, [x.shape[0] ?? 1, 1, channels]))
  },
})

function innerWidth(channels: number, ratio: number, divisor: number): number {
  if (divisor > 1) return Math.max(divisor, Math.floor((channels * ratio + divisor / 2) / divisor) * divisor)
  return Math.max(1, halfToEven(channels * ratio))
}
