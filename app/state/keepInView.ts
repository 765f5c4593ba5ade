/** Looks only at what is there: selection, lens and root follow the design when an edit or undo takes their nodes away. */
import { type Document, findBody, findNode } from '../../engine/index'
import { useDocumentStore } from './documentStore'
import { type PathKey, pathOf } from './paths'
import { useSessionStore } from './sessionStore'

/** Returns a function that stops it. */
export function keepDesignInView(): () => void {
  look(useDocumentStore.getState().document, true)
  return useDocumentStore.subscribe((state, before) => {
    if (state.document !== before.document) look(state.document, state.lastChange.kind === 'open')
  })
}

function look(document: Document, isOther: boolean): void {
  const session = useSessionStore.getState()
  const isThere = (key: PathKey) => findNode(document, pathOf(key)) !== undefined
  const selection = session.selection.filter(isThere)
  if (selection.length !== session.selection.length) session.select(selection)
  if (session.selectedEdge) {
    const { graph, edge } = session.selectedEdge
    const isLeft = findBody(document, pathOf(graph))?.edges.some(
      (other) => other.from === edge.from && other.to === edge.to && (other.port ?? 0) === (edge.port ?? 0),
    )
    if (!isLeft) session.selectEdge(null)
  }
  if (session.root !== '' && !isThere(session.root)) session.setRoot('')
  const isLensGone = session.lens !== null && !isThere(session.lens)
  if (isOther || isLensGone) useSessionStore.getState().openLens(deepestStage(document))
}

/** The lens opens on the stage that holds the most blocks: where the design spends its depth. */
function deepestStage(document: Document): PathKey | null {
  const depth = (nodes: Document['graph']['nodes'], path: PathKey): number =>
    nodes.reduce((sum, node) => {
      if (node.type !== 'group') return sum
      const key = path === '' ? node.id : `${path}/${node.id}`
      const inner = findBody(document, pathOf(key))?.nodes ?? []
      return sum + node.repeat * Math.max(1, depth(inner, key))
    }, 0)
  let best: { readonly key: PathKey; readonly depth: number } | null = null
  for (const node of document.graph.nodes) {
    if (node.type !== 'group') continue
    const found = depth([node], '')
    if (!best || found > best.depth) best = { key: node.id, depth: found }
  }
  return best?.key ?? null
}
