import { linear } from '../../nn/linear'
import { flag, int } from '../../schema/schema'
import { hashedAttention as attend } from '../hashing'
import { headCount, headFields, splitHeads } from '../heads'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * Attention among binary codes: queries and keys are one and become b signs, whose agreement takes the place of exp(q·k), so that
 * products turn into additions and the cost is linear in the tokens.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. Parameters 3c² (+ 3c); the hash functions are buffers, fitted before the training.
 * MACs 3tc² + t·h·b·(m + 2d + 1) for h heads, b bits and m anchors.
 * Liu et al. 2022, EcoFormer, https://arxiv.org/abs/2209.09004
 */
export const hashedAttention = defineModule({
  id: 'hashedAttention',
  title: 'Hashed attention',
  shortTitle: 'Hashed',
  kind: 'mixer',
  summary: 'Tokens become codes of signs, and attend by how many of them agree: linear cost, no softmax.',
  formula: 'Y = (φ·(φᵀ·V) + (b+1)·V) / (φ·Σφ + (b+1)·N)·Wₒ,  φ = sign(A·κ(X·W, anchors))',
  paper: {
    title: 'EcoFormer: Energy-Saving Attention with Linear Complexity',
    authors: 'Liu et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2209.09004',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    bits: int({ label: 'Bits', help: 'Length of a code.', default: 16, min: 1, max: 256 }),
    anchors: int({
      label: 'Anchors',
      help: 'Points that a token is compared with.',
      default: 20,
      min: 1,
      max: 256,
    }),
    qkvBias: flag({ label: 'Bias of Q, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  pattern: (row, column) => (row === 4 && column === 4 ? 1 : 0.3 + 0.2 * ((row * 3 + column * 5) % 3)),
  family: 'attention',
  subtitle: (attrs, dim) => `${headCount(attrs, dim)}, ${attrs.bits} bits`,
  build: (b, [x], attrs) =>
    onTokens(b, 'hashedAttention', x, (tokens) => {
      const { n, t, c } = tokenSizes('hashedAttention', tokens)
      const { heads, headDim } = splitHeads('hashedAttention', c, attrs)
      const width = heads * headDim
      const project = (name: string) =>
        b.reshape(linear(b, tokens, { name, out: width, bias: attrs.qkvBias }), [n, t, heads, headDim])
      const qk = project('to_qk')
      const v = project('to_v')
      const mixed = b.part('fast_attention', () => attend(b, qk, v, attrs))
      const y = b.reshape(b.transpose(mixed, [0, 2, 1, 3], tokens.grid), [n, t, width])
      return linear(b, y, { name: 'proj', out: c, bias: attrs.projBias })
    }),
})
