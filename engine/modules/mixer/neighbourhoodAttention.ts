import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { flag, int } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { windowPattern } from '../reading'

/**
 * Every position attends to the k×k nearest ones: Y = softmax(Q Kᵀ/√d + B) V over its own window, which stops at the borders instead
 * of being padded, so that every query has k² keys. B is a learned number per head and offset.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. MACs 4tc² + 2tk²c: linear in t. On a smaller map the window is the map.
 * Hassani et al. 2022, Neighborhood Attention Transformer, https://arxiv.org/abs/2204.07143
 */
export const neighbourhoodAttention = defineModule({
  id: 'neighbourhoodAttention',
  title: 'Neighbourhood attention',
  shortTitle: 'Neighbours',
  kind: 'mixer',
  summary:
    'Every position attends to its nearest neighbours in a window that slides with it and stops at the borders.',
  formula: 'Yᵢ = softmax(Qᵢ·K_N(i)ᵀ/√d + B)·V_N(i)·Wₒ',
  paper: {
    title: 'Neighborhood Attention Transformer',
    authors: 'Hassani et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2204.07143',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    kernelSize: int({
      label: 'Window',
      help: 'Side of the neighbourhood.',
      default: 7,
      min: 1,
      max: 31,
      step: 2,
    }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  pattern: windowPattern(7, (distance) => 1 - 0.5 * distance),
  family: 'attention',
  subtitle: (attrs, dim) => `${attrs.kernelSize}×${attrs.kernelSize}, ${headCount(attrs, dim)}`,
  build: (b, [x], attrs) =>
    onMap(b, 'neighbourhoodAttention', x, (map) => {
      const { n, h, w, c } = mapSizes('neighbourhoodAttention', map)
      const { heads, headDim } = splitHeads('neighbourhoodAttention', c, attrs)
      const [t, width] = [h * w, heads * headDim]
      const { count: s, places, offsets } = neighbours(h, w, attrs.kernelSize)
      const qkv = linear(b, b.reshape(map, [n, t, c]), { name: 'qkv', out: 3 * width, bias: attrs.qkvBias })
      const part = (index: number) => b.slice(qkv, { start: [0, 0, index * width], size: [n, t, width] })
      const keys = b.constant(places, [t, s])
      const near = (index: number) =>
        b.reshape(b.gather(part(index), keys, { axis: 1 }), [n * t, s, heads, headDim])
      const q = b.reshape(part(0), [n * t, 1, heads, headDim])
      const bias = biases(b, offsets, { t, s, heads, side: 2 * attrs.kernelSize - 1 })
      const mixed = attend(b, q, near(1), near(2), headDim ** -0.5, bias)
      return linear(b, b.reshape(mixed, [n, h, w, width]), { name: 'proj', out: c, bias: attrs.projBias })
    }),
})

/** Per position, row by row: the places of its neighbours, and where the bias of each offset stands in the table. */
function neighbours(
  h: number,
  w: number,
  kernel: number,
): { readonly count: number; readonly places: Float32Array; readonly offsets: Float32Array } {
  const [rows, columns] = [Math.min(kernel, h), Math.min(kernel, w)]
  const first = (at: number, size: number, count: number) =>
    Math.min(Math.max(at - Math.floor(count / 2), 0), size - count)
  const count = rows * columns
  const places = new Float32Array(h * w * count)
  const offsets = new Float32Array(places.length)
  let at = 0
  for (let row = 0; row < h; row++) {
    const top = first(row, h, rows)
    for (let column = 0; column < w; column++) {
      const left = first(column, w, columns)
      for (let y = top; y < top + rows; y++) {
        for (let x = left; x < left + columns; x++) {
          places[at] = y * w + x
          offsets[at++] = (y - row + kernel - 1) * (2 * kernel - 1) + x - column + kernel - 1
        }
      }
    }
  }
  return { count, places, offsets }
}

/** [1, t, heads, 1, s]. */
function biases(
  b: ModuleBuilder,
  offsets: Float32Array,
  {
    t,
    s,
    heads,
    side,
  }: { readonly t: number; readonly s: number; readonly heads: number; readonly side: number },
): Value {
  const table = b.reshape(b.weight('rpb', [heads, side, side], { init: { a: 0, b: 0.035 } }), [
    heads,
    side * side,
  ])
  const laid = b.gather(table, b.constant(offsets, [t, s]), { axis: 1 })
  return b.reshape(b.transpose(laid, [1, 0, 2]), [1, t, heads, 1, s])
}
