import type { Value } from '../../graph/graph'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { flag } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * Attention without softmax: with a positive feature map φ the products can be taken in another order,
 * Y = φ(Q)(φ(K)ᵀV) / (φ(Q)·Σφ(K) + ε), and no pair of tokens is ever compared. φ(x) = elu(x) + 1, ε = 10⁻⁶.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. MACs 4tc² + 2tcd instead of 4tc² + 2t²c.
 * Katharopoulos et al. 2020, Transformers are RNNs, https://arxiv.org/abs/2006.16236
 */
export const linearAttention = defineModule({
  id: 'linearAttention',
  title: 'Linear attention',
  shortTitle: 'Linear',
  kind: 'mixer',
  summary: 'Attention without softmax: keys and values are summed up once, so the cost grows linearly.',
  formula: 'Y = φ(Q)·(φ(K)ᵀ·V) / (φ(Q)·Σφ(K)),  φ = elu + 1',
  paper: {
    title: 'Transformers are RNNs: Fast Autoregressive Transformers with Linear Attention',
    authors: 'Katharopoulos et al.',
    year: 2020,
    url: 'https://arxiv.org/abs/2006.16236',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  pattern: (row, column) => 0.35 + 0.35 * Math.exp(-((row - 4) ** 2 + (column - 4) ** 2) / 10),
  family: 'attention',
  subtitle: headCount,
  build: (b, [x], attrs) =>
    onTokens(b, 'linearAttention', x, (tokens) => {
      const { n, t, c } = tokenSizes('linearAttention', tokens)
      const { heads, headDim } = splitHeads('linearAttention', c, attrs)
      const width = heads * headDim
      const project = (name: string) =>
        b.reshape(linear(b, tokens, { name, out: width, bias: attrs.qkvBias }), [n, t, heads, headDim])
      const [q, k, v] = [features(b, project('q')), features(b, project('k')), project('v')]
      const perHead = [
        [0, 2],
        [0, 2],
      ] as const
      const gathered = b.dot(k, v, { batch: perHead, contract: [[1], [1]] })
      const total = b.transpose(b.sum(k, [1]), [0, 2, 3, 1])
      const contract = [[3], [2]] as const
      const batch = [
        [0, 2],
        [0, 1],
      ] as const
      const weight = b.add(b.dot(q, total, { batch, contract }), 1e-6)
      const mixed = b.div(b.dot(q, gathered, { batch, contract }), weight)
      const y = b.reshape(b.transpose(mixed, [0, 2, 1, 3], tokens.grid), [n, t, width])
      return linear(b, y, { name: 'proj', out: c, bias: attrs.projBias })
    }),
})

/** elu(x) + 1: positive everywhere. */
const features = (b: ModuleBuilder, x: Value): Value => b.add(b.relu(x), b.exp(b.min(x, 0)))
