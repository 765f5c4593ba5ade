/** A graph after new nodes were written behind old ones: the new ones read no constants from inside of a call. */
import type { Graph, Node } from '../graph/graph'
import { dependents } from '../graph/traverse'

/** Copies such constants to before the new nodes, so that for them nobody has to look into a call, whose name would be lost. */
export function withOwnConstants(graph: Graph, first: number): Graph {
  const { nodes, calls } = graph
  const sources = nodes.filter(({ op }) => op === 'input' || op === 'param').map(({ id }) => id)
  const isConstant = dependents(graph, sources).map((varies) => !varies)
  const isInside = nodes.map(() => false)
  for (const call of calls)
    if (call.end <= first) for (let id = call.first; id < call.end; id++) isInside[id] ||= id !== call.output

  const wanted = new Set<number>()
  const want = (ids: readonly number[]) => {
    for (const id of ids) if (id < first && isConstant[id] && isInside[id]) wanted.add(id)
  }
  for (const { inputs } of nodes.slice(first)) want(inputs)
  for (let id = first - 1; id >= 0; id--) if (wanted.has(id)) want(nodes[id].inputs)
  if (wanted.size === 0) return graph

  const copied = [...wanted].sort((one, other) => one - other)
  const places = new Map(copied.map((id, index) => [id, first + index]))
  const place = (id: number) => (id < first ? id : id + copied.length)
  const moved = (node: Node, id: number): Node => ({
    ...node,
    id,
    inputs: node.inputs.map((input) => places.get(input) ?? place(input)),
  })
  return {
    nodes: [
      ...nodes.slice(0, first),
      ...copied.map((id, index) => moved(nodes[id], first + index)),
      ...nodes.slice(first).map((node) => moved(node, place(node.id))),
    ],
    calls: calls.map((call) => ({
      ...call,
      inputs: call.inputs.map(place),
      output: place(call.output),
      first: place(call.first),
      // A call of old nodes may end where the new ones begin.
      end: call.first < first ? call.end : place(call.end),
    })),
    scopes: graph.scopes.map((scope) => ({
      ...scope,
      output: scope.output === null ? null : place(scope.output),
    })),
    outputs: graph.outputs.map(place),
  }
}
