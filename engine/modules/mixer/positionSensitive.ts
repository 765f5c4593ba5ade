import { ShapeError } from '../../errors'
import type { Value } from '../../graph/graph'
import { batchNorm } from '../../nn/batchNorm'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { softmax } from '../../nn/softmax'
import { choice } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { mapSizes } from '../layout'
import { defineModule } from '../module'
import { checkPairs } from '../pairs'
import { halvingField, onStridedMap, shrunk } from '../strided'
import { alongHeight } from './axialAttention'

const eps = 1e-5

/**
 * Attention along one axis in which queries, keys and values all know how far away they are:
 * softmax(BN(q·k) + BN(q·r^q) + BN(k·r^k)) applied to v and to r^v. Queries and keys are half as wide as values; there is no
 * 1/√d, for the norms of the three scores see to their sizes. The tables tie it to the length of the axis.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape, or half of it (averaged). Two of them, for columns and rows, are
 * the middle of Axial-DeepLab's bottleneck. MACs 2tc² + 3.5·tcs for lines of s positions.
 * Wang et al. 2020, https://arxiv.org/abs/2003.07853
 */
export const positionSensitive = defineModule({
  id: 'positionSensitive',
  title: 'Position-sensitive axial attention',
  shortTitle: 'Axial pos',
  kind: 'mixer',
  summary: 'Attention along one axis in which query, key and value each know the distance.',
  formula: 'y = Σ softmax(q·k + q·r^q + k·r^k)·(v + r^v) along an axis',
  paper: {
    title: 'Axial-DeepLab: Stand-Alone Axial-Attention for Panoptic Segmentation',
    authors: 'Wang et al.',
    year: 2020,
    url: 'https://arxiv.org/abs/2003.07853',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    axis: choice({
      label: 'Axis',
      default: 'height',
      options: [
        { value: 'height', label: 'Along columns' },
        { value: 'width', label: 'Along rows' },
      ],
    }),
    stride: halvingField(),
  },
  pattern: (row, column) => (column === 4 ? 1 - 0.1 * Math.abs(row - 4) : 0),
  family: 'attention',
  subtitle: ({ axis, ...heads }, dim) => `${headCount(heads, dim)}, ${axis}`,
  build: (b, [x], { axis, stride, ...heading }) =>
    onStridedMap(b, 'positionSensitive', x, stride, (map) => {
      const { c } = mapSizes('positionSensitive', map)
      const { heads, headDim } = splitHeads('positionSensitive', c, heading)
      if (headDim % 2 !== 0) {
        throw new ShapeError(
          'HEADS_DIVIDE',
          `positionSensitive: heads of ${headDim} channels have no half for queries and keys; choose an even width`,
          [{ what: 'head width', expected: 'an even number', got: `${headDim}` }],
        )
      }
      const body = (lines: Value) => attended(b, lines, heads)
      return shrunk(b, axis === 'height' ? alongHeight(b, map, body) : body(map), stride)
    }),
})

/** Along each row of [n, h, w, c]. */
function attended(b: ModuleBuilder, map: Value, heads: number): Value {
  const { n, h, w, c } = mapSizes('positionSensitive', map)
  checkPairs('positionSensitive', w)
  const wide = c / heads
  const half = wide / 2
  const qkv = b.part('qkv_transform', () => {
    const weight = b.weight('weight', [2 * c, c, 1], { init: 'weight' })
    return b.conv(b.reshape(map, [n * h, 1, w, c]), b.reshape(weight, [2 * c, 1, 1, c]), {})
  })
  const split = b.reshape(batchNorm(b, qkv, { name: 'bn_qkv', eps }), [n * h, w, heads, 2 * wide])
  const part = (start: number, size: number) =>
    b.slice(split, { start: [0, 0, 0, start], size: [n * h, w, heads, size] })
  const [q, k, v] = [part(0, half), part(half, half), part(wide, wide)]
  const relative = b.weight('relative', [2 * wide, 2 * w - 1], { init: { a: 0, b: Math.sqrt(3 / wide) } })
  // First axis minus second: of a query and a key for q and v, of a key and a query for k.
  const offsets = Array.from({ length: w * w }, (_, pair) => Math.floor(pair / w) - (pair % w) + w - 1)
  const pairs = b.gather(relative, b.constant(offsets, [w, w]), { axis: 1 })
  const table = (start: number, size: number) => b.slice(pairs, { start: [start, 0, 0], size: [size, w, w] })
  /** Sums over channels for every pair: [n, w, heads, d] and [d, w, w] → [w, n, heads, w]. */
  const along = (y: Value, from: Value) => b.dot(y, from, { batch: [[1], [1]], contract: [[3], [0]] })
  const content = b.dot(q, k, {
    batch: [
      [0, 2],
      [0, 2],
    ],
    contract: [[3], [3]],
  })
  const scores = [
    b.transpose(content, [0, 2, 3, 1]),
    b.transpose(along(q, table(0, half)), [1, 0, 3, 2]),
    b.transpose(along(k, table(half, half)), [1, 3, 0, 2]),
  ]
  const normed = batchNorm(b, b.concat(scores, 3), { name: 'bn_similarity', eps })
  const summed = b.sum(b.reshape(normed, [n * h, w, w, 3, heads]), [3])
  const logits = b.transpose(b.reshape(summed, [n * h, w, w, heads]), [0, 3, 1, 2])
  const shares = b.tap('attention', softmax(b, logits))
  const mixed = b.dot(shares, v, {
    batch: [
      [0, 1],
      [0, 2],
    ],
    contract: [[3], [1]],
  })
  const places = b.dot(shares, table(wide, wide), { batch: [[2], [1]], contract: [[3], [2]] })
  const both = [b.transpose(mixed, [0, 2, 1, 3]), b.transpose(places, [1, 0, 2, 3])].map((y) =>
    b.reshape(y, [n * h, w, c, 1]),
  )
  const stacked = b.reshape(b.concat(both, 3), [n * h, w, 2 * c])
  const output = b.reshape(batchNorm(b, stacked, { name: 'bn_output', eps }), [n * h, w, c, 2])
  return b.reshape(b.sum(output, [3]), [n, h, w, c])
}
