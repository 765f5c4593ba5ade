import { conv2d } from '../../nn/conv2d'
import { flag, int } from '../../schema/schema'
import { channelsOf, onMap } from '../layout'
import { defineModule } from '../module'
import { windowPattern } from '../reading'

/**
 * Depthwise convolution: every channel is filtered by its own k×k window.
 *
 * x [n, h, w, c] → the same shape. Parameters: c·k² (+ c).
 * As a token mixer: Liu et al. 2022, A ConvNet for the 2020s, https://arxiv.org/abs/2201.03545
 */
export const depthwiseConv = defineModule({
  id: 'depthwiseConv',
  title: 'Depthwise convolution',
  shortTitle: 'DWConv',
  kind: 'mixer',
  summary: 'Each channel looks at its neighbourhood through a window of its own, the same at every position.',
  formula: 'Y[i, j, c] = Σ K[a, b, c]·X[i+a, j+b, c]',
  paper: {
    title: 'A ConvNet for the 2020s',
    authors: 'Liu et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2201.03545',
  },
  keywords: ['large kernel'],
  inputs: ['x'],
  attrs: {
    kernelSize: int({
      label: 'Kernel',
      help: 'Side of the window.',
      default: 7,
      min: 1,
      max: 63,
      step: 2,
    }),
    bias: flag({ label: 'Bias', default: true }),
  },
  pattern: windowPattern(7, (distance) => 1 - 0.6 * distance),
  family: 'convolution',
  subtitle: ({ kernelSize }) => `${kernelSize}×${kernelSize} per channel`,
  build: (b, [x], { kernelSize, bias }) =>
    onMap(b, 'depthwiseConv', x, (map) =>
      conv2d(b, map, {
        name: '',
        out: channelsOf(map),
        kernel: kernelSize,
        stride: 1,
        padding: 'same',
        groups: channelsOf(map),
        bias,
      }),
    ),
})
