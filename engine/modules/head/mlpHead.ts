import { linear } from '../../nn/linear'
import { number, slot } from '../../schema/schema'
import { globalAverage } from '../globalPooling'
import { channelsOf } from '../layout'
import { defineModule } from '../module'
import { classesField, headSubtitle } from './fields'

/**
 * Global average pooling, norm, and an MLP with a norm inside: the head of ConvFormer and CAFormer.
 *
 * x [n, h, w, c] or [n, t, c] → logits [n, classes]. y = Norm(σ(Norm(mean x) W₁ + b₁)) W₂ + b₂.
 * Yu et al. 2022, MetaFormer Baselines for Vision, https://arxiv.org/abs/2210.13452
 */
export const mlpHead = defineModule({
  id: 'mlpHead',
  title: 'MLP head',
  kind: 'head',
  summary: 'Averages all positions and classifies the mean by a small MLP with SquaredReLU.',
  formula: 'y = Norm(σ(Norm(mean(x))·W₁))·W₂',
  paper: {
    title: 'MetaFormer Baselines for Vision',
    authors: 'Yu et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2210.13452',
  },
  inputs: ['x'],
  attrs: {
    classes: classesField(),
    mlpRatio: number({
      label: 'Ratio',
      help: 'Hidden width as a multiple of the channels.',
      default: 4,
      min: 0.125,
      max: 16,
    }),
    norm: slot({ label: 'Norm', help: 'After pooling.', of: 'norm', default: 'layerNorm' }),
    act: slot({ label: 'Activation', of: 'activation', default: 'squaredRelu' }),
    hiddenNorm: slot({
      label: 'Hidden norm',
      help: 'Before the last layer.',
      of: 'norm',
      default: 'layerNorm',
    }),
  },
  subtitle: headSubtitle,
  build(b, [x], { classes, mlpRatio, norm, act, hiddenNorm }) {
    const pooled = b.part('global_pool', () => globalAverage(b, 'mlpHead', x))
    const features = b.module(norm, 'norm', pooled)
    if (classes === 0) return features
    return b.part('fc', () => {
      let y = linear(b, features, {
        name: 'fc1',
        out: Math.max(1, Math.floor(channelsOf(x) * mlpRatio)),
        bias: true,
      })
      y = b.module(act, 'act', y)
      y = b.module(hiddenNorm, 'norm', y)
      return linear(b, y, { name: 'fc2', out: classes, bias: true })
    })
  },
})
