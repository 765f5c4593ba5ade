import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { flag, int } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { differences, places } from '../pairs'
import { aboveAll, cutPattern } from '../reading'
import { windowBias } from '../relativeBias'
import { fromWindows, padToWindows, toWindows } from '../windows'

/**
 * Windows of queries that see near tokens finely and far ones coarsely: keys are the window, a border of `expand` around it (beyond
 * the map it goes on at the other side), and one summary of each of the f×f windows around it. Summaries are learned sums of a
 * window; those beyond the map are masked by −100.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. MACs 4tc² + 3tc²/m² + tc + 2tc(m² + border + f²), whose
 * border counts some places of its corners twice. A map no larger than a window is one window without border.
 * Yang et al. 2021, https://arxiv.org/abs/2107.00641
 */
export const focalAttention = defineModule({
  id: 'focalAttention',
  title: 'Focal attention',
  shortTitle: 'Focal attn.',
  kind: 'mixer',
  summary:
    'Each window attends to its near surroundings token by token and to farther ones window by window.',
  formula: 'Y = softmax(Q·[K, K_border, K_pooled]ᵀ/√d + B)·[V, V_border, V_pooled]·Wₒ per window',
  paper: {
    title: 'Focal Self-attention for Local-Global Interactions in Vision Transformers',
    authors: 'Yang et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2107.00641',
  },
  keywords: ['Focal Transformer'],
  inputs: ['x'],
  attrs: {
    ...headFields(),
    windowSize: int({ label: 'Window', help: 'Side of a window.', default: 7, min: 2, max: 64 }),
    expand: int({
      label: 'Border',
      help: 'Width of what is seen finely around it.',
      default: 3,
      min: 0,
      max: 32,
    }),
    focalWindow: int({
      label: 'Summaries',
      help: 'Windows along each side whose summaries are seen.',
      default: 3,
      min: 1,
      max: 31,
      step: 2,
    }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  pattern: aboveAll(cutPattern(7), 0.3),
  family: 'attention',
  subtitle: ({ windowSize, expand, focalWindow, ...heads }, dim) =>
    `${windowSize}×${windowSize} + ${expand}, ${focalWindow}×${focalWindow} coarse, ${headCount(heads, dim)}`,
  build: (b, [x], attrs) =>
    onMap(b, 'focalAttention', x, (map) => {
      const { h, w, c } = mapSizes('focalAttention', map)
      const { heads, headDim } = splitHeads('focalAttention', c, attrs)
      const width = heads * headDim
      const isOne = Math.min(h, w) <= attrs.windowSize
      const side = isOne ? Math.min(h, w) : attrs.windowSize
      const expand = isOne ? 0 : Math.min(attrs.expand, side - 1)
      const window = { height: side, width: side }
      const padded = padToWindows(b, map, window)
      const { n, h: rows, w: columns } = mapSizes('focalAttention', padded)
      const coarse = [rows / side, columns / side] as const
      const [places, count] = [rows * columns, coarse[0] * coarse[1]]
      const summaries = b.reshape(summed(b, toWindows(b, padded, window)), [n, count, c])
      const both = b.concat([b.reshape(padded, [n, places, c]), summaries], 1)
      const qkv = linear(b, both, { name: 'qkv', out: 3 * width, bias: attrs.qkvBias })
      const part = (from: number, tokens: number, start: number, size: number) =>
        b.slice(qkv, { start: [0, from, start], size: [n, tokens, size] })
      const laid = (y: Value, sides: readonly [number, number]) =>
        b.reshape(y, [n, ...sides, y.shape[2] ?? 1])
      const queries = toWindows(b, laid(part(0, places, 0, width), [rows, columns]), window)
      const fine = laid(part(0, places, width, 2 * width), [rows, columns])
      const far = laid(part(places, count, width, 2 * width), coarse)
      const keys = b.concat([finely(b, fine, side, expand), around(b, far, attrs.focalWindow)], 1)
      const [all = 1, s = 1] = keys.shape
      const split = (y: Value, start: number) => {
        const [, t = 1] = y.shape
        const own = b.slice(y, { start: [0, 0, start], size: [all, t, width] })
        return b.reshape(own, [all, t, heads, headDim])
      }
      const bias = biases(b, { heads, side, dim: c, expand, coarse, focalWindow: attrs.focalWindow, s })
      const mixed = attend(b, split(queries, 0), split(keys, 0), split(keys, width), headDim ** -0.5, bias)
      const y = fromWindows(b, b.reshape(mixed, [all, side * side, width]), window, [rows, columns])
      const cropped = b.slice(y, { start: [0, 0, 0, 0], size: [n, h, w, width] })
      return linear(b, cropped, { name: 'proj', out: c, bias: attrs.projBias })
    }),
})

/** One learned sum over the places of every window: [windows, t, c] → [windows, c]. */
function summed(b: ModuleBuilder, windows: Value): Value {
  const [count = 1, , c = 1] = windows.shape
  const sums = linear(b, b.transpose(windows, [0, 2, 1]), { name: 'pool', out: 1, bias: true })
  return b.reshape(sums, [count, c])
}

/** Which places of a window, of side `side`, lie outside where it was before it moved by `expand` down or up, right or left. */
function cornerPlaces(side: number, expand: number, [down, right]: readonly [number, number]): number[] {
  const isOutside = (at: number, way: number) => (way > 0 ? at >= side - expand : at < expand)
  const { rows, columns } = places(side, side)
  return rows.flatMap((row, place) =>
    isOutside(row, down) || isOutside(columns[place] ?? 0, right) ? [place] : [],
  )
}

const corners = [
  [1, 1],
  [1, -1],
  [-1, 1],
  [-1, -1],
] as const

/** Every window and its border, corner by corner: [n, h, w, c] → [windows, side² + border, c]. */
function finely(b: ModuleBuilder, map: Value, side: number, expand: number): Value {
  const window = { height: side, width: side }
  const own = toWindows(b, map, window)
  if (expand === 0) return own
  const border = corners.map(([down, right]) => {
    const moved = b.roll(b.roll(map, { axis: 1, shift: -down * expand }), { axis: 2, shift: -right * expand })
    const kept = cornerPlaces(side, expand, [down, right])
    return b.gather(toWindows(b, moved, window), b.constant(kept, [kept.length]), { axis: 1 })
  })
  return b.concat([own, ...border], 1)
}

/** The size × size summaries around every window: [n, rows, columns, c] → [windows, size², c]. */
function around(b: ModuleBuilder, coarse: Value, size: number): Value {
  const { n, h, w, c } = mapSizes('focalAttention', coarse)
  const half = Math.floor(size / 2)
  const padded = b.pad(coarse, { low: [0, half, half, 0], high: [0, half, half, 0] })
  const seen = b.windows(padded, { kernel: [size, size], stride: [1, 1] })
  return b.reshape(seen, [n * h * w, size * size, c])
}

interface Surroundings {
  readonly heads: number
  readonly side: number
  readonly dim: number
  readonly expand: number
  readonly coarse: readonly [number, number]
  readonly focalWindow: number
  /** Keys of a query. */
  readonly s: number
}

/** What is added to the scores: tables per offset for the window and for summaries, one number per pair for the border, and a mask. */
function biases(b: ModuleBuilder, { heads, side, dim, expand, coarse, focalWindow, s }: Surroundings): Value {
  const t = side * side
  const window = { height: side, width: side }
  const own = windowBias(b, window, { kind: 'table', heads, dim, hidden: 0 })
  const init = { a: 0, b: 0.035 }
  const border = s - t - focalWindow ** 2
  const near =
    expand === 0
      ? []
      : [b.weight('relative_position_bias_table_to_neighbors', [1, heads, t, border], { init })]
  const offsets = side + focalWindow - 1
  const table = b.part('relative_position_bias_table_to_windows', () =>
    b.weight('0', [heads, offsets ** 2], { init }),
  )
  const [queries, keys] = [places(side, side), places(focalWindow, focalWindow)]
  const apart = (axis: 'rows' | 'columns') =>
    b.add(differences(b, queries[axis], keys[axis]), focalWindow - 1)
  const index = b.add(b.mul(apart('rows'), offsets), apart('columns'))
  const far = b.reshape(b.gather(table, index, { axis: 1 }), [1, heads, t, focalWindow ** 2])
  const tables = b.concat([own, ...near, far], 3)
  if (focalWindow === 1) return tables
  const isSeen = around(
    b,
    b.constant(new Float32Array(coarse[0] * coarse[1]).fill(1), [1, ...coarse, 1]),
    focalWindow,
  )
  const hidden = b.mul(b.sub(1, b.reshape(isSeen, [1, coarse[0] * coarse[1], 1, 1, focalWindow ** 2])), -100)
  const mask = b.pad(hidden, { low: [0, 0, 0, 0, s - focalWindow ** 2], high: [0, 0, 0, 0, 0] })
  return b.add(b.reshape(tables, [1, 1, heads, t, s]), mask)
}
