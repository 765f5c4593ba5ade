import { conv2d } from '../../nn/conv2d'
import { int } from '../../schema/schema'
import { channelsOf, onMap } from '../layout'
import { defineModule } from '../module'
import { windowPattern } from '../reading'

/**
 * A large window in three cheap steps, and its result as a gate: Y = PW(DWₖ,d(DW₅(X))) ⊙ X.
 *
 * x [n, h, w, c] → the same shape. A 5×5 and a 7×7 window dilated by 3 reach over 23×23 positions.
 * Parameters c·(k₁² + k₂²) + c² + 3c. Guo et al. 2022, Visual Attention Network, https://arxiv.org/abs/2202.09741
 */
export const largeKernelAttention = defineModule({
  id: 'largeKernelAttention',
  title: 'Large-kernel attention',
  shortTitle: 'LKA',
  kind: 'mixer',
  summary: 'Two depthwise convolutions, the second dilated, see far; their result gates the input.',
  formula: 'Y = PW(DW₇,₃(DW₅(X))) ⊙ X',
  paper: {
    title: 'Visual Attention Network',
    authors: 'Guo et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2202.09741',
  },
  inputs: ['x'],
  attrs: {
    kernelSize: int({
      label: 'First kernel',
      help: 'Side of the dense window.',
      default: 5,
      min: 1,
      max: 31,
      step: 2,
    }),
    dilatedKernel: int({
      label: 'Second kernel',
      help: 'Side of the dilated window.',
      default: 7,
      min: 1,
      max: 31,
      step: 2,
    }),
    dilation: int({ label: 'Dilation', help: 'Gap between its taps.', default: 3, min: 1, max: 16 }),
  },
  pattern: windowPattern(8, (distance) => 1 - 0.7 * distance),
  family: 'convolution',
  subtitle({ kernelSize, dilatedKernel, dilation }) {
    const reach = kernelSize + dilation * (dilatedKernel - 1)
    return `${reach}×${reach} as a gate`
  },
  build: (b, [x], { kernelSize, dilatedKernel, dilation }) =>
    onMap(b, 'largeKernelAttention', x, (map) => {
      const dim = channelsOf(map)
      const depthwise = { out: dim, padding: 'same', groups: dim, bias: true } as const
      let y = conv2d(b, map, { name: 'conv0', kernel: kernelSize, ...depthwise })
      y = conv2d(b, y, { name: 'conv_spatial', kernel: dilatedKernel, dilation, ...depthwise })
      y = conv2d(b, y, { name: 'conv1', out: dim, kernel: 1, bias: true })
      return b.mul(map, y)
    }),
})
