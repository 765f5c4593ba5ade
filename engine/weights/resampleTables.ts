/**
 * Weights that count positions, at another size: what timm does when a checkpoint meets a network for pictures or windows of
 * another size. https://github.com/huggingface/pytorch-image-models, timm/layers/pos_embed.py and pos_embed_rel.py
 */
import { elements, type Shape } from '../graph/graph'
import { type Places, places } from '../nn/resample'

interface Table {
  readonly shape: Shape
  readonly data: Float32Array
}

/**
 * How position embeddings come to another size: `timm` smooths where they become smaller, and its cubic curve is Pillow's. `dino`
 * is what DINO's own code does (interpolate_pos_encoding in its vision_transformer.py), whose maps at 480 × 480 people know.
 */
export type PositionWay = 'timm' | 'dino'

/** Whether a weight is one that PositionWay decides about. */
export function isPositionEmbedding(name: string): boolean {
  const last = name.split('.').at(-1) ?? ''
  return (
    /^(?:pos_embed(?:_?\d+)?|patch_pos|positional_embedding)$/.test(last) || /^pos_embed\.\d+$/.test(name)
  )
}

/** The table at the wanted shape, or null where it is no table of positions or there is no such way. */
export function resampled(
  name: string,
  table: Table,
  wanted: Shape,
  picture: { readonly height: number; readonly width: number },
  way: PositionWay = 'timm',
): Float32Array | null {
  const last = name.split('.').at(-1) ?? ''
  if (last === 'relative_position_bias_table') return relativeTable(table, wanted)
  if (last === 'attention_biases') return biasesByDistance(table, wanted)
  return isPositionEmbedding(name) ? positionEmbedding(table, wanted, picture, placesBy[way]) : null
}

type Resizing = (from: number, to: number) => Places

const placesBy: { readonly [way in PositionWay]: Resizing } = {
  timm: (from, to) => places(from, to, { mode: 'bicubic', alignCorners: false, antialias: true }),
  // A tenth of a patch is added against rounding down, and moves every place a little.
  dino: (from, to) =>
    places(from, to, { mode: 'bicubic', alignCorners: false, antialias: false, step: from / (to + 0.1) }),
}

/** [1, n, c], [1, h, w, c] or [1, c, h, w]; rows before the grid (class token, registers) stay as they are. */
function positionEmbedding(
  { shape, data }: Table,
  wanted: Shape,
  picture: { readonly height: number; readonly width: number },
  resizing: Resizing,
): Float32Array | null {
  if (shape.length !== wanted.length) return null
  if (shape.length === 4) {
    const [n = 0, a = 0, b = 0, c = 0] = shape
    const [m, wa = 0, wb = 0, wc = 0] = wanted
    if (n !== m) return null
    if (c === wc) return alongAxes(data, [n, a, b, c], 1, [wa, wb], resizing)
    return a === wa ? alongAxes(data, [n, a, b, c], 2, [wb, wc], resizing) : null
  }
  const [count = 0, channels = 0] = shape.slice(-2)
  const [wantedCount = 0, wantedChannels] = wanted.slice(-2)
  if (channels !== wantedChannels || elements(shape.slice(0, -2)) !== 1) return null
  for (let prefix = 0; prefix < mostPrefix; prefix++) {
    const side = wholeRoot(count - prefix)
    const grid = gridOf(wantedCount - prefix, picture)
    if (!side || !grid) continue
    const rows = alongAxes(data.subarray(prefix * channels), [1, side, side, channels], 1, grid, resizing)
    const result = new Float32Array(wantedCount * channels)
    result.set(data.subarray(0, prefix * channels))
    result.set(rows, prefix * channels)
    return result
  }
  return null
}

/** A class token, one for distillation, and up to eight registers. */
const mostPrefix = 11

/** How many rows and columns so many positions have on this picture. */
function gridOf(
  count: number,
  { height, width }: { readonly height: number; readonly width: number },
): readonly [number, number] | null {
  const rows = wholeRoot((count * height) / width)
  return rows && count % rows === 0 ? [rows, count / rows] : null
}

const wholeRoot = (count: number): number | null => {
  const root = Math.round(Math.sqrt(count))
  return root > 0 && root * root === count ? root : null
}

/** TinyViT and LeViT: [heads, sides of a square of distances]. */
function biasesByDistance({ shape, data }: Table, wanted: Shape): Float32Array | null {
  const [heads = 0, count = 0] = shape
  const [wantedHeads, wantedCount = 0] = wanted
  const [from, to] = [wholeRoot(count), wholeRoot(wantedCount)]
  if (shape.length !== 2 || heads !== wantedHeads || !from || !to) return null
  return alongAxes(data, [heads, from, from, 1], 1, [to, to], placesBy.timm)
}

/** [differences, heads], three more rows where a class token takes part; or [heads, h, w]. */
function relativeTable({ shape, data }: Table, wanted: Shape): Float32Array | null {
  if (shape.length !== wanted.length) return null
  if (shape.length === 3) {
    const [heads = 0, h = 0, w = 0] = shape
    const [wantedHeads, wh = 0, ww = 0] = wanted
    if (heads !== wantedHeads) return null
    return alongDifferences(data, [heads, h, w, 1], [wh, ww])
  }
  const [count = 0, heads = 0] = shape
  const [wantedCount = 0, wantedHeads] = wanted
  if (shape.length !== 2 || heads !== wantedHeads) return null
  for (const more of [0, 3]) {
    const [from, to] = [wholeRoot(count - more), wholeRoot(wantedCount - more)]
    if (!from || !to || from % 2 === 0 || to % 2 === 0) continue
    const result = new Float32Array(wantedCount * heads)
    result.set(alongDifferences(data, [1, from, from, heads], [to, to]))
    result.set(data.subarray(from * from * heads, count * heads), to * to * heads)
    return result
  }
  return null
}

type Shape4 = readonly [number, number, number, number]

/** Two neighbouring axes of [a, b, c, d], from `axis` on, at other sizes. */
function alongAxes(
  data: Float32Array,
  shape: Shape4,
  axis: 1 | 2,
  [rows, columns]: readonly [number, number],
  resizing: Resizing,
): Float32Array {
  const first = alongAxis(data, shape, axis, resizing(shape[axis], rows))
  const between = shape.map((size, at) => (at === axis ? rows : size))
  return alongAxis(first, between, axis + 1, resizing(between[axis + 1] ?? 1, columns))
}

function alongDifferences(
  data: Float32Array,
  shape: Shape4,
  [rows, columns]: readonly [number, number],
): Float32Array {
  const [a, h, w, d] = shape
  const first = alongAxis(data, shape, 1, differencePlaces(h, rows))
  return alongAxis(first, [a, rows, w, d], 2, differencePlaces(w, columns))
}

function alongAxis(data: Float32Array, shape: Shape, axis: number, sources: Places): Float32Array {
  const size = shape[axis] ?? 1
  const inner = elements(shape.slice(axis + 1))
  const outer = elements(shape.slice(0, axis))
  const result = new Float32Array(outer * sources.length * inner)
  for (let o = 0; o < outer; o++) {
    for (const [place, taps] of sources.entries()) {
      for (let i = 0; i < inner; i++) {
        let sum = 0
        for (const { at, weight } of taps) sum += weight * (data[(o * size + at) * inner + i] ?? 0)
        result[(o * sources.length + place) * inner + i] = sum
      }
    }
  }
  return result
}

/**
 * Differences far from zero are spread wider than those near it, so that what is learnt of neighbours stays theirs: the old
 * places form a geometric progression that just covers the new ones, with straight lines in between (BEiT, appendix).
 */
function differencePlaces(from: number, to: number): Places {
  if (from === to) return Array.from({ length: to }, (_, at) => [{ at, weight: 1 }])
  const reach = Math.floor(from / 2)
  const ratio = ratioThatReaches(Math.floor(to / 2), reach)
  const distances: number[] = []
  let distance = 1
  for (let i = 0; i < reach; i++) {
    distances.push(distance)
    distance += ratio ** (i + 1)
  }
  const old = [...distances.map((value) => -value).reverse(), 0, ...distances]
  const half = Math.floor(to / 2)
  return Array.from({ length: to }, (_, i) => {
    const position = i - half
    const right = old.findIndex((value) => value >= position)
    if (right === 0) return [{ at: 0, weight: 1 }]
    if (right < 0) return [{ at: old.length - 1, weight: 1 }]
    const [before = 0, after = 0] = [old[right - 1], old[right]]
    const share = (position - before) / (after - before)
    return [
      { at: right - 1, weight: 1 - share },
      { at: right, weight: share },
    ]
  })
}

/** The ratio whose first `terms` terms, from 1 on, sum up to `goal`; between 1.01 and 1.5 as BEiT looks for it. */
function ratioThatReaches(goal: number, terms: number): number {
  let [left, right] = [1.01, 1.5]
  let middle = left
  while (right - left > 1e-6) {
    middle = (left + right) / 2
    if ((1 - middle ** terms) / (1 - middle) > goal) right = middle
    else left = middle
  }
  return middle
}
