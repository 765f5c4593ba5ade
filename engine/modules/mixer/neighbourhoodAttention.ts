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
      const neighbours = places(h, w, attrs.kernelSize)
      const s = (neighbours[0] ?? []).length
      const qkv = linear(b, b.reshape(map, [n, t, c]), { name: 'qkv', out: 3 * width, bias: attrs.qkvBias })
      const part = (index: number) => b.slice(qkv, { start: [0, 0, index * width], size: [n, t, width] })
      const keys = b.constant(
        neighbours.flatMap((places) => places.map(({ key }) => key)),
        [t, s],
      )
      const near = (index: number) =>
        b.reshape(b.gather(part(index), keys, { axis: 1 }), [n * t, s, heads, headDim])
      const q = b.reshape(part(0), [n * t, 1, heads, headDim])
      const offsets = neighbours.flatMap((places) => places.map(({ offset }) => offset))
      const bias = biases(b, offsets, { t, s, heads, side: 2 * attrs.kernelSize - 1 })
      const mixed = attend(b, q, near(1), near(2), headDim ** -0.5, bias)
      return linear(b, b.reshape(mixed, [n, h, w, width]), { name: 'proj', out: c, bias: attrs.projBias })
    }),
})

interface Place {
  readonly key: number
  /** Where the bias of its offset stands in the table. */
  readonly offset: number
}

/** The neighbours of every position, row by row. */
function places(h: number, w: number, kernel: number): readonly (readonly Place[])[] {
  const near = (at: number, size: number) => {
    const count = Math.min(kernel, size)
    const first = Math.min(Math.max(at - Math.floor(count / 2), 0), size - count)
    return Array.from({ length: count }, (_, index) => first + index)
  }
  return Array.from({ length: h * w }, (_, query) => {
    const [row, column] = [Math.floor(query / w), query % w]
    return near(row, h).flatMap((y) =>
      near(column, w).map((x) => ({
        key: y * w + x,
        offset: (y - row + kernel - 1) * (2 * kernel - 1) + x - column + kernel - 1,
      })),
    )
  })
}

/** [1, t, heads, 1, s]. */
function biases(
  b: ModuleBuilder,
  offsets: readonly number[],
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
