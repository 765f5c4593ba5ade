import type { Value } from '../../graph/graph'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { softmax } from '../../nn/softmax'
import { flag } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { onTokens, rankError, tokenSizes } from '../layout'
import { defineModule } from '../module'
import { differences, places } from '../pairs'

/**
 * Attention that begins as a convolution: per head a learned gate mixes what content asks for with where to look,
 * A = (1 − σ(λ))·softmax(Q Kᵀ/√d) + σ(λ)·softmax(v·r), where r = (Δx, Δy, Δx² + Δy²) of key and query.
 *
 * x [n, h, w, c] or tokens on a grid without class token → the same shape. The published
 * code normalises the rows of A once more, which changes nothing: each is a mean of rows that sum to one.
 * d'Ascoli et al. 2021, ConViT, https://arxiv.org/abs/2103.10697
 */
export const gatedPosition = defineModule({
  id: 'gatedPosition',
  title: 'Gated positional attention',
  shortTitle: 'GPSA',
  kind: 'mixer',
  summary:
    'Each head decides by a gate how much it looks at a fixed offset and how much at what resembles it.',
  formula: 'A = (1 − σ(λ))·softmax(Q·Kᵀ/√d) + σ(λ)·softmax(v·r)',
  paper: {
    title: 'ConViT: Improving Vision Transformers with Soft Convolutional Inductive Biases',
    authors: "d'Ascoli et al.",
    year: 2021,
    url: 'https://arxiv.org/abs/2103.10697',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: false }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  pattern: (row, column) => Math.min(1, Math.exp(-((row - 3) ** 2 + (column - 4) ** 2) / 2) + 0.12),
  family: 'attention',
  subtitle: headCount,
  build: (b, [x], attrs) =>
    onTokens(b, 'gatedPosition', x, (tokens) => {
      const { n, t, c } = tokenSizes('gatedPosition', tokens)
      const { heads, headDim } = splitHeads('gatedPosition', c, attrs)
      const width = heads * headDim
      const split = (y: Value) => b.reshape(y, [n, t, heads, headDim])
      const qk = linear(b, tokens, { name: 'qk', out: 2 * width, bias: attrs.qkvBias })
      const part = (index: number) =>
        split(b.slice(qk, { start: [0, 0, index * width], size: [n, t, width] }))
      const v = split(linear(b, tokens, { name: 'v', out: width, bias: attrs.qkvBias }))
      const scores = b.dot(b.mul(part(0), headDim ** -0.5), part(1), {
        batch: [
          [0, 2],
          [0, 2],
        ],
        contract: [[3], [3]],
      })
      const content = b.tap('attention', softmax(b, scores))
      const position = b.tap('attention', softmax(b, offsetScores(b, tokens, heads)))
      const gate = b.sigmoid(b.reshape(b.weight('gating_param', [heads], { init: 'one' }), [1, heads, 1, 1]))
      const both = b.add(content, b.mul(gate, b.sub(position, content)))
      const mixed = b.dot(both, v, {
        batch: [
          [0, 1],
          [0, 2],
        ],
        contract: [[3], [1]],
      })
      const y = b.reshape(b.transpose(mixed, [0, 2, 1, 3], tokens.grid), [n, t, width])
      return linear(b, y, { name: 'proj', out: c, bias: attrs.projBias })
    }),
})

/** [1, heads, t, t]: a linear map of the offset from query to key and its square. A class token lies nowhere. */
function offsetScores(b: ModuleBuilder, tokens: Value, heads: number): Value {
  const grid = tokens.grid
  if (!grid) throw rankError('gatedPosition', 'a map or tokens that lie on a grid', tokens.shape)
  const { height, width, prefix } = grid
  const count = prefix + height * width
  const towards = (along: readonly number[]) =>
    b.neg(b.pad(differences(b, along), { low: [prefix, prefix], high: [0, 0] }))
  const { rows, columns } = places(height, width)
  const [right, down] = [towards(columns), towards(rows)]
  const far = b.add(b.square(right), b.square(down))
  const pairs = b.concat(
    [right, down, far].map((part) => b.reshape(part, [1, count, count, 1])),
    3,
  )
  return b.transpose(linear(b, pairs, { name: 'pos_proj', out: heads, bias: true }), [0, 3, 1, 2])
}
