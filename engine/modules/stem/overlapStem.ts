import { conv2d } from '../../nn/conv2d'
import { flag, int, slot } from '../../schema/schema'
import { defineModule } from '../module'
import { autoPadding, checkWindow, kernelField, paddingField, strideField } from '../window'

/**
 * Stem of one convolution with stride, patches overlapping where the kernel is larger than the stride, then a norm.
 *
 * x [n, H, W, 3] → [n, H/s, W/s, dim]. MetaFormer: kernel 7, stride 4, padding 2; ConvNeXt: 4, 4, 0.
 * Yu et al. 2022, https://arxiv.org/abs/2210.13452
 */
export const overlapStem = defineModule({
  id: 'overlapStem',
  title: 'Convolutional patch embedding',
  shortTitle: 'Conv patch',
  kind: 'stem',
  summary: 'One strided convolution and a norm; a kernel larger than the stride lets patches overlap.',
  formula: 'y = Norm(Convₖ,ₛ(x))',
  paper: {
    title: 'MetaFormer Baselines for Vision',
    authors: 'Yu et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2210.13452',
  },
  inputs: ['x'],
  attrs: {
    dim: int({ label: 'Channels', default: 64, min: 1, max: 8192 }),
    kernelSize: kernelField(7),
    stride: strideField(4),
    padding: paddingField(),
    norm: slot({
      label: 'Norm',
      help: 'After the convolution.',
      of: 'norm',
      default: { module: 'layerNorm', attrs: { bias: false } },
    }),
    bias: flag({ label: 'Bias', default: true }),
  },
  subtitle: ({ kernelSize, stride, dim }) => `${kernelSize}×${kernelSize}, stride ${stride} → ${dim}`,
  build(b, [x], { dim, kernelSize, stride, padding, norm, bias }) {
    const pad = padding ?? autoPadding(kernelSize, stride)
    checkWindow('overlapStem', x, kernelSize, pad)
    const map = conv2d(b, x, { name: 'conv', out: dim, kernel: kernelSize, stride, padding: pad, bias })
    return b.module(norm, 'norm', map)
  },
})
