import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { choice } from '../schema/schema'
import { tokenSizes } from './layout'
import { pointwise } from './pointwise'

/** How a form asks for the order of one projection. */
export const orderField = () =>
  choice({
    label: 'Order of Q, K, V',
    help: 'How a checkpoint lays out their projection; the computation is the same.',
    default: 'parts',
    options: [
      { value: 'parts', label: 'All of Q, then K, then V' },
      { value: 'heads', label: 'Head by head' },
      { value: 'valuesApart', label: 'Q and K; V apart' },
    ],
  })

export interface Projection {
  readonly heads: number
  readonly headDim: number
  readonly bias: boolean
  /** All of q, then k, then v; or all three of one head after the other; or v by a layer of its own. */
  readonly order?: 'parts' | 'heads' | 'valuesApart'
  readonly weights?: 'linear' | 'conv'
}

/** Queries, keys and values by one linear layer, `qkv` (or two, `qk` and `v`): x [n, t, c] → three times [n, t, heads, headDim]. */
export function queriesKeysValues(
  b: ModuleBuilder,
  x: Value,
  { heads, headDim, bias, order = 'parts', weights = 'linear' }: Projection,
): readonly [q: Value, k: Value, v: Value] {
  const { n, t } = tokenSizes('attention', x)
  const width = heads * headDim
  const split = (y: Value) => b.reshape(y, [n, t, heads, headDim])
  const project = (name: string, parts: number) =>
    pointwise(b, x, { name, out: parts * width, bias, weights })
  const partOf = (y: Value, index: number) =>
    split(b.slice(y, { start: [0, 0, index * width], size: [n, t, width] }))
  if (order === 'valuesApart') {
    const qk = project('qk', 2)
    return [partOf(qk, 0), partOf(qk, 1), split(project('v', 1))]
  }
  const qkv = project('qkv', 3)
  const part = (index: number): Value => {
    if (order === 'parts') return partOf(qkv, index)
    const perHead = b.reshape(qkv, [n, t, heads, 3 * headDim])
    return b.slice(perHead, { start: [0, 0, 0, index * headDim], size: [n, t, heads, headDim] })
  }
  return [part(0), part(1), part(2)]
}
