import type { Value } from '../../graph/graph'
import { conv2d } from '../../nn/conv2d'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { softmax } from '../../nn/softmax'
import { flag } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { dropPrefix, onTokens, rankError, tokenSizes } from '../layout'
import { defineModule } from '../module'
import { queriesKeysValues } from '../qkv'

/**
 * Attention by its factors: keys are a softmax over the tokens, so values are summed up once per channel of the keys and
 * every query reads these sums, Y = Q (softmax(K)ᵀ V)/√d + Q ⊙ DW(V). The convolution of the values, over 3×3 for a
 * quarter of the heads, 5×5 and 7×7 for the others, says where they lie.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape; tokens before the grid have no second term. MACs 4tc² + 2tcd:
 * linear in t. Xu et al. 2021, CoaT, https://arxiv.org/abs/2104.06399
 */
export const factorisedAttention = defineModule({
  id: 'factorisedAttention',
  title: 'Factorised attention',
  shortTitle: 'Factorised',
  kind: 'mixer',
  summary:
    'Values are summed up once by softmaxed keys; convolutions of the values tell queries what lies near.',
  formula: 'Y = (Q·(softmax(K)ᵀ·V)/√d + Q ⊙ DWₖ(V))·Wₒ',
  paper: {
    title: 'Co-Scale Conv-Attentional Image Transformers',
    authors: 'Xu et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2104.06399',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  pattern: (row, column) => (Math.max(Math.abs(row - 4), Math.abs(column - 4)) <= 2 ? 0.9 : 0.3),
  family: 'attention',
  subtitle: headCount,
  build: (b, [x], attrs) =>
    onTokens(b, 'factorisedAttention', x, (tokens) => {
      const { n, t, c } = tokenSizes('factorisedAttention', tokens)
      const { heads, headDim } = splitHeads('factorisedAttention', c, attrs)
      const [q, k, v] = queriesKeysValues(b, tokens, { heads, headDim, bias: attrs.qkvBias })
      const weights = b.transpose(softmax(b, b.transpose(k, [0, 2, 3, 1])), [0, 1, 3, 2])
      const perHead = [
        [0, 1],
        [0, 2],
      ] as const
      const sums = b.dot(b.tap('attention', weights), v, { batch: perHead, contract: [[2], [1]] })
      const batch = [
        [0, 2],
        [0, 1],
      ] as const
      const read = b.mul(b.dot(q, sums, { batch, contract: [[3], [2]] }), headDim ** -0.5)
      const near = b.part('crpe', () => convolved(b, tokens, q, v))
      const mixed = b.transpose(b.add(read, near), [0, 2, 1, 3], tokens.grid)
      return linear(b, b.reshape(mixed, [n, t, heads * headDim]), {
        name: 'proj',
        out: c,
        bias: attrs.projBias,
      })
    }),
})

/** q ⊙ DW(v) on the grid of the tokens, nothing for those before it: [n, t, h, d] → [n, h, t, d]. */
function convolved(b: ModuleBuilder, tokens: Value, q: Value, v: Value): Value {
  const [n, t, heads, d] = v.shape as readonly [number, number, number, number]
  if (!tokens.grid) throw rankError('factorisedAttention', 'a map or tokens that lie on a grid', tokens.shape)
  const { height, width, prefix } = tokens.grid
  const map = b.reshape(dropPrefix(b, b.reshape(v, [n, t, heads * d]), prefix), [n, height, width, heads * d])
  const bounds = [0, Math.round(heads / 4), Math.round((5 * heads) / 8), heads]
  const convolutions = windows.flatMap((kernel, index) => {
    const [from = 0, to = 0] = bounds.slice(index, index + 2)
    return to > from ? [{ kernel, from: from * d, out: (to - from) * d }] : []
  })
  const seen = convolutions.map(({ kernel, from, out }, index) => {
    const part = b.slice(map, { start: [0, 0, 0, from], size: [n, height, width, out] })
    const name = `conv_list.${index}`
    return conv2d(b, part, { name, out, kernel, padding: 'same', groups: out, bias: true })
  })
  const [first = map] = seen
  const values = b.reshape(seen.length > 1 ? b.concat(seen, 3) : first, [n, height * width, heads, d])
  const queries = b.slice(q, { start: [0, prefix, 0, 0], size: [n, t - prefix, heads, d] })
  const near = b.mul(b.transpose(queries, [0, 2, 1, 3]), b.transpose(values, [0, 2, 1, 3]))
  return prefix === 0 ? near : b.pad(near, { low: [0, 0, prefix, 0], high: [0, 0, 0, 0] })
}

const windows = [3, 5, 7] as const
