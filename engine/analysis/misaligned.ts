/**
 * Merges whose paths are not centred on the same place: an even kernel beside an odd one, a pooled shortcut beside a padded
 * convolution. Araujo et al. 2019, https://distill.pub/2019/computing-receptive-fields/, "alignment".
 */
import type { Graph, Node } from '../graph/graph'
import { continuation } from './field/line'
import { middleLine, positionsOf } from './field/positions'
import { isGlobal } from './field/reach'
import type { Span } from './field/span'
import { reaches } from './field/trace'

export interface Misalignment {
  /** The node at which the paths meet. */
  readonly node: number
  /** Pixels between the centres that lie furthest apart, along the height and the width. */
  readonly y: number
  readonly x: number
}

/** Those that a value is computed through, in the order of computation. */
export function misalignments(graph: Graph, node: number): readonly Misalignment[] {
  const isPassed = graph.nodes.map(({ id }) => id === node)
  for (let id = node; id > 0; id--)
    if (isPassed[id]) for (const input of graph.nodes[id].inputs) isPassed[input] = true
  return allMisalignments(graph).filter((merge) => isPassed[merge.node])
}

function allMisalignments(graph: Graph): readonly Misalignment[] {
  const known = found.get(graph)
  if (known) return known
  const merges = graph.nodes.filter(isMerge).flatMap((node): Misalignment[] => {
    const apart = { y: apartOf(graph, node, 'y'), x: apartOf(graph, node, 'x') }
    return apart.y > 0 || apart.x > 0 ? [{ node: node.id, ...apart }] : []
  })
  found.set(graph, merges)
  return merges
}
const found = new WeakMap<Graph, readonly Misalignment[]>()

/** Where values meet position by position; tokens that are set side by side do not. */
const isMerge = (node: Node): boolean =>
  (node.op === 'binary' || (node.op === 'concat' && node.attrs.axis === node.shape.length - 1)) &&
  (node.shape.length === 4 || node.grid !== null)

function apartOf(graph: Graph, node: Node, along: 'y' | 'x'): number {
  const all = reaches(graph, 'open')
  const paths = new Set(node.inputs.flatMap((input) => all[input]?.[along] ?? []))
  if (paths.size < 2) return 0
  const centres = node.inputs.flatMap((input) => {
    const spans = all[input]?.[along]
    return spans && !isGlobal(spans) ? (centreOf(spans, node, along) ?? []) : []
  })
  return centres.length > 1 ? Math.max(...centres) - Math.min(...centres) : 0
}

/** Of what the middle position reads. Null where positions share windows or do not move: those have no centre of their own. */
function centreOf(spans: readonly Span[], node: Node, along: 'y' | 'x'): number | null {
  const line = middleLine(positionsOf(spans, node), along === 'y' ? 1 : 2)
  const { period, shift, share } = continuation(line)
  if (line.size < 2 || period > 1 || shift === 0 || share < 0.5) return null
  const middle = line.base + Math.floor(line.size / 2) * line.step
  const centre = (line.span.low[middle] + line.span.high[middle]) / 2
  return Number.isFinite(centre) ? centre : null
}
