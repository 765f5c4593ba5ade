import { linear } from '../../nn/linear'
import { flag } from '../../schema/schema'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'
import { ofLengthOne } from '../unitLength'

/**
 * Attention by one global query: learned scores sum the queries up to it, it multiplies every key, and each token adds
 * what its own query was, Y = (Q̂ + (K̂ ⊙ Σ αᵢ Q̂ᵢ) W) Wₒ with α = Q̂ w_g at length 1 over the tokens.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. MACs 4tc² + tc: linear in t. Queries and keys have length 1.
 * Shaker et al. 2023, SwiftFormer, https://arxiv.org/abs/2303.15446
 */
export const globalQuery = defineModule({
  id: 'globalQuery',
  title: 'Efficient additive attention',
  shortTitle: 'Global query',
  kind: 'mixer',
  summary: 'All queries add up to one, which weighs every key: global, at a cost linear in the tokens.',
  formula: 'Y = (Q̂ + (K̂ ⊙ Σ αᵢ·Q̂ᵢ)·W)·Wₒ',
  paper: {
    title:
      'SwiftFormer: Efficient Additive Attention for Transformer-based Real-time Mobile Vision Applications',
    authors: 'Shaker et al.',
    year: 2023,
    url: 'https://arxiv.org/abs/2303.15446',
  },
  inputs: ['x'],
  attrs: {
    qkBias: flag({ label: 'Bias of Q and K', default: true }),
    projBias: flag({ label: 'Bias of the projections', default: true }),
  },
  pattern: (row, column) => (row === 4 && column === 4 ? 1 : 0.3),
  family: 'attention',
  build: (b, [x], { qkBias, projBias }) =>
    onTokens(b, 'globalQuery', x, (tokens) => {
      const { c } = tokenSizes('globalQuery', tokens)
      const project = (name: string) => ofLengthOne(b, linear(b, tokens, { name, out: c, bias: qkBias }), 2)
      const [q, k] = [project('to_query'), project('to_key')]
      const weights = b.weight('w_g', [c, 1], { init: 'weight', fanIn: c })
      const scores = b.mul(b.dot(q, weights, { contract: [[2], [0]] }), c ** -0.5)
      const query = b.sum(b.mul(ofLengthOne(b, scores, 1), q), [1])
      const weighed = linear(b, b.mul(k, query), { name: 'proj', out: c, bias: projBias })
      return linear(b, b.add(weighed, q), { name: 'final', out: c, bias: projBias })
    }),
})
