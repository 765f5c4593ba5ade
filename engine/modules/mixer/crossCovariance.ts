import type { Value } from '../../graph/graph'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { softmax } from '../../nn/softmax'
import { choice, flag } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'
import { queriesKeysValues } from '../qkv'
import { ofLengthOne } from '../unitLength'

/**
 * Attention turned by a quarter: channels attend to channels, Y = softmax(τ·Q̂ᵀK̂) V, where every channel of Q and K has
 * length 1 over the tokens. It mixes positions only through these sums.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. MACs 4tc² + 2tcd: linear in t.
 * El-Nouby et al. 2021, XCiT, https://arxiv.org/abs/2106.09681; without lengths: DaViT, Ding et al. 2022, https://arxiv.org/abs/2204.03645
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
  keywords: ['channel attention', 'transposed attention'],
  inputs: ['x'],
  attrs: {
    ...headFields(),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
    scores: choice({
      label: 'Scores',
      help: 'Of two channels: the cosine times a learned factor (XCiT), or their product made smaller (DaViT).',
      default: 'cosine',
      options: [
        { value: 'cosine', label: 'Scaled cosines' },
        { value: 'head', label: 'Products ÷ √d' },
        { value: 'tokens', label: 'Products ÷ √tokens' },
      ],
    }),
    roles: choice({
      label: 'Who asks',
      help: 'DaViT’s first code has the keys ask the values, and queries are what is read.',
      default: 'usual',
      options: [
        { value: 'usual', label: 'Q asks K and reads V' },
        { value: 'keysAsk', label: 'K asks V and reads Q' },
      ],
    }),
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
      const parts = queriesKeysValues(b, tokens, { heads, headDim, bias: attrs.qkvBias })
      const [asking, asked, read] = attrs.roles === 'keysAsk' ? [parts[1], parts[2], parts[0]] : parts
      const [q, k] = attrs.scores === 'cosine' ? [unit(b, asking), unit(b, asked)] : [asking, asked]
      const products = b.dot(q, k, {
        batch: [
          [0, 2],
          [0, 2],
        ],
        contract: [[1], [1]],
      })
      const scores = {
        cosine: () => b.mul(products, temperature(b, heads)),
        head: () => b.mul(products, headDim ** -0.5),
        tokens: () => b.mul(products, t ** -0.5),
      }[attrs.scores]()
      const weights = b.tap('attention', softmax(b, scores))
      const mixed = b.dot(read, weights, {
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

const unit = (b: ModuleBuilder, x: Value): Value => ofLengthOne(b, x, 1)

const temperature = (b: ModuleBuilder, heads: number): Value =>
  b.reshape(b.weight('temperature', [heads, 1, 1], { init: 'one' }), [1, heads, 1, 1])
