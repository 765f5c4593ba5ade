import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { flag, int } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * Attention nested in two: a few learned tokens gather from all (pack), and all gather from these (unpack),
 * Y = Attn(X, Y_P), Y_P = Attn(P, X).
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. MACs (4t + 4l)c² + 4tlc for l packed tokens: linear in t. In the
 * paper the packed tokens travel on to the next layer; here every layer has its own.
 * Ma et al. 2021, https://arxiv.org/abs/2106.01540
 */
export const luna = defineModule({
  id: 'luna',
  title: 'Luna attention',
  shortTitle: 'Luna',
  kind: 'mixer',
  summary: 'A few learned tokens gather from all, then all gather from the few: attention of linear cost.',
  formula: 'Y = Attn(X, Y_P),  Y_P = Attn(P, X)',
  paper: {
    title: 'Luna: Linear Unified Nested Attention',
    authors: 'Ma et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2106.01540',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    packed: int({
      label: 'Packed tokens',
      help: 'How many gather from all.',
      default: 16,
      min: 1,
      max: 1024,
    }),
    bias: flag({ label: 'Biases', default: true }),
  },
  pattern: (row, column) => 0.25 + 0.5 * Math.exp(-((row - 2) ** 2 + (column - 5) ** 2) / 6),
  family: 'attention',
  subtitle: (attrs, dim) => `${attrs.packed} packed, ${headCount(attrs, dim)}`,
  build: (b, [x], attrs) =>
    onTokens(b, 'luna', x, (tokens) => {
      const { n, c } = tokenSizes('luna', tokens)
      const learned = b.weight('p', [1, attrs.packed, c], { init: { a: 0, b: 1 } })
      const few = b.broadcast(learned, [n, attrs.packed, c])
      const gather = (name: string, from: Value, to: Value) =>
        b.part(name, () => across(b, from, to, { ...splitHeads('luna', c, attrs), bias: attrs.bias }))
      return gather('unpack', tokens, gather('pack', few, tokens))
    }),
})

/** Queries of one stream, keys and values of another. */
function across(
  b: ModuleBuilder,
  queries: Value,
  keys: Value,
  { heads, headDim, bias }: { readonly heads: number; readonly headDim: number; readonly bias: boolean },
): Value {
  const { n, t, c } = tokenSizes('luna', queries)
  const width = heads * headDim
  const project = (name: string, tokens: Value) =>
    b.reshape(linear(b, tokens, { name, out: width, bias }), [n, tokens.shape[1] ?? 1, heads, headDim])
  const mixed = attend(b, project('q', queries), project('k', keys), project('v', keys), headDim ** -0.5)
  return linear(b, b.reshape(mixed, [n, t, width]), { name: 'proj', out: c, bias })
}
