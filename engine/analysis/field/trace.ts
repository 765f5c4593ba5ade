/** The reach of every value of a graph, forwards from the picture. */
import type { Call, Graph, Node } from '../../graph/graph'
import { applyRule } from '../../ops/rules'
import { constantsOf } from './constants'
import { type MaybeReach, mapSpans, type Reach } from './reach'
import { reachRules, type Surroundings } from './rules'
import { isEndless, pick, reshaped, type Span, squeezedSpan } from './span'

/**
 * Open: maps go on beyond their borders, and what only scales whole channels is named instead of followed: statistics of
 * norms over the map and gates over pooled maps. Closed: what can really change the value, borders and all.
 */
export type Mode = 'open' | 'closed'

export function reaches(graph: Graph, mode: Mode): readonly MaybeReach[] {
  const known = found[mode].get(graph)
  if (known) return known
  const traced = trace(graph, mode)
  found[mode].set(graph, traced)
  return traced
}
const found = {
  open: new WeakMap<Graph, readonly MaybeReach[]>(),
  closed: new WeakMap<Graph, readonly MaybeReach[]>(),
}

const wholeNorms = new Set(['groupNorm', 'layerNorm', 'rmsNorm', 'batchNorm', 'instanceNorm'])

function trace(graph: Graph, mode: Mode): MaybeReach[] {
  const isOpen = mode === 'open'
  const around: Surroundings = { graph, constants: constantsOf(graph), isOpen }
  const callsThat = (isWanted: (call: Call) => boolean) =>
    new Map(isOpen ? graph.calls.filter(isWanted).map((call) => [call.output, call]) : [])
  const norms = callsThat(({ name }) => wholeNorms.has(name))
  const rolls = callsThat(({ name }) => name === 'roll')
  const traced: MaybeReach[] = []
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((input) => traced[input])
    let reach =
      node.op === 'input'
        ? pictureReach(node)
        : inputs.some(Boolean)
          ? applyRule(reachRules, node, around, inputs)
          : null
    const norm = norms.get(node.id)
    if (norm && reach) reach = withoutStatistics(reach, norm, traced[norm.inputs[0]])
    const roll = rolls.get(node.id)
    const still = roll && traced[roll.inputs[0]]
    if (roll && still) reach = rolled(still, roll, node)
    traced.push(reach)
  }
  return traced
}

/** Every pixel reads itself. Tokens lie on their grid, or in a single row. */
function pictureReach({ shape, grid }: Node): Reach | null {
  if (shape.length !== 4 && shape.length !== 3) return null
  const [, rows, columns] = shape.length === 4 ? shape : [1, grid?.height ?? 1, grid?.width ?? shape[1]]
  const prefix = shape.length === 4 ? 0 : (grid?.prefix ?? 0)
  const along = (own: 1 | 2): Span => {
    const count = prefix + rows * columns
    const at = (i: number) => (own === 1 ? Math.floor((i - prefix) / columns) : (i - prefix) % columns)
    const low = Float64Array.from({ length: count }, (_, i) =>
      i < prefix ? Number.POSITIVE_INFINITY : at(i),
    )
    const high = low.map((first) =>
      first === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : first + 1,
    )
    const flat: Span = {
      shape: [1, count, 1],
      low,
      high,
      taps: [false, false, false],
      by: -1,
      own,
      pitch: 1,
      within: null,
    }
    return squeezedSpan(shape.length === 4 ? reshaped(flat, [1, count, 1], [1, rows, columns, 1]) : flat)
  }
  return { y: [along(1)], x: [along(2)], gate: false, norm: null }
}

/** A norm whose statistics were folded from the map: its input, with a note. */
function withoutStatistics(reach: Reach, norm: Call, source: MaybeReach): MaybeReach {
  if (!source) return reach
  const isGathered = [...reach.y, ...reach.x].some(
    (span) => isEndless(span) && span.by >= norm.first && span.by < norm.end,
  )
  if (!isGathered && reach.norm === source.norm && reach.gate === source.gate) return reach
  return { ...source, norm: source.norm ?? norm.name }
}

/** The shorter way round: what wraps around the border is not looked at. */
function rolled(still: Reach, { attrs }: Call, { shape }: Node): Reach {
  const axis = Number(attrs.axis)
  const size = shape[axis]
  const shift = Number(attrs.shift) % size
  const shorter = Math.abs(shift) * 2 > size ? shift - Math.sign(shift) * size : shift
  const sources = Array.from({ length: size }, (_, i) => [i - shorter])
  return mapSpans(still, (span) => pick(span, axis, size, sources, true))
}
