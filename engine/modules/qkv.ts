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
    ],
  })

export interface Projection {
  readonly heads: number
  readonly headDim: number
  readonly bias: boolean
  /** All of q, then k, then v; or all three of one head after the other. */
  readonly order?: 'parts' | 'heads'
  readonly weights?: 'linear' | 'conv'
}

/** Queries, keys and values by one linear layer, `qkv`: x [n, t, c] → three times [n, t, heads, headDim]. */
export function queriesKeysValues(
  b: ModuleBuilder,
  x: Value,
  { heads, headDim, bias, order = 'parts', weights = 'linear' }: Projection,
): readonly [q: Value, k: Value, v: Value] {
  const { n, t } = tokenSizes('attention', x)
  const width = heads * headDim
  const qkv = pointwise(b, x, { name: 'qkv', out: 3 * width, bias, weights })
  const part = (index: number): Value => {
    if (order === 'parts') {
      const taken = b.slice(qkv, { start: [0, 0, index * width], size: [n, t, width] })
      return b.reshape(taken, [n, t, heads, headDim])
    }
    const perHead = b.reshape(qkv, [n, t, heads, 3 * headDim])
    return b.slice(perHead, { start: [0, 0, 0, index * headDim], size: [n, t, heads, headDim] })
  }
  return [part(0), part(1), part(2)]
}
