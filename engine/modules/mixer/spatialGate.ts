import { linear } from '../../nn/linear'
import { number, slot } from '../../schema/schema'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * MLP whose hidden layer is gated across positions: [u, v] = σ(X W₁), Y = (u ⊙ (W LN(v) + b)) W₂. Block and channel
 * mixer in one.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. W mixes positions and is tied to their number.
 * Liu et al. 2021, Pay Attention to MLPs, https://arxiv.org/abs/2105.08050
 */
export const spatialGate = defineModule({
  id: 'spatialGate',
  title: 'Spatial gating MLP',
  shortTitle: 'gMLP',
  kind: 'mixer',
  summary: 'Half of a wide hidden layer is mixed across positions and gates the other half.',
  formula: 'Y = (u ⊙ (W·LN(v) + b))·W₂,  [u, v] = σ(X·W₁)',
  paper: {
    title: 'Pay Attention to MLPs',
    authors: 'Liu et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2105.08050',
  },
  inputs: ['x'],
  attrs: {
    mlpRatio: number({
      label: 'Ratio',
      help: 'Hidden width before it is halved, as a multiple of the channels.',
      default: 6,
      min: 0.25,
      max: 16,
    }),
    act: slot({ label: 'Activation', of: 'activation', default: 'gelu' }),
    norm: slot({
      label: 'Norm',
      help: 'Of the half that is mixed across positions.',
      of: 'norm',
      default: { module: 'layerNorm', attrs: { eps: 1e-5 } },
    }),
  },
  pattern: (row, column) => 0.2 + 0.8 * (((row * 5 + column * 3) % 7) / 6),
  family: 'fixed',
  subtitle: ({ mlpRatio }, dim) => (dim === null ? `×${mlpRatio}` : `2·${halfWidth(dim, mlpRatio)}, gated`),
  build: (b, [x], { mlpRatio, act, norm }) =>
    onTokens(b, 'spatialGate', x, (tokens) => {
      const { n, t, c } = tokenSizes('spatialGate', tokens)
      const half = halfWidth(c, mlpRatio)
      const hidden = b.module(act, 'act', linear(b, tokens, { name: 'fc1', out: 2 * half, bias: true }))
      const part = (index: number) => b.slice(hidden, { start: [0, 0, index * half], size: [n, t, half] })
      const gate = b.part('gate', () => {
        const normed = b.transpose(b.module(norm, 'norm', part(1)), [0, 2, 1])
        const mixed = linear(b, normed, { name: 'proj', out: t, bias: true })
        return b.mul(part(0), b.transpose(mixed, [0, 2, 1], tokens.grid))
      })
      return linear(b, gate, { name: 'fc2', out: c, bias: true })
    }),
})

const halfWidth = (dim: number, ratio: number): number => Math.max(1, Math.floor((dim * ratio) / 2))
