import type { Value } from '../graph/graph'
import { linearBy } from '../nn/linear'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { choice, flag } from '../schema/schema'
import { channelsOf, tokenSizes } from './layout'
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
      { value: 'apart', label: 'Three layers' },
    ],
  })

/** How a form asks for the bias of the keys, which a softmax cannot see. */
export const keyBiasField = () =>
  flag({
    label: 'Bias of K too',
    help: 'It adds the same to all scores of a query; BEiT and Swin V2 leave it out.',
    default: true,
    when: { field: 'qkvBias', is: true },
  })

export interface Projection {
  readonly heads: number
  readonly headDim: number
  readonly bias: boolean
  /** Whether the keys have one as well. */
  readonly keyBias?: boolean
  /** All of q, then k, then v; or all three of one head after the other; or v, or each of them, by a layer of its own. */
  readonly order?: 'parts' | 'heads' | 'valuesApart' | 'apart'
  readonly weights?: 'linear' | 'conv'
}

/**
 * Queries, keys and values: x [n, t, c] → three times [n, t, heads, headDim]. By one linear layer, `qkv`, or by `qk` and `v`,
 * or by `q_proj`, `k_proj` and `v_proj`.
 */
export function queriesKeysValues(
  b: ModuleBuilder,
  x: Value,
  { heads, headDim, bias, keyBias = true, order = 'parts', weights = 'linear' }: Projection,
): readonly [q: Value, k: Value, v: Value] {
  const { n, t } = tokenSizes('attention', x)
  const width = heads * headDim
  const split = (y: Value) => b.reshape(y, [n, t, heads, headDim])
  const project = (name: string, parts: number, bias: boolean) =>
    pointwise(b, x, { name, out: parts * width, bias, weights })
  const partOf = (y: Value, index: number) =>
    split(b.slice(y, { start: [0, 0, index * width], size: [n, t, width] }))
  if (order === 'apart') {
    const layer = (name: string, bias: boolean) => split(project(name, 1, bias))
    return [layer('q_proj', bias), layer('k_proj', bias && keyBias), layer('v_proj', bias)]
  }
  if (order === 'valuesApart') {
    const qk = project('qk', 2, bias)
    return [partOf(qk, 0), partOf(qk, 1), split(project('v', 1, bias))]
  }
  const qkv = bias && !keyBias ? withoutKeyBias(b, x, width) : project('qkv', 3, bias)
  const part = (index: number): Value => {
    if (order === 'parts') return partOf(qkv, index)
    const perHead = b.reshape(qkv, [n, t, heads, 3 * headDim])
    return b.slice(perHead, { start: [0, 0, 0, index * headDim], size: [n, t, heads, headDim] })
  }
  return [part(0), part(1), part(2)]
}

/** One layer whose bias is that of q, zeros, that of v. */
function withoutKeyBias(b: ModuleBuilder, x: Value, width: number): Value {
  const own = (name: string) => b.weight(name, [width], { init: 'bias' })
  const bias = b.concat([own('q_bias'), b.constant(new Float32Array(width), [width]), own('v_bias')], 0)
  return b.part('qkv', () =>
    linearBy(b, x, b.weight('weight', [3 * width, channelsOf(x)], { init: 'weight' }), bias),
  )
}
