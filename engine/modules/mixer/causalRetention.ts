import type { Value } from '../../graph/graph'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { flag, number, slot } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'
import { differences } from '../pairs'
import { queriesKeysValues } from '../qkv'
import { gathered } from '../scores'

/**
 * Retention: Y = (Q Kᵀ/√d ⊙ D) V with D = γ^(i−j) for j ≤ i and 0 behind, then a norm per head and a gate, SiLU(X W_g) ⊙ Y. No
 * softmax, so that one state per head, s ← γ·s + kᵀv, gives the same token by token; here all tokens are computed at once.
 *
 * x [n, t, c] or [n, h, w, c], read row by row → the same shape. γ = 1 − 2^(−a−i) for head i. Parameters 5c², MACs 5tc² + 2t²c.
 * Hatamizadeh et al. 2023, ViR, https://arxiv.org/abs/2310.19731; Sun et al. 2023, RetNet, https://arxiv.org/abs/2307.08621
 */
export const causalRetention = defineModule({
  id: 'causalRetention',
  title: 'Causal retention',
  shortTitle: 'Causal ret.',
  kind: 'mixer',
  summary:
    'What came before fades token by token, without softmax: trained all at once, it can run as a recurrence.',
  formula: 'Y = (SiLU(X·W_g) ⊙ Norm((Q·Kᵀ/√d ⊙ γ^(i−j))·V))·Wₒ,  j ≤ i',
  paper: {
    title: 'ViR: Towards Efficient Vision Retention Backbones',
    authors: 'Hatamizadeh et al.',
    year: 2023,
    url: 'https://arxiv.org/abs/2310.19731',
  },
  keywords: ['RetNet', 'ViR'],
  inputs: ['x'],
  attrs: {
    ...headFields(),
    decay: number({
      label: 'Decay',
      help: 'a: larger fades slower; each head halves the pace of the one before.',
      default: 5,
      min: 0.1,
      max: 16,
    }),
    norm: slot({ label: 'Norm', help: 'Of what each head retained.', of: 'norm', default: 'layerNorm' }),
    gate: flag({ label: 'Gate', help: 'Each token adjusts what it retained.', default: true }),
    bias: flag({ label: 'Biases', help: 'Of all layers.', default: false }),
  },
  pattern: (row, column) => {
    const before = (4 - row) * 8 + 4 - column
    return before < 0 ? 0 : 0.25 + 0.75 * 0.9 ** before
  },
  family: 'attention',
  subtitle: headCount,
  build: (b, [x], attrs) =>
    onTokens(b, 'causalRetention', x, (tokens) => {
      const { n, t, c } = tokenSizes('causalRetention', tokens)
      const { heads, headDim } = splitHeads('causalRetention', c, attrs)
      const { bias, decay } = attrs
      const width = heads * headDim
      const [q, k, v] = queriesKeysValues(b, tokens, { heads, headDim, bias })
      const products = b.dot(b.mul(q, headDim ** -0.5), k, {
        batch: [
          [0, 2],
          [0, 2],
        ],
        contract: [[3], [3]],
      })
      const paces = Array.from({ length: heads }, (_, head) => Math.log(1 - 2 ** (-decay - head)))
      const weights = b.tap('attention', b.mul(products, fading(b, paces, t)))
      const retained = b.module(attrs.norm, 'norm', gathered(b, weights, v, tokens.grid))
      const y = b.reshape(retained, [n, t, width])
      const layer = (name: string, value: Value, out: number) => linear(b, value, { name, out, bias })
      const gated = attrs.gate ? b.mul(b.silu(layer('gate', tokens, width)), y) : y
      return layer('proj', gated, c)
    }),
})

/** γ^(i−j) per head for every token and those before it, 0 for those behind it: [1, heads, t, t]. */
function fading(b: ModuleBuilder, paces: readonly number[], t: number): Value {
  const apart = differences(
    b,
    Array.from({ length: t }, (_, index) => index),
  )
  const before = b.reshape(b.max(apart, 0), [1, 1, t, t])
  const isBefore = b.reshape(b.max(b.min(b.add(apart, 1), 1), 0), [1, 1, t, t])
  return b.mul(b.exp(b.mul(before, b.constant(paces, [1, paces.length, 1, 1]))), isBefore)
}
