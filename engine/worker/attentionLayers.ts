/** What the views need of each attention map, of the first picture of the batch. Nothing N × N over 1024 leaves. */
import type { AttentionLayer, ScoreBias, Scores } from '../analysis/attention/layer'
import type { RowSource } from '../analysis/attention/row'
import type { Graph, Shape } from '../graph/graph'
import type { Contents } from '../ops/reads'
import { contiguous } from '../ops/strided'
import { type AttentionLayout, countOf, isSpatial, layoutOf, type WeightAxes } from './attentionLayout'
import {
  type AttentionDesign,
  type AttentionMap,
  attentionMaps,
  bytesOf,
  gateMaps,
  keptFor,
  whyAbsent,
} from './attentionMaps'
import type { LeftOutAttention } from './protocol'

/** Q and K of all layers of the presets are a few megabytes; at large inputs the first layers come. */
const budgetBytes = 96 * 2 ** 20

export interface AttentionPlan {
  readonly maps: readonly AttentionMap[]
  /** Maps that can be asked for by the path of their mixer. */
  readonly leftOut: readonly LeftOutAttention[]
}

/** The maps asked for, in order, as far as they fit the budget. */
export function attentionPlan(design: AttentionDesign, wanted: 'all' | readonly string[]): AttentionPlan {
  const maps: AttentionMap[] = []
  const leftOut: LeftOutAttention[] = []
  let room = budgetBytes
  for (const map of attentionMaps(design)) {
    const { path, name } = map
    if (wanted !== 'all' && !wanted.includes(path)) continue
    const bytes = whyAbsent(design.graph, map) === null ? bytesOf(design.graph, map) : 0
    if (bytes > room) {
      leftOut.push({ path, name, bytes, why: 'room' })
      continue
    }
    room -= bytes
    maps.push(map)
  }
  for (const map of gateMaps(design)) {
    const { path, name } = map
    if (wanted === 'all') leftOut.push({ path, name, bytes: bytesOf(design.graph, map), why: 'gate' })
    else if (wanted.includes(path)) maps.push(map)
  }
  return { maps, leftOut }
}

/** The nodes that the layers are made from, each once. */
export function keptNodes(graph: Graph, maps: readonly AttentionMap[]): readonly number[] {
  return [...new Set(maps.filter((map) => whyAbsent(graph, map) === null).flatMap(keptFor))]
}

export type ValuesOf = (node: number) => Float32Array

/** One layer for the views. */
export function attentionLayer(graph: Graph, map: AttentionMap, valuesOf: ValuesOf): AttentionLayer {
  const { path, name, isChained, followsMap } = map
  const layout = layouts.get(map) ?? layoutOf(graph, map, contentsOf(graph, map, valuesOf))
  // Where the values themselves say what is gathered, the next picture changes it.
  if (map.indices.length === 0) layouts.set(map, layout)
  const { axes, queryPlaces, keyPlaces, mixes } = layout
  return {
    path,
    name,
    mixes,
    isChained,
    followsMap,
    kind: isSpatial(layout) ? 'tokens' : 'channels',
    queryPlaces: queryPlaces.places,
    keyPlaces: keyPlaces.places,
    ...rowsOf(graph, map, axes, valuesOf),
  }
}

/** What the rows of a map are computed from. */
export function rowsOf(graph: Graph, map: AttentionMap, axes: WeightAxes, valuesOf: ValuesOf): RowSource {
  const reason = whyAbsent(graph, map)
  return {
    windows: countOf(axes.windows),
    heads: countOf(axes.heads),
    queries: countOf(axes.queries),
    keys: countOf(axes.keys),
    scores: reason === null ? scoresOf(graph, map, axes, valuesOf) : { kind: 'absent', reason },
  }
}

/** The numbers that say what is gathered, as far as they are kept. */
export const contentsOf = (graph: Graph, map: AttentionMap, valuesOf: ValuesOf): Contents =>
  new Map(whyAbsent(graph, map) === null ? map.indices.map((node) => [node, valuesOf(node)]) : [])

const layouts = new WeakMap<AttentionMap, AttentionLayout>()

function scoresOf(graph: Graph, { scores }: AttentionMap, axes: WeightAxes, valuesOf: ValuesOf): Scores {
  if (scores.kind === 'tap') {
    const { shape } = graph.nodes[scores.node]
    return { kind: 'probabilities', values: inOrder(valuesOf(scores.node), shape, axes) }
  }
  const { q, k, bias, scale } = scores
  const windows = countOf(axes.windows)
  const [, , , width] = graph.nodes[q].shape
  return {
    kind: 'products',
    width,
    scale,
    q: headsFirst(valuesOf(q), graph.nodes[q].shape, windows),
    k: headsFirst(valuesOf(k), graph.nodes[k].shape, windows),
    bias: bias === null ? undefined : firstBias(graph.nodes[bias].shape, valuesOf(bias), windows),
  }
}

/** The weights of the first picture as [windows, heads, queries, keys]. */
function inOrder(values: Float32Array, shape: Shape, axes: WeightAxes): Float32Array {
  const order = [...axes.windows, ...axes.heads, ...axes.queries, ...axes.keys]
  const strides = contiguous(shape)
  const turned = new Float32Array(countOf(order))
  let filled = 0
  const visit = (depth: number, from: number): void => {
    const axis = order[depth]
    if (!axis) {
      turned[filled++] = values[from]
      return
    }
    for (let index = 0; index < axis.count; index++) visit(depth + 1, from + index * strides[axis.axis])
  }
  visit(0, 0)
  return turned
}

/** [n, t, h, d] -> [windows, h, t, d]. */
function headsFirst(values: Float32Array, [, tokens, heads, width]: Shape, windows: number): Float32Array {
  const turned = new Float32Array(windows * tokens * heads * width)
  let to = 0
  for (let window = 0; window < windows; window++) {
    for (let head = 0; head < heads; head++) {
      for (let token = 0; token < tokens; token++) {
        const from = ((window * tokens + token) * heads + head) * width
        turned.set(values.subarray(from, from + width), to)
        to += width
      }
    }
  }
  return turned
}

/** The part of a bias [n, h, t, s], or [images, windows, h, t, s], that belongs to the first picture. */
function firstBias(shape: Shape, values: Float32Array, windows: number): ScoreBias {
  const [images, own, heads, queries, keys] = [1, 1, 1, 1, 1, ...shape].slice(-5)
  // Of rank 4 the windows lie in the batch.
  const rows = Math.min(shape.length < 5 || images === 1 ? own : images * own, windows)
  return {
    shape: [rows, heads, queries, keys],
    values: values.slice(0, rows * heads * queries * keys),
  }
}
