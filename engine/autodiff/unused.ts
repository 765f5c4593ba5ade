/** A graph after new nodes were written behind old ones: without those that nobody needs. */
import type { Call, Graph, Node } from '../graph/graph'
import { reachable } from '../graph/traverse'

/** Drops the nodes from `first` on that no output needs, and the names of calls whose bodies others now read from. */
export function withoutUnused(graph: Graph, first: number): Graph {
  const needed = reachable(graph)
  const stays = (id: number) => id < first || needed.has(id)
  // Per old id the new one; of a node that goes, that of the next one which stays.
  const places: number[] = []
  let count = 0
  for (const { id } of graph.nodes) {
    places.push(count)
    if (stays(id)) count++
  }
  places.push(count)
  const moved = (ids: readonly number[]) => ids.map((id) => places[id])
  const nodes = graph.nodes
    .filter(({ id }) => stays(id))
    .map((node) => ({ ...node, id: places[node.id], inputs: moved(node.inputs) }))
  const calls = graph.calls
    .filter(({ inputs, output }) => [...inputs, output].every(stays))
    .map((call) => ({
      ...call,
      inputs: moved(call.inputs),
      output: places[call.output],
      first: places[call.first],
      end: places[call.end],
    }))
  const scopes = graph.scopes.map((scope) => ({
    ...scope,
    output: scope.output !== null && stays(scope.output) ? places[scope.output] : null,
  }))
  return { nodes, calls: closed(calls, nodes), scopes, outputs: moved(graph.outputs) }
}

/** The calls that nobody looks into. */
function closed(calls: readonly Call[], nodes: readonly Node[]): Call[] {
  const lastUse = nodes.map(() => -1)
  for (const { id, inputs } of nodes) for (const input of inputs) lastUse[input] = id
  const isClosed = ({ first, end, output }: Call) =>
    lastUse.slice(first, end).every((use, i) => first + i === output || use < end)
  return calls.filter(isClosed).map((call, id) => ({ ...call, id }))
}
