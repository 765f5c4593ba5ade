import type { Value } from '../../graph/graph'
import { linear } from '../../nn/linear'
import { softmax } from '../../nn/softmax'
import { flag, int } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * Attention as it was first written: a small network scores every pair, softmax(w·tanh(qᵢ + kⱼ)) V, in the place of the
 * product q·k.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. The scores are sums of t² elements for each hidden channel, which do not
 * count as MACs; those are 2tc² + 2tchm + t²c for h heads with m hidden channels. Bahdanau et al. 2014, https://arxiv.org/abs/1409.0473
 */
export const additiveAttention = defineModule({
  id: 'additiveAttention',
  title: 'Additive attention',
  shortTitle: 'Additive',
  kind: 'mixer',
  summary: 'A small network scores every pair of tokens: attention before it became a product.',
  formula: 'Y = softmax(w·tanh(Q ⊕ K))·V·Wₒ per head',
  paper: {
    title: 'Neural Machine Translation by Jointly Learning to Align and Translate',
    authors: 'Bahdanau et al.',
    year: 2014,
    url: 'https://arxiv.org/abs/1409.0473',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    hidden: int({
      label: 'Hidden channels',
      help: 'Of the network that scores a pair, per head.',
      default: 8,
      min: 1,
      max: 64,
    }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  pattern: (row, column) =>
    Math.min(1, Math.exp(-((row - 4) ** 2 + (column - 4) ** 2) / 4) + (row === 6 && column < 3 ? 0.6 : 0.15)),
  family: 'attention',
  subtitle: headCount,
  build: (b, [x], attrs) =>
    onTokens(b, 'additiveAttention', x, (tokens) => {
      const { n, t, c } = tokenSizes('additiveAttention', tokens)
      const { heads, headDim } = splitHeads('additiveAttention', c, attrs)
      const { hidden, qkvBias: bias } = attrs
      const project = (name: string, width: number): Value =>
        b.reshape(linear(b, tokens, { name, out: heads * width, bias }), [n, t, heads, width])
      const parts = (name: string) => b.transpose(project(name, hidden), [0, 2, 1, 3])
      const [queries, keys] = [parts('q'), parts('k')]
      const values = project('v', headDim)
      const weights = b.weight('score', [heads, hidden], { init: { a: 0, b: Math.sqrt(3 / hidden) } })
      // One hidden channel after the other: pairs times channels would fill the memory.
      const terms = Array.from({ length: hidden }, (_, index) => {
        const channel = (x: Value) => b.slice(x, { start: [0, 0, 0, index], size: [n, heads, t, 1] })
        const pairs = b.add(channel(queries), b.reshape(channel(keys), [n, heads, 1, t]))
        const weight = b.slice(weights, { start: [0, index], size: [heads, 1] })
        return b.mul(b.tanh(pairs), b.reshape(weight, [1, heads, 1, 1]))
      })
      const scores = terms.reduce((sum, term) => b.add(sum, term))
      const shares = b.part('softmax', () => b.tap('attention', softmax(b, scores)))
      const mixed = b.dot(shares, values, {
        batch: [
          [0, 1],
          [0, 2],
        ],
        contract: [[3], [1]],
      })
      const y = b.reshape(b.transpose(mixed, [0, 2, 1, 3], tokens.grid), [n, t, heads * headDim])
      return linear(b, y, { name: 'proj', out: c, bias: attrs.projBias })
    }),
})
