import type { Graph } from '../graph/graph'
import { withoutUnused } from './unused'

/**
 * Two parts of one design as one graph: the second behind the first. Inputs of the second that have a source are nodes of the
 * first, which keep their ids; weights of one name are one weight. The outputs are those of the second. Both have the scopes of
 * that design.
 */
export function joined(first: Graph, second: Graph, sources: ReadonlyMap<string, number>): Graph {
  const known = new Map(
    first.nodes.flatMap(({ id, op, attrs }) => (op === 'param' ? [[attrs.name, id] as const] : [])),
  )
  const stand = second.nodes.map(({ op, attrs }) => {
    if (op === 'input') return sources.get(attrs.name)
    return op === 'param' ? known.get(attrs.name) : undefined
  })
  // Per node of the second its place behind the first; of one that is there already, that of the next which is not.
  const behind: number[] = []
  let count = first.nodes.length
  for (const id of stand) {
    behind.push(count)
    if (id === undefined) count++
  }
  behind.push(count)
  const places = stand.map((id, at) => id ?? behind[at])
  const moved = (ids: readonly number[]) => ids.map((id) => places[id])
  const nodes = second.nodes
    .filter(({ id }) => stand[id] === undefined)
    .map((node) => ({ ...node, id: places[node.id], inputs: moved(node.inputs) }))
  const calls = second.calls.map((call) => ({
    ...call,
    id: first.calls.length + call.id,
    inputs: moved(call.inputs),
    output: places[call.output],
    first: behind[call.first],
    end: behind[call.end],
  }))
  const whole = {
    nodes: [...first.nodes, ...nodes],
    calls: [...first.calls, ...calls],
    // What was derived from the same design may have scopes of its own behind the common ones.
    scopes: [...first.scopes, ...second.scopes.slice(first.scopes.length)],
    outputs: moved(second.outputs),
  }
  return withoutUnused(whole, first.nodes.length)
}
