/** What commands act on: the selected nodes as they are in the document now. */
import { type DocumentNode, findNode, type NodePath, nodeTitle } from '../../engine/index'
import { useDocumentStore } from '../state/documentStore'
import { type PathKey, parentOf, pathOf } from '../state/paths'
import { useSessionStore } from '../state/sessionStore'

export interface Subject {
  readonly key: PathKey
  readonly path: NodePath
  readonly node: DocumentNode
}

export function selectedNodes(): readonly Subject[] {
  const { document } = useDocumentStore.getState()
  return useSessionStore.getState().selection.flatMap((key) => {
    const path = pathOf(key)
    const node = findNode(document, path)
    return node ? [{ key, path, node }] : []
  })
}

/** The one selected node; undefined when none or several are. */
export function selectedNode(): Subject | undefined {
  const nodes = selectedNodes()
  return nodes.length === 1 ? nodes[0] : undefined
}

export const areInOneGraph = (nodes: readonly Subject[]): boolean =>
  new Set(nodes.map((node) => parentOf(node.key))).size === 1

/** `Attention`, `Stage 3`, or `3 nodes`: how the history and the announcements call them. */
export const namesOf = (nodes: readonly Subject[]): string =>
  nodes.length === 1 && nodes[0] ? titleOf(nodes[0].node) : `${nodes.length} nodes`

/** The title that people see. A group without one is called by its id in words: `blocks.0` is a block. */
export function titleOf(node: DocumentNode): string {
  if (node.type === 'module' || node.title !== undefined) return nodeTitle(node)
  const word = /^([a-z]+?)s?(?=[._]?\d*$)/i.exec(node.id)?.[1] ?? node.id
  return `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`
}
