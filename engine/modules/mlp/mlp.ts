import { autoInt, flag, number, slot } from '../../schema/schema'
import { channelsOf } from '../layout'
import { defineModule } from '../module'
import { pointwise, weightsField } from '../pointwise'

/**
 * Channel MLP: every token is widened, activated and narrowed, y = σ(x W₁ + b₁) W₂ + b₂.
 *
 * x [n, …, c] → the same shape. Parameters 2·r·c² (+ (r + 1)·c), MACs 2·t·r·c².
 * Vaswani et al. 2017 ("position-wise feed-forward network"), https://arxiv.org/abs/1706.03762
 */
export const mlp = defineModule({
  id: 'mlp',
  title: 'MLP',
  kind: 'mlp',
  summary: 'Mixes the channels of each token by two linear layers with an activation between them.',
  formula: 'y = σ(x·W₁)·W₂',
  paper: {
    title: 'Attention Is All You Need',
    authors: 'Vaswani et al.',
    year: 2017,
    url: 'https://arxiv.org/abs/1706.03762',
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
    dim: autoInt({
      label: 'Channels after it',
      help: 'A width of its own ends the residual branch.',
      default: null,
      min: 1,
      max: 8192,
      auto: 'as before it',
    }),
    act: slot({ label: 'Activation', of: 'activation', default: 'gelu' }),
    norm: slot({ label: 'Norm', help: 'Of the hidden layer.', of: 'norm', default: 'noNorm' }),
    linearNorm: slot({
      label: 'Norm of both layers',
      help: 'After each linear layer, before the activation.',
      of: 'norm',
      default: 'noNorm',
    }),
    bias: flag({ label: 'Biases', default: true }),
    weights: weightsField(),
  },
  subtitle: ({ mlpRatio }, dim) =>
    dim === null ? `×${mlpRatio}` : `${dim} → ${Math.floor(dim * mlpRatio)} → ${dim}`,
  build(b, [x], { mlpRatio, dim: out, act, norm, linearNorm, bias, weights }) {
    const dim = channelsOf(x)
    const hidden = Math.max(1, Math.floor(dim * mlpRatio))
    let y = pointwise(b, x, { name: 'fc1', out: hidden, bias, weights })
    y = b.module(linearNorm, 'norm1', y)
    y = b.module(act, 'act', y)
    y = b.module(norm, 'norm', y)
    y = pointwise(b, y, { name: 'fc2', out: out ?? dim, bias, weights })
    return b.module(linearNorm, 'norm2', y)
  },
})
