import { linear } from '../../nn/linear'
import { softmax } from '../../nn/softmax'
import { flag } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'
import { ofLengthOne } from '../unitLength'

/**
 * Attention turned by a quarter: channels attend to channels, Y = softmax(τ·Q̂ᵀK̂) V, where every channel of Q and K has
 * length 1 over the tokens. It mixes positions only through these sums.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. MACs 4tc² + 2tcd: linear in t.
 * El-Nouby et al. 2021, XCiT, https://arxiv.org/abs/2106.09681
 */
export const crossCovariance = defineModule({
  id: 'crossCovariance',
  title: 'Cross-covariance attention',
  shortTitle: 'XCA',
  kind: 'mixer',
  summary: 'Channels attend to channels instead of tokens to tokens: global, at a cost linear in the tokens.',
  formula: 'Y = softmax(τ·Q̂ᵀ·K̂)·V per head, over channels',
  paper: {
    title: 'XCiT: Cross-Covariance Image Transformers',
    authors: 'El-Nouby et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2106.09681',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  // Itself, and faintly everything by the covariances.
  pattern: (row, column) => (row === 4 && column === 4 ? 1 : 0.18),
  family: 'attention',
  subtitle: headCount,
  build: (b, [x], attrs) =>
    onTokens(b, 'crossCovariance', x, (tokens) => {
      const { n, t, c } = tokenSizes('crossCovariance', tokens)
      const { heads, headDim } = splitHeads('crossCovariance', c, attrs)
      const width = heads * headDim
      const qkv = linear(b, tokens, { name: 'qkv', out: 3 * width, bias: attrs.qkvBias })
      const part = (index: number) =>
        b.reshape(b.slice(qkv, { start: [0, 0, index * width], size: [n, t, width] }), [n, t, heads, headDim])
      const temperature = b.reshape(b.weight('temperature', [heads, 1, 1], { init: 'one' }), [1, heads, 1, 1])
      const scores = b.dot(ofLengthOne(b, part(0), 1), ofLengthOne(b, part(1), 1), {
        batch: [
          [0, 2],
          [0, 2],
        ],
        contract: [[1], [1]],
      })
      const weights = b.tap('attention', softmax(b, b.mul(scores, temperature)))
      const mixed = b.dot(part(2), weights, {
        batch: [
          [0, 2],
          [0, 1],
        ],
        contract: [[3], [3]],
      })
      const y = b.reshape(b.transpose(mixed, [0, 2, 1, 3], tokens.grid), [n, t, width])
      return linear(b, y, { name: 'proj', out: c, bias: attrs.projBias })
    }),
})
