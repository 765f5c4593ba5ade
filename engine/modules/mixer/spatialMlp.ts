import { linear } from '../../nn/linear'
import { autoInt, flag, number, slot } from '../../schema/schema'
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
    hidden: autoInt({ label: 'Hidden width', default: null, min: 1, max: 16384, auto: 'channels × ratio' }),
    ratio: number({
      label: 'Hidden ratio',
      help: 'Hidden width as a multiple of the channels.',
      default: 0.5,
      min: 0.03125,
      max: 8,
      when: { field: 'hidden', is: null },
    }),
    act: slot({ label: 'Activation', of: 'activation', default: 'gelu' }),
    gated: flag({
      label: 'Gated',
      help: 'A second half of the hidden layer is activated and gates the first; the ratio is of the width behind it.',
      default: false,
    }),
  },
  // Stripes: learned weights differ from position to position, whatever lies there.
  pattern: (row, column) => 0.2 + 0.8 * (((row * 3 + column * 5) % 7) / 6),
  family: 'fixed',
  subtitle: ({ hidden, ratio }, dim) =>
    hidden === null && dim === null ? `hidden ×${ratio}` : `hidden ${hidden ?? hiddenWidth(dim ?? 1, ratio)}`,
  build: (b, [x], { hidden: width, ratio, act, gated }) =>
    onTokens(b, 'spatialMlp', x, (tokens) => {
      const { n, t, c } = tokenSizes('spatialMlp', tokens)
      const hidden = width ?? hiddenWidth(c, ratio)
      let y = b.transpose(tokens, [0, 2, 1])
      y = linear(b, y, { name: 'fc1', out: gated ? 2 * hidden : hidden, bias: true })
      const half = (index: number) => b.slice(y, { start: [0, 0, index * hidden], size: [n, c, hidden] })
      y = gated ? b.mul(half(0), b.module(act, 'act', half(1))) : b.module(act, 'act', y)
      y = linear(b, y, { name: 'fc2', out: t, bias: true })
      return b.transpose(y, [0, 2, 1], tokens.grid)
    }),
})

const hiddenWidth = (channels: number, ratio: number): number => Math.max(1, Math.floor(channels * ratio))
