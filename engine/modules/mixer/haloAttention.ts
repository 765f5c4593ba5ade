import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { conv2d } from '../../nn/conv2d'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { flag, int } from '../../schema/schema'
import { headCount, headFields, keyDimField, splitHeads } from '../heads'
import { mapSizes } from '../layout'
import { defineModule } from '../module'
import { cutPattern } from '../reading'
import { relativeLogits } from '../relativeLogits'
import { halvingField, onStridedMap, shrunk } from '../strided'
import { fromWindows, padToWindows, toWindows } from '../windows'

/**
 * Blocks of queries that attend to their block and a halo around it: softmax(QKᵀ/√d + Q·Rₕ + Q·R_w) V, keys from the
 * (b + 2h)² window. Beyond the map lie zeros, which take part. A map that is no multiple of the block is padded.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape, or half of it: with a stride only every second query is asked
 * (where the block's side is odd, the result is averaged). No projection follows. MACs 3tc² + 2t(b + 2h)²c + …
 * Vaswani et al. 2021, https://arxiv.org/abs/2103.12731
 */
export const haloAttention = defineModule({
  id: 'haloAttention',
  title: 'Halo attention',
  shortTitle: 'Halo',
  kind: 'mixer',
  summary: 'Each block of the map attends to itself and to a halo of its neighbours.',
  formula: 'Y = softmax(Q·Kᵀ/√d + Q·R)·V per block, K and V with a halo',
  paper: {
    title: 'Scaling Local Self-Attention for Parameter Efficient Visual Backbones',
    authors: 'Vaswani et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2103.12731',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    keyDim: keyDimField(),
    blockSize: int({ label: 'Block', help: 'Side of a block of queries.', default: 8, min: 1, max: 64 }),
    haloSize: int({ label: 'Halo', help: 'Width of the border around it.', default: 3, min: 0, max: 32 }),
    stride: halvingField(),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: false }),
  },
  pattern: cutPattern(8),
  family: 'attention',
  subtitle: ({ blockSize, haloSize, ...heads }, dim) =>
    `${blockSize}×${blockSize} + ${haloSize}, ${headCount(heads, dim)}`,
  build: (b, [x], attrs) =>
    onStridedMap(b, 'haloAttention', x, attrs.stride, (map) => {
      const { h, w, c } = mapSizes('haloAttention', map)
      const { heads, headDim } = splitHeads('haloAttention', c, attrs)
      const keyDim = attrs.keyDim ?? headDim
      const { blockSize, haloSize, qkvBias: bias } = attrs
      // Queries are left out where blocks stay whole; else all are asked and their answers averaged.
      const skip = blockSize % attrs.stride === 0 ? attrs.stride : 1
      const padded = padToWindows(b, map, { height: blockSize, width: blockSize })
      const { n, h: rows, w: columns } = mapSizes('haloAttention', padded)
      const asked = conv2d(b, padded, { name: 'q', out: heads * keyDim, kernel: 1, stride: skip, bias })
      const queries = { height: blockSize / skip, width: blockSize / skip }
      const blocks = n * (rows / blockSize) * (columns / blockSize)
      const q = b.reshape(toWindows(b, asked, queries), [blocks, queries.height ** 2, heads, keyDim])
      const answers = conv2d(b, padded, { name: 'kv', out: heads * (keyDim + headDim), kernel: 1, bias })
      const side = blockSize + 2 * haloSize
      const kv = b.reshape(haloed(b, answers, blockSize, haloSize), [
        blocks,
        side ** 2,
        heads,
        keyDim + headDim,
      ])
      const part = (start: number, width: number): Value =>
        b.slice(kv, { start: [0, 0, 0, start], size: [blocks, side ** 2, heads, width] })
      const keys = { height: side, width: side }
      const positions = b.part('pos_embed', () => relativeLogits(b, q, queries, keys))
      const mixed = attend(b, q, part(0, keyDim), part(keyDim, headDim), keyDim ** -0.5, positions)
      const sides = [rows / skip, columns / skip] as const
      const laid = fromWindows(b, b.reshape(mixed, [blocks, queries.height ** 2, c]), queries, sides)
      const kept = b.slice(laid, {
        start: [0, 0, 0, 0],
        size: [n, Math.ceil(h / skip), Math.ceil(w / skip), c],
      })
      return shrunk(b, kept, attrs.stride / skip)
    }),
})

/** Every block with its border: [n, h, w, c] → [n, rows, columns, side, side, c]. */
function haloed(b: ModuleBuilder, map: Value, block: number, halo: number): Value {
  const around = [0, halo, halo, 0]
  const side = block + 2 * halo
  return b.windows(b.pad(map, { low: around, high: around }), {
    kernel: [side, side],
    stride: [block, block],
  })
}
