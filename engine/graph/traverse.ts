import type { Graph } from './graph'

/** For every node, the nodes that read it, in order; a node that reads it twice appears once. */
export function users(graph: Graph): readonly (readonly number[])[] {
  const lists: number[][] = graph.nodes.map(() => [])
  for (const node of graph.nodes) for (const input of new Set(node.inputs)) lists[input].push(node.id)
  return lists
}

/** The nodes that the outputs depend on, the outputs included. */
export function reachable(graph: Graph, outputs: readonly number[] = graph.outputs): ReadonlySet<number> {
  const found = new Set(outputs)
  // Inputs come before their users, so one walk from the last node back sees every user first.
  for (let id = graph.nodes.length - 1; id >= 0; id--) {
    if (found.has(id)) for (const input of graph.nodes[id].inputs) found.add(input)
  }
  return found
}

/** Per node, whether it is computed from one of these; each of them is. */
export function dependents(graph: Graph, sources: readonly number[]): boolean[] {
  const depends = graph.nodes.map(() => false)
  for (const id of sources) depends[id] = true
  for (const { id, inputs } of graph.nodes) depends[id] ||= inputs.some((input) => depends[input])
  return depends
}
