import { conv2d } from '../../nn/conv2d'
import { flag, int, number, slot } from '../../schema/schema'
import { channelsOf, onMap } from '../layout'
import { defineModule } from '../module'
import { pointwise, weightsField } from '../pointwise'

/**
 * Channel MLP with a depthwise convolution between its layers: y = σ(DWₖ(x W₁)) W₂. The zeros around the map tell
 * the tokens where they are, so that no position embedding is needed.
 *
 * x [n, h, w, c] → the same shape; class tokens pass the convolution by.
 * Parameters 2·r·c² + r·c·k² (+ biases). Wang et al. 2021, PVT v2, https://arxiv.org/abs/2106.13797
 */
export const depthwiseMlp = defineModule({
  id: 'depthwiseMlp',
  title: 'MLP with depthwise convolution',
  shortTitle: 'DW-MLP',
  kind: 'mlp',
  summary: 'A channel MLP whose hidden layer also looks at its neighbours, and so learns where it is.',
  formula: 'y = σ(DWₖ(x·W₁))·W₂',
  paper: {
    title: 'PVT v2: Improved Baselines with Pyramid Vision Transformer',
    authors: 'Wang et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2106.13797',
  },
  inputs: ['x'],
  attrs: {
    mlpRatio: number({
      label: 'Ratio',
      help: 'Hidden width as a multiple of the channels.',
      default: 4,
      min: 0.125,
      max: 16,
    }),
    kernelSize: int({ label: 'Kernel', help: 'Side of the window.', default: 3, min: 1, max: 31, step: 2 }),
    firstAct: slot({
      label: 'First activation',
      help: 'Before the convolution.',
      of: 'activation',
      default: 'noActivation',
    }),
    act: slot({ label: 'Activation', help: 'After the convolution.', of: 'activation', default: 'gelu' }),
    norm: slot({ label: 'Norm', help: 'After each of the three layers.', of: 'norm', default: 'noNorm' }),
    bias: flag({ label: 'Biases', default: true }),
    weights: weightsField(),
  },
  subtitle: ({ mlpRatio, kernelSize }, dim) =>
    `${kernelSize}×${kernelSize}, ${dim === null ? `×${mlpRatio}` : `${dim} → ${Math.floor(dim * mlpRatio)}`}`,
  build(b, [x], { mlpRatio, kernelSize, firstAct, act, norm, bias, weights }) {
    const dim = channelsOf(x)
    const hidden = Math.max(1, Math.floor(dim * mlpRatio))
    let y = pointwise(b, x, { name: 'fc1', out: hidden, bias, weights })
    y = b.module(firstAct, 'relu', b.module(norm, 'norm1', y))
    y = onMap(b, 'depthwiseMlp', y, (map) =>
      conv2d(b, map, {
        name: 'dwconv',
        out: hidden,
        kernel: kernelSize,
        padding: 'same',
        groups: hidden,
        bias,
      }),
    )
    y = b.module(act, 'act', b.module(norm, 'norm2', y))
    return b.module(norm, 'norm3', pointwise(b, y, { name: 'fc2', out: dim, bias, weights }))
  },
})
