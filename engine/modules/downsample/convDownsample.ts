import { conv2d } from '../../nn/conv2d'
import { autoInt, choice, flag, slot } from '../../schema/schema'
import { channelsOf } from '../layout'
import { defineModule } from '../module'
import { autoPadding, checkWindow, kernelField, paddingField, strideField } from '../window'

/**
 * Downsampling between stages by a strided convolution, with a norm before it (MetaFormer, ConvNeXt) or after it
 * (the projection shortcut of ResNet).
 *
 * x [n, h, w, c] → [n, h/s, w/s, dim]. Liu et al. 2022, https://arxiv.org/abs/2201.03545
 */
export const convDownsample = defineModule({
  id: 'convDownsample',
  title: 'Convolutional downsampling',
  shortTitle: 'Downsample',
  kind: 'downsample',
  summary: 'Halves height and width by a strided convolution and widens the channels for the next stage.',
  formula: 'y = Convₖ,ₛ(Norm(x))',
  paper: {
    title: 'A ConvNet for the 2020s',
    authors: 'Liu et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2201.03545',
  },
  inputs: ['x'],
  attrs: {
    dim: autoInt({ label: 'Channels', default: null, min: 1, max: 16384, auto: 'twice the input' }),
    kernelSize: kernelField(3),
    stride: strideField(2),
    padding: paddingField(),
    norm: slot({ label: 'Norm', of: 'norm', default: { module: 'layerNorm', attrs: { bias: false } } }),
    normOrder: choice({
      label: 'Norm comes',
      default: 'before',
      options: [
        { value: 'before', label: 'Before' },
        { value: 'after', label: 'After' },
      ],
    }),
    bias: flag({ label: 'Bias', default: true }),
  },
  subtitle: ({ kernelSize, stride, dim }, width) =>
    `${kernelSize}×${kernelSize}, stride ${stride} → ${dim ?? (width === null ? 'twice' : 2 * width)}`,
  build(b, [x], { dim, kernelSize, stride, padding, norm, normOrder, bias }) {
    const pad = padding ?? autoPadding(kernelSize, stride)
    checkWindow('convDownsample', x, kernelSize, pad)
    const out = dim ?? 2 * channelsOf(x)
    const before = normOrder === 'before' ? b.module(norm, 'norm', x) : x
    const y = conv2d(b, before, { name: 'conv', out, kernel: kernelSize, stride, padding: pad, bias })
    return normOrder === 'after' ? b.module(norm, 'norm', y) : y
  },
})
