import * as dagre from '@dagrejs/dagre'
import type { Arrange } from './layers'

export const byDagre: Arrange = (nodes, edges, gap) => {
  const graph = new dagre.graphlib.Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'LR', nodesep: 28, ranksep: gap })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height })
  for (const [index, { from, to }] of edges.entries()) graph.setEdge(from, to, {}, `${index}`)
  dagre.layout(graph)
  return new Map(nodes.map(({ id }) => [id, graph.node(id) as { x: number; y: number }]))
}
