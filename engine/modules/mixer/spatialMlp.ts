import { linear } from '../../nn/linear'
import { number, slot } from '../../schema/schema'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * An MLP over the token axis, the same for every channel: Y = (W₂ σ(W₁ Xᵀ))ᵀ.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. The hidden width is a multiple of the *channels*, as in the paper.
 * Its weights are tied to one number of tokens. Tolstikhin et al. 2021, MLP-Mixer, https://arxiv.org/abs/2105.01601
 */
export const spatialMlp = defineModule({
  id: 'spatialMlp',
  title: 'Spatial MLP',
  shortTitle: 'Token MLP',
  kind: 'mixer',
  summary:
    'A small network across positions, the same for every channel: global, learned, and blind to content.',
  formula: 'Y = (W₂·σ(W₁·Xᵀ))ᵀ',
  paper: {
    title: 'MLP-Mixer: An all-MLP Architecture for Vision',
    authors: 'Tolstikhin et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2105.01601',
  },
  inputs: ['x'],
  attrs: {
    ratio: number({
      label: 'Hidden ratio',
      help: 'Hidden width as a multiple of the channels.',
      default: 0.5,
      min: 0.03125,
      max: 8,
    }),
    act: slot({ label: 'Activation', of: 'activation', default: 'gelu' }),
  },
  // Stripes: learned weights differ from position to position, whatever lies there.
  pattern: (row, column) => 0.2 + 0.8 * (((row * 3 + column * 5) % 7) / 6),
  family: 'fixed',
  subtitle: ({ ratio }, dim) => (dim === null ? `hidden ×${ratio}` : `hidden ${Math.floor(dim * ratio)}`),
  build: (b, [x], { ratio, act }) =>
    onTokens(b, 'spatialMlp', x, (tokens) => {
      const { t, c } = tokenSizes('spatialMlp', tokens)
      let y = b.transpose(tokens, [0, 2, 1])
      y = linear(b, y, { name: 'fc1', out: Math.max(1, Math.floor(c * ratio)), bias: true })
      y = b.module(act, 'act', y)
      y = linear(b, y, { name: 'fc2', out: t, bias: true })
      return b.transpose(y, [0, 2, 1], tokens.grid)
    }),
})
