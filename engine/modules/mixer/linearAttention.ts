import type { Value } from '../../graph/graph'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { autoInt, choice, flag } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { kernelAttention } from '../kernelAttention'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * Attention without softmax: with a positive feature map φ the products can be taken in another order,
 * Y = φ(Q)(φ(K)ᵀV) / (φ(Q)·Σφ(K) + ε), and no pair of tokens is ever compared. φ(x) = elu(x) + 1, or
 * Performer's φ(x) = exp(±ωx − |x|²/2)/√m with m fixed random features, whose products estimate exp(QKᵀ/√d). ε = 10⁻⁶. With no φ at all it is Q(KᵀV)/t.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. MACs 4tc² + 2tcd instead of 4tc² + 2t²c.
 * Katharopoulos et al. 2020, Transformers are RNNs, https://arxiv.org/abs/2006.16236; Performer: Choromanski et al.
 * 2020, https://arxiv.org/abs/2009.14794
 */
export const linearAttention = defineModule({
  id: 'linearAttention',
  title: 'Linear attention',
  shortTitle: 'Linear',
  kind: 'mixer',
  summary: 'Attention without softmax: keys and values are summed up once, so the cost grows linearly.',
  formula: 'Y = φ(Q)·(φ(K)ᵀ·V) / (φ(Q)·Σφ(K))',
  paper: {
    title: 'Transformers are RNNs: Fast Autoregressive Transformers with Linear Attention',
    authors: 'Katharopoulos et al.',
    year: 2020,
    url: 'https://arxiv.org/abs/2006.16236',
  },
  keywords: ['kernel attention'],
  inputs: ['x'],
  attrs: {
    ...headFields(),
    features: choice({
      label: 'Feature map',
      help: 'What makes queries and keys positive.',
      default: 'elu',
      options: [
        { value: 'elu', label: 'elu + 1' },
        { value: 'favor', label: 'Random features (Performer)' },
        { value: 'none', label: 'None: Q·(Kᵀ·V)/t' },
      ],
    }),
    count: autoInt({
      label: 'Random features',
      help: 'More of them estimate softmax better.',
      default: null,
      min: 2,
      max: 1024,
      step: 2,
      auto: 'twice the head width',
      when: { field: 'features', is: 'favor' },
    }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  pattern: (row, column) => 0.35 + 0.35 * Math.exp(-((row - 4) ** 2 + (column - 4) ** 2) / 10),
  family: 'attention',
  subtitle: (attrs, dim) => `${headCount(attrs, dim)}${attrs.features === 'favor' ? ', random' : ''}`,
  build: (b, [x], attrs) =>
    onTokens(b, 'linearAttention', x, (tokens) => {
      const { n, t, c } = tokenSizes('linearAttention', tokens)
      const { heads, headDim } = splitHeads('linearAttention', c, attrs)
      const width = heads * headDim
      const project = (name: string) =>
        b.reshape(linear(b, tokens, { name, out: width, bias: attrs.qkvBias }), [n, t, heads, headDim])
      const omega =
        attrs.features === 'favor'
          ? b.weight('omega', [headDim, Math.ceil((attrs.count ?? 2 * headDim) / 2)], {
              init: { a: 0, b: Math.sqrt(3) },
              role: 'buffer',
            })
          : null
      const isBare = attrs.features === 'none'
      const positive = (y: Value) => (isBare ? y : omega ? randomFeatures(b, y, omega) : eluFeatures(b, y))
      const [q, k, v] = [positive(project('q')), positive(project('k')), project('v')]
      const mixed = kernelAttention(b, { q, k, v }, isBare ? null : 1e-6)
      const y = b.reshape(mixed, [n, t, width])
      return linear(b, y, { name: 'proj', out: c, bias: attrs.projBias })
    }),
})

/** elu(x) + 1: positive everywhere. */
const eluFeatures = (b: ModuleBuilder, x: Value): Value => b.add(b.relu(x), b.exp(b.min(x, 0)))

/** exp(±xω − |x|²/2)/√m of x scaled by d^(−1/4), so that the products of two estimate exp(q·k/√d). */
function randomFeatures(b: ModuleBuilder, x: Value, omega: Value): Value {
  const [d = 1, half = 1] = omega.shape
  const scaled = b.mul(x, d ** -0.25)
  const along = b.dot(scaled, omega, { contract: [[3], [0]] })
  const each = [0, 1, 2] as const
  // A product per token, as the reference computes (and counts) it.
  const energy = b.dot(scaled, scaled, { batch: [each, each], contract: [[3], [3]] })
  const offset = b.add(b.mul(b.reshape(energy, [...energy.shape, 1]), 0.5), 0.5 * Math.log(2 * half))
  return b.concat([b.exp(b.sub(along, offset)), b.exp(b.sub(b.neg(along), offset))], 3)
}
