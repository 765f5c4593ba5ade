import { conv2d } from '../../nn/conv2d'
import { int, slot } from '../../schema/schema'
import { defineModule } from '../module'
import { autoPadding, checkWindow, kernelField } from '../window'

/**
 * A stack of stride-2 convolutions whose width doubles up to `dim`: 48, 96, 192, 384 for four of them.
 *
 * x [n, H, W, 3] → [n, H/2ᵈ, W/2ᵈ, dim]. Every convolution but the last is followed by norm and activation; without
 * them (the default) it is the stem of the isotropic IdentityFormer with convolutional stem.
 * Xiao et al. 2021, Early Convolutions Help Transformers See Better, https://arxiv.org/abs/2106.14881
 */
export const convStem = defineModule({
  id: 'convStem',
  title: 'Convolutional stem',
  shortTitle: 'Conv stem',
  kind: 'stem',
  summary:
    'Several small strided convolutions in place of one large patch: easier to train, and patches overlap.',
  formula: 'y = Convₖ,₂(… Conv₇,₂(x))',
  paper: {
    title: 'Early Convolutions Help Transformers See Better',
    authors: 'Xiao et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2106.14881',
  },
  inputs: ['x'],
  attrs: {
    dim: int({
      label: 'Channels',
      help: 'Width after the last convolution; half of it before.',
      default: 384,
      min: 1,
      max: 8192,
    }),
    depth: int({ label: 'Convolutions', help: 'Each halves height and width.', default: 4, min: 1, max: 6 }),
    firstKernel: kernelField(7),
    kernelSize: kernelField(3),
    norm: slot({
      label: 'Norm',
      help: 'After every convolution but the last.',
      of: 'norm',
      default: 'noNorm',
    }),
    act: slot({
      label: 'Activation',
      help: 'After every convolution but the last.',
      of: 'activation',
      default: 'noActivation',
    }),
  },
  subtitle: ({ depth, dim }) => `${depth} convolutions → ${dim}`,
  build(b, [x], { dim, depth, firstKernel, kernelSize, norm, act }) {
    let y = x
    for (let i = 0; i < depth; i++) {
      const kernel = i === 0 ? firstKernel : kernelSize
      const padding = autoPadding(kernel, 2)
      checkWindow('convStem', y, kernel, padding)
      const out = Math.max(1, Math.floor(dim / 2 ** (depth - 1 - i)))
      y = conv2d(b, y, { name: `convs.${i}`, out, kernel, stride: 2, padding, bias: true })
      if (i < depth - 1) y = b.module(act, `acts.${i}`, b.module(norm, `norms.${i}`, y))
    }
    return y
  },
})
