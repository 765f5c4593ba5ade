import type { Graph, Node } from '../graph/graph'
import { withoutUnused } from './unused'

export interface CutOptions {
  /** Nodes that become inputs, by the names they get. */
  readonly inputs: ReadonlyMap<number, string>
  readonly outputs: readonly number[]
}

/**
 * A part of a graph as a graph of its own: what the outputs need, from the given nodes on. Weights keep their names, nodes their
 * order and their places; a call that a new input lies in is known as its body alone.
 */
export function cut(graph: Graph, { inputs, outputs }: CutOptions): Graph {
  const nodes = graph.nodes.map((node): Node => {
    const name = inputs.get(node.id)
    return name === undefined ? node : { ...node, op: 'input', attrs: { name }, inputs: [] }
  })
  const isWhole = (first: number, end: number) => nodes.slice(first, end).every(({ id }) => !inputs.has(id))
  const calls = graph.calls.filter(({ first, end }) => isWhole(first, end))
  return withoutUnused({ ...graph, nodes, calls, outputs }, 0)
}
