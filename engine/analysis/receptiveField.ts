/**
 * The theoretical receptive field of every value: which part of the picture it is computed from.
 *
 * Exact on the graph, branches and all, in two readings. Unclipped, as papers state it: maps go on beyond their borders, so
 * that padding counts and every position has the same field; what only scales whole channels is named and not followed, since
 * strictly every design with a squeeze-and-excitation or a GroupNorm would be global from its first block on. And exactly
 * (`exactBox`): what can change the value at all, borders of every layer, statistics and gates included.
 *
 * Araujo et al. 2019, https://distill.pub/2019/computing-receptive-fields/, give the recurrences for convolutions.
 */
import type { Graph, Node } from '../graph/graph'
import { continuation } from './field/line'
import { intervalAt, mapSize, middleLine, positionsOf } from './field/positions'
import type { Reach } from './field/reach'
import { reasonOf } from './field/reason'
import type { Span } from './field/span'
import { reaches } from './field/trace'

/** Along one axis of the picture, in pixels. */
export interface AxisField {
  /** Infinity where it is global. */
  readonly size: number
  /** Pixels between neighbouring positions, on average where they share windows; 0 where there is only one. */
  readonly stride: number
  /** First pixel of the first position; negative in the padding. */
  readonly start: number
  /** Middle of what the first position reads; on average over a window's positions, where they share windows. */
  readonly centre: number
  /** What makes it read the whole axis: `attention`, `mean over the map`; null when it does not. */
  readonly global: string | null
}

export interface ReceptiveField {
  readonly y: AxisField
  readonly x: AxisField
  /** Whether channels were scaled on the way by gates that read the whole map: squeeze-and-excitation and its kin. */
  readonly gate: boolean
  /** A norm on the way whose statistics read the whole map: `groupNorm`. */
  readonly norm: string | null
}

export interface Box {
  readonly top: number
  readonly left: number
  readonly bottom: number
  readonly right: number
}

/** The field of one value; null when it does not depend on the picture. */
export function receptiveField(graph: Graph, node: number): ReceptiveField | null {
  let known = found.get(graph)
  if (!known) {
    known = new Map()
    found.set(graph, known)
  }
  let field = known.get(node)
  if (field === undefined) {
    field = summary(graph, node)
    known.set(node, field)
  }
  return field
}
const found = new WeakMap<Graph, Map<number, ReceptiveField | null>>()

function summary(graph: Graph, node: number): ReceptiveField | null {
  const reach = reaches(graph, 'open')[node]
  if (!reach) return null
  return {
    y: axisField(graph, graph.nodes[node], reach, 'y'),
    x: axisField(graph, graph.nodes[node], reach, 'x'),
    gate: reach.gate,
    norm: reach.norm,
  }
}

export const isEverywhere = ({ y, x }: ReceptiveField): boolean => y.global !== null && x.global !== null

/** The part of the picture that one position reads, in pixels: [top, bottom) × [left, right), with its padding and without. */
export function fieldBox(
  graph: Graph,
  node: number,
  row: number,
  column: number,
): { readonly box: Box; readonly clipped: Box } | null {
  const reach = reaches(graph, 'open')[node]
  const picture = pictureOf(graph)
  if (!reach || !picture) return null
  const interval = (spans: readonly Span[], side: number) => {
    const [low, high] = intervalAt(positionsOf(spans, graph.nodes[node]), [row, column])
    return low === Number.NEGATIVE_INFINITY ? ([0, side] as const) : ([low, high] as const)
  }
  const [top, bottom] = interval(reach.y, picture.height)
  const [left, right] = interval(reach.x, picture.width)
  const inside = (pixel: number, side: number) => Math.min(side, Math.max(0, pixel))
  return {
    box: { top, left, bottom, right },
    clipped: {
      top: inside(top, picture.height),
      left: inside(left, picture.width),
      bottom: inside(bottom, picture.height),
      right: inside(right, picture.width),
    },
  }
}

/**
 * The part of the picture that one element is really computed from, borders of every layer and statistics of every norm
 * included. Null when it is computed from none of it.
 */
export function exactBox(graph: Graph, node: number, index: readonly number[]): Box | null {
  const reach = reaches(graph, 'closed')[node]
  if (!reach) return null
  const hull = (spans: readonly Span[]) => {
    const all = spans.map((span) => intervalAt(span, index))
    return [Math.min(...all.map(([low]) => low)), Math.max(...all.map(([, high]) => high))] as const
  }
  const [top, bottom] = hull(reach.y)
  const [left, right] = hull(reach.x)
  return top < bottom && left < right ? { top, left, bottom, right } : null
}

function axisField(graph: Graph, node: Node, reach: Reach, along: 'y' | 'x'): AxisField {
  const spans = reach[along]
  const picture = pictureOf(graph)
  const side = (along === 'y' ? picture?.height : picture?.width) ?? 0
  const everything = (by: number): AxisField => ({
    size: Number.POSITIVE_INFINITY,
    stride: 0,
    start: 0,
    centre: side / 2,
    global: reasonOf(graph, by),
  })
  const table = positionsOf(spans, node)
  const own = along === 'y' ? 0 : 1
  const line = middleLine(table, along === 'y' ? 1 : 2)
  const count = line.size
  const sizes = Array.from(table.low, (low, i) => table.high[i] - low).filter((size) => size > 0)
  if (sizes.includes(Number.POSITIVE_INFINITY)) return everything(table.by)
  const size = Math.max(0, ...sizes)
  const { period, shift, share } = continuation(line)
  const ends = [Math.min(...table.low), Math.max(...table.high)]
  // Positions that do not move and see the picture from end to end: recurrences, grids, neighbourhoods as large as the map.
  const isStill = count === 1 ? mapSize(node)[own] > 1 : shift === 0 && 2 * Math.min(...sizes) >= side
  if (isStill && ends[0] <= 0 && ends[1] >= side) return everything(table.by < 0 ? node.id : table.by)
  // Seen from the middle, as if the first position were no border.
  const first = period * Math.floor(Math.floor(count / 2) / period)
  const back = count === 1 ? 0 : (first / period) * shift
  const turn = Array.from(
    { length: Math.min(period, count - first) },
    (_, i) => line.base + (first + i) * line.step,
  )
  const centres = turn.map((at, i) => (table.low[at] + table.high[at]) / 2 - (i * shift) / period)
  const isMap = node.shape.length === 4 && mapSize(node)[own] === 1
  return {
    size,
    // Where no step holds all along the line, what the strides on the way multiply to.
    stride:
      count > 1
        ? share === 1 || table.pitch === 0
          ? Math.abs(shift) / period
          : table.pitch
        : isMap
          ? shift
          : 0,
    start: table.low[turn[0]] - back,
    centre: centres.reduce((sum, centre) => sum + centre, 0) / centres.length - back,
    global: null,
  }
}

function pictureOf(graph: Graph): { readonly height: number; readonly width: number } | null {
  const input = graph.nodes.find(({ op }) => op === 'input')
  if (!input) return null
  const [height, width] = mapSize(input)
  return { height, width }
}
