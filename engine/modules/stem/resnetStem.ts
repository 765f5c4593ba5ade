import { conv2d } from '../../nn/conv2d'
import { maxPool } from '../../nn/pool'
import { flag, int, slot } from '../../schema/schema'
import { defineModule } from '../module'
import { autoPadding, checkWindow, kernelField } from '../window'

/**
 * ResNet's stem: 7×7 convolution with stride 2, norm, activation, 3×3 max pooling with stride 2.
 *
 * x [n, H, W, 3] → [n, H/4, W/4, dim]. He et al. 2015, https://arxiv.org/abs/1512.03385
 */
export const resnetStem = defineModule({
  id: 'resnetStem',
  title: 'ResNet stem',
  kind: 'stem',
  summary: 'A wide strided convolution and a max pooling bring the picture to a quarter of its side.',
  formula: 'y = MaxPool₃,₂(σ(BN(Conv₇,₂(x))))',
  paper: {
    title: 'Deep Residual Learning for Image Recognition',
    authors: 'He et al.',
    year: 2015,
    url: 'https://arxiv.org/abs/1512.03385',
  },
  inputs: ['x'],
  attrs: {
    dim: int({ label: 'Channels', default: 64, min: 1, max: 8192 }),
    kernelSize: kernelField(7),
    norm: slot({ label: 'Norm', of: 'norm', default: 'batchNorm' }),
    act: slot({ label: 'Activation', of: 'activation', default: 'relu' }),
    pool: flag({ label: 'Max pooling', help: '3×3 with stride 2.', default: true }),
  },
  subtitle: ({ kernelSize, dim }) => `${kernelSize}×${kernelSize}, stride 2 → ${dim}`,
  build(b, [x], { dim, kernelSize, norm, act, pool }) {
    const padding = autoPadding(kernelSize, 2)
    checkWindow('resnetStem', x, kernelSize, padding)
    let y = conv2d(b, x, { name: 'conv1', out: dim, kernel: kernelSize, stride: 2, padding, bias: false })
    y = b.module(norm, 'bn1', y)
    y = b.module(act, 'act1', y)
    if (!pool) return y
    checkWindow('resnetStem', y, 3, 1)
    return b.part('maxpool', () => maxPool(b, y, { kernel: 3, stride: 2, padding: 1 }))
  },
})
