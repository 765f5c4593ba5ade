/** What is selected elsewhere (outline, problems, command palette) opens here: its stage in the lens, the groups around it. */
import { useEffect } from 'react'
import { useDocumentStore } from '../state/documentStore'
import { useSessionStore } from '../state/sessionStore'
import { useCanvasStore } from './canvasStore'
import { nodeAt, type Scene, wayTo } from './scene'

export function useReveal(scene: Scene): void {
  const only = useSessionStore((state) => (state.selection.length === 1 ? state.selection[0] : undefined))
  const root = useSessionStore((state) => state.root)
  useEffect(() => {
    const { document } = useDocumentStore.getState()
    if (only === undefined || !nodeAt(document, only)) return
    const { lens, openLens } = useSessionStore.getState()
    const way = wayTo(document, root, only)
    if (way.lens !== null && way.lens !== lens) openLens(way.lens)
    if (scene.items.some((item) => item.key === only)) {
      useCanvasStore.getState().setFocused(only)
      return
    }
    for (const group of way.groups) {
      if (!scene.items.some((item) => item.key === group && item.kind === 'block')) {
        if (scene.items.some((item) => item.key === group)) useCanvasStore.getState().openGroup(group, true)
      }
    }
  }, [only, root, scene])

  // Tab must lead somewhere: to the selection, to where the focus was, else to the first node.
  useEffect(() => {
    const { focused, setFocused } = useCanvasStore.getState()
    const isThere = (key: string | null) =>
      scene.items.some(
        (item) =>
          item.key === key &&
          item.kind !== 'lens' &&
          item.kind !== 'tie' &&
          item.kind !== 'port' &&
          item.kind !== 'picture',
      )
    if (isThere(focused)) return
    const first = scene.items.find(
      (item) =>
        item.kind === 'stage' || item.kind === 'module' || item.kind === 'folded' || item.kind === 'block',
    )
    setFocused(first?.key ?? null)
  }, [scene])
}
