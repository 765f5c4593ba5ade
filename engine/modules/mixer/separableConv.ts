import { conv2d } from '../../nn/conv2d'
import { choice, flag, int, number, slot } from '../../schema/schema'
import { channelsOf, onMap } from '../layout'
import { defineModule } from '../module'
import { pointwise } from '../pointwise'
import { windowPattern } from '../reading'

/**
 * Inverted separable convolution: widen by 1×1, activation, depthwise k×k, narrow by 1×1.
 *
 * x [n, h, w, c] → the same shape. Parameters without biases: 2·e·c² + e·c·k².
 * Sandler et al. 2018 (MobileNetV2); as a token mixer: Yu et al. 2022, https://arxiv.org/abs/2210.13452
 */
export const separableConv = defineModule({
  id: 'separableConv',
  title: 'Separable convolution',
  shortTitle: 'SepConv',
  kind: 'mixer',
  summary:
    'Widens the channels, lets each look at its neighbourhood by a depthwise convolution, and narrows again.',
  formula: 'Y = DWₖ(σ(X·W₁))·W₂',
  paper: {
    title: 'MetaFormer Baselines for Vision',
    authors: 'Yu et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2210.13452',
  },
  inputs: ['x'],
  attrs: {
    kernelSize: int({
      label: 'Kernel',
      help: 'Side of the depthwise window.',
      default: 7,
      min: 1,
      max: 31,
      step: 2,
    }),
    expansion: number({
      label: 'Expansion',
      help: 'Inner width as a multiple of the channels.',
      default: 2,
      min: 0.125,
      max: 8,
    }),
    act: slot({ label: 'Activation', help: 'After widening.', of: 'activation', default: 'starRelu' }),
    act2: slot({
      label: 'Second activation',
      help: 'After the depthwise convolution.',
      of: 'activation',
      default: 'noActivation',
    }),
    bias: flag({ label: 'Biases', default: false }),
    weights: choice({
      label: '1×1 weights',
      help: 'How a checkpoint stores them; the computation is the same.',
      default: 'conv',
      options: [
        { value: 'conv', label: 'Convolution' },
        { value: 'linear', label: 'Linear' },
      ],
    }),
  },
  pattern: windowPattern(7, (distance) => 1 - 0.6 * distance),
  family: 'convolution',
  subtitle: ({ kernelSize, expansion }) => `${kernelSize}×${kernelSize} depthwise, ×${expansion}`,
  build: (b, [x], { kernelSize, expansion, act, act2, bias, weights }) =>
    onMap(b, 'separableConv', x, (map) => {
      const dim = channelsOf(map)
      const inner = Math.floor(dim * expansion)
      let y = pointwise(b, map, { name: 'pwconv1', out: inner, bias, weights })
      y = b.module(act, 'act1', y)
      y = conv2d(b, y, {
        name: 'dwconv',
        out: inner,
        kernel: kernelSize,
        stride: 1,
        padding: 'same',
        groups: inner,
        bias,
      })
      y = b.module(act2, 'act2', y)
      return pointwise(b, y, { name: 'pwconv2', out: dim, bias, weights })
    }),
})
