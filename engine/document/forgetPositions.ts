import type { Document, DocumentNode, GraphBody } from './types'

/** Forgets where a person has put the nodes, so that the wiring alone places them. The same document when nobody has. */
export function forgetPositions(document: Document): Document {
  const graph = freed(document.graph)
  const entries = Object.entries(document.definitions)
  const definitions = entries.map(([name, body]) => [name, freed(body)] as const)
  const isSame =
    graph === document.graph && definitions.every(([, body], index) => body === entries[index]?.[1])
  return isSame ? document : { ...document, graph, definitions: Object.fromEntries(definitions) }
}

function freed(body: GraphBody): GraphBody {
  const nodes = body.nodes.map(freedNode)
  return nodes.every((node, index) => node === body.nodes[index]) ? body : { ...body, nodes }
}

function freedNode(node: DocumentNode): DocumentNode {
  const inner = node.type === 'group' && node.body ? freed(node.body) : undefined
  const placed = node.type === 'group' && inner && inner !== node.body ? { ...node, body: inner } : node
  if (!placed.position) return placed
  const { position: _, ...rest } = placed
  return rest
}
