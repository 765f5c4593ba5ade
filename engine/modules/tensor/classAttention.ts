import { attention as attend } from '../../nn/attention'
import { linear } from '../../nn/linear'
import { choice, flag } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * Attention with one query, the first token: it gathers from all tokens, and they do not change.
 *
 * x [n, t, c] with a class token first → its update [n, 1, c]. MACs (2t + 2)c² + 2tc: linear in t.
 * Touvron et al. 2021, Going deeper with Image Transformers, https://arxiv.org/abs/2103.17239
 */
export const classAttention = defineModule({
  id: 'classAttention',
  title: 'Class attention',
  shortTitle: 'Class attn',
  kind: 'tensor',
  summary: 'Only the class token asks; it gathers from all tokens and comes out alone.',
  formula: 'y = softmax(q·Kᵀ/√d)·V·Wₒ,  q = x₀·W',
  paper: {
    title: 'Going deeper with Image Transformers',
    authors: 'Touvron et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2103.17239',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    weights: choice({
      label: 'Weights of K and V',
      help: 'How a checkpoint stores them; the computation is the same.',
      default: 'apart',
      options: [
        { value: 'apart', label: 'Apart' },
        { value: 'joint', label: 'Joint' },
      ],
    }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  subtitle: headCount,
  build(b, [x], attrs) {
    const { n, t, c } = tokenSizes('classAttention', x)
    const { heads, headDim } = splitHeads('classAttention', c, attrs)
    const width = heads * headDim
    const first = b.slice(x, { start: [0, 0, 0], size: [n, 1, c] })
    const split = (y: typeof x, count: number) => b.reshape(y, [n, count, heads, headDim])
    const project = (name: string, tokens: typeof x, out = width) =>
      linear(b, tokens, { name, out, bias: attrs.qkvBias })
    const q = split(project('q', first), 1)
    const kv = attrs.weights === 'joint' ? project('kv', x, 2 * width) : null
    const half = (index: 0 | 1) =>
      kv ? b.slice(kv, { start: [0, 0, index * width], size: [n, t, width] }) : project('kv'[index] ?? 'k', x)
    const mixed = attend(b, q, split(half(0), t), split(half(1), t), headDim ** -0.5)
    return linear(b, b.reshape(mixed, [n, 1, width]), { name: 'proj', out: c, bias: attrs.projBias })
  },
})
