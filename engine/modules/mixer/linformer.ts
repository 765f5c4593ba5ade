import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { flag, int } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'
import { queriesKeysValues } from '../qkv'

/**
 * Attention to fewer keys: a learned matrix sums all keys up to k of them, and all values likewise,
 * Y = softmax(Q (E K)ᵀ/√d) F V.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape; the number of tokens is fixed by E and F [k, t]. MACs 4tc² + 4tkc: linear
 * in t. Wang et al. 2020, https://arxiv.org/abs/2006.04768
 */
export const linformer = defineModule({
  id: 'linformer',
  title: 'Linformer attention',
  shortTitle: 'Linformer',
  kind: 'mixer',
  summary: 'Keys and values of all tokens are summed up to a few by learned matrices before anyone looks.',
  formula: 'Y = softmax(Q·(E·K)ᵀ/√d)·(F·V)·Wₒ',
  paper: {
    title: 'Linformer: Self-Attention with Linear Complexity',
    authors: 'Wang et al.',
    year: 2020,
    url: 'https://arxiv.org/abs/2006.04768',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    keys: int({ label: 'Keys', help: 'How many are left of all.', default: 64, min: 1, max: 4096 }),
    shared: flag({ label: 'One matrix', help: 'For keys and for values.', default: false }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  pattern: (row, column) => 0.3 + (0.5 * (((row >> 1) * 3 + (column >> 1) * 5) % 4)) / 3,
  family: 'attention',
  subtitle: (attrs, dim) => `${attrs.keys} keys, ${headCount(attrs, dim)}`,
  build: (b, [x], attrs) =>
    onTokens(b, 'linformer', x, (tokens) => {
      const { n, t, c } = tokenSizes('linformer', tokens)
      const { heads, headDim } = splitHeads('linformer', c, attrs)
      const [q, k, v] = queriesKeysValues(b, tokens, { heads, headDim, bias: attrs.qkvBias })
      const few = (y: Value, name: string) => summedUp(b, y, name, attrs.keys)
      const mixed = attend(b, q, few(k, 'E'), few(v, attrs.shared ? 'E' : 'F'), headDim ** -0.5)
      const width = heads * headDim
      return linear(b, b.reshape(mixed, [n, t, width]), { name: 'proj', out: c, bias: attrs.projBias })
    }),
})

/** [n, t, h, d] → [n, keys, h, d]. */
function summedUp(b: ModuleBuilder, y: Value, name: string, keys: number): Value {
  const [n = 1, t = 1, heads = 1, headDim = 1] = y.shape
  const lines = b.transpose(b.reshape(y, [n, t, heads * headDim]), [0, 2, 1])
  const sums = b.transpose(linear(b, lines, { name, out: keys, bias: false }), [0, 2, 1])
  return b.reshape(sums, [n, keys, heads, headDim])
}
