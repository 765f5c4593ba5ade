import type { Graph, Value } from '../graph/graph'

/** The graph nodes that the roots are computed from. Inputs come before their users, so one pass backwards is enough. */
export function liveNodes(graph: Graph, roots: readonly Value[]): boolean[] {
  const isLive = graph.nodes.map(() => false)
  for (const root of roots) isLive[root.id] = true
  for (let id = graph.nodes.length - 1; id >= 0; id--) {
    if (isLive[id]) for (const input of graph.nodes[id]?.inputs ?? []) isLive[input] = true
  }
  return isLive
}
