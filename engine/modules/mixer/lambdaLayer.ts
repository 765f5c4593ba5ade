import type { Value } from '../../graph/graph'
import { batchNorm } from '../../nn/batchNorm'
import { conv2d } from '../../nn/conv2d'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { softmax } from '../../nn/softmax'
import { autoInt, flag, int } from '../../schema/schema'
import { headCount, splitHeads } from '../heads'
import { mapSizes } from '../layout'
import { defineModule } from '../module'
import { checkPairs } from '../pairs'
import { windowPattern } from '../reading'
import { halvingField, onStridedMap, shrunk } from '../strided'

/**
 * A linear function per position in the place of attention: y = λᵀq, λ = softmax(K)ᵀV + EᵀV. The first term sums up
 * the content of the map and is one for all; the second, from relative positions, is a convolution of V (or, without
 * a radius, a table over the whole map). All heads apply the same λ to their queries.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape, or half of it. No map of pairs: MACs 2tcd + thr²dv + tdc.
 * Bello 2021, https://arxiv.org/abs/2102.08602
 */
export const lambdaLayer = defineModule({
  id: 'lambdaLayer',
  title: 'Lambda layer',
  shortTitle: 'Lambda',
  kind: 'mixer',
  summary: 'Sums the surroundings up into a small matrix per position, which is applied to the query.',
  formula: 'y = (softmax(K)ᵀ·V + Eᵀ·V)ᵀ·q',
  paper: {
    title: 'LambdaNetworks: Modeling Long-Range Interactions Without Attention',
    authors: 'Bello',
    year: 2021,
    url: 'https://arxiv.org/abs/2102.08602',
  },
  inputs: ['x'],
  attrs: {
    heads: int({ label: 'Heads', help: 'Must divide the channels.', default: 4, min: 1, max: 128 }),
    keyDim: int({ label: 'Key width', help: 'Rows of λ.', default: 16, min: 1, max: 512 }),
    radius: autoInt({
      label: 'Window',
      help: 'Side of the window of relative positions.',
      default: 9,
      min: 1,
      max: 63,
      step: 2,
      auto: 'the whole map, of fixed size',
    }),
    stride: halvingField(),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: false }),
  },
  pattern: (row, column) => Math.max(0.25, windowPattern(5, (distance) => 1 - 0.5 * distance)(row, column)),
  family: 'attention',
  subtitle: ({ heads, radius }, dim) =>
    `${headCount({ heads, headDim: 1 }, dim)}, ${radius === null ? 'whole map' : `${radius}×${radius}`}`,
  build: (b, [x], { heads, keyDim, radius, stride, qkvBias }) =>
    onStridedMap(b, 'lambdaLayer', x, stride, (map) => {
      const { n, h, w, c } = mapSizes('lambdaLayer', map)
      const { headDim } = splitHeads('lambdaLayer', c, { heads, headDim: 1 })
      const out = heads * keyDim + keyDim + headDim
      const qkv = conv2d(b, map, { name: 'qkv', out, kernel: 1, bias: qkvBias })
      const part = (start: number, width: number) =>
        b.slice(qkv, { start: [0, 0, 0, start], size: [n, h, w, width] })
      const eps = 1e-5
      const q = batchNorm(b, part(0, heads * keyDim), { name: 'norm_q', eps })
      const v = batchNorm(b, part(out - headDim, headDim), { name: 'norm_v', eps })
      const k = b.transpose(b.reshape(part(heads * keyDim, keyDim), [n, h * w, keyDim]), [0, 2, 1])
      const queries = b.reshape(q, [n, h * w, heads, keyDim])
      const values = b.reshape(v, [n, h * w, headDim])
      const content = b.dot(b.tap('attention', softmax(b, k)), values, {
        batch: [[0], [0]],
        contract: [[2], [1]],
      })
      const far = b.dot(queries, content, { batch: [[0], [0]], contract: [[3], [1]] })
      const near = b.dot(
        queries,
        radius === null ? positions(b, values, [h, w], keyDim) : convolved(b, v, radius, keyDim),
        {
          batch: [
            [0, 1],
            [0, 1],
          ],
          contract: [[3], [3]],
        },
      )
      return shrunk(b, b.reshape(b.add(far, near), [n, h, w, c]), stride)
    }),
})

/** Every channel of V is a map of its own for the same kernels: [n, h, w, v] → λ [n, t, v, k]. */
function convolved(b: ModuleBuilder, v: Value, radius: number, keyDim: number): Value {
  const { n, h, w, c } = mapSizes('lambdaLayer', v)
  const lambda = b.part('conv_lambda', () => {
    const weight = b.weight('weight', [keyDim, 1, radius, radius, 1], { init: 'weight' })
    const maps = b.reshape(b.transpose(v, [0, 3, 1, 2]), [n * c, h, w, 1])
    const pad = Math.floor(radius / 2)
    const sides = [pad, pad] as const
    const y = b.conv(maps, b.reshape(weight, [keyDim, radius, radius, 1]), { padding: [sides, sides] })
    return b.add(y, b.weight('bias', [keyDim], { init: 'bias' }))
  })
  return b.transpose(b.reshape(lambda, [n, c, h * w, keyDim]), [0, 2, 1, 3])
}

/** A vector per offset key − query over the whole map: [n, t, v] → λ [n, t, v, k]. */
function positions(b: ModuleBuilder, v: Value, [h, w]: readonly [number, number], keyDim: number): Value {
  const t = h * w
  checkPairs('lambdaLayer', t)
  const table = b.weight('pos_emb', [2 * h - 1, 2 * w - 1, keyDim], { init: { a: 0, b: 0.035 } })
  const rows = Array.from({ length: t * t }, (_, pair) => {
    const [query, key] = [Math.floor(pair / t), pair % t]
    const down = Math.floor(key / w) - Math.floor(query / w)
    return (down + h - 1) * (2 * w - 1) + (key % w) - (query % w) + w - 1
  })
  const flat = b.reshape(table, [(2 * h - 1) * (2 * w - 1), keyDim])
  const pairs = b.gather(flat, b.constant(rows, [t, t]), { axis: 0 })
  return b.transpose(b.dot(v, pairs, { contract: [[1], [1]] }), [0, 2, 1, 3])
}
