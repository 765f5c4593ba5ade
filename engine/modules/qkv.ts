import type { Value } from '../graph/graph'
import { linear } from '../nn/linear'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { tokenSizes } from './layout'

/** Queries, keys and values by one linear layer, `qkv`: x [n, t, c] → three times [n, t, heads, headDim]. */
export function queriesKeysValues(
  b: ModuleBuilder,
  x: Value,
  { heads, headDim, bias }: { readonly heads: number; readonly headDim: number; readonly bias: boolean },
): readonly [q: Value, k: Value, v: Value] {
  const { n, t } = tokenSizes('attention', x)
  const width = heads * headDim
  const qkv = linear(b, x, { name: 'qkv', out: 3 * width, bias })
  const part = (index: number) =>
    b.reshape(b.slice(qkv, { start: [0, 0, index * width], size: [n, t, width] }), [n, t, heads, headDim])
  return [part(0), part(1), part(2)]
}
