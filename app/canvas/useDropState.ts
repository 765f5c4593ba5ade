/** How something looks while a module is in the hand: lit, aimed at, holding a lit slot, or dimmed. */

import { legalTargets } from '../commands/place'
import { useDocumentStore } from '../state/documentStore'
import { isInside, type PathKey } from '../state/paths'
import { useSessionStore } from '../state/sessionStore'
import type { Item } from './scene'

export type DropLook = 'over' | 'target' | 'holds' | 'dimmed' | undefined

export function useDropLook(item: Item): DropLook {
  const dragged = useSessionStore((state) => state.drag?.dragged)
  const document = useDocumentStore((state) => state.document)
  const isOver = useSessionStore(({ drag }) => {
    const over = drag?.over
    if (over?.kind !== 'replace') return false
    return item.kind === 'stage' || item.kind === 'folded'
      ? isInside(over.path, item.key)
      : over.path === item.key
  })
  const isOpen = useSessionStore((state) => state.lens === item.key)
  if (!dragged) return undefined
  const { replace } = legalTargets(document, dragged)
  if (item.kind === 'stage' || item.kind === 'folded') {
    // Its slots are in sight below.
    if (isOpen && holdsAny(replace, item.key)) return undefined
    if (!holdsAny(replace, item.key)) return 'dimmed'
    return isOver ? 'over' : 'holds'
  }
  if (!replace.has(item.key)) return 'dimmed'
  return isOver ? 'over' : 'target'
}

export function useIsInsertTarget(edge: string): boolean {
  const dragged = useSessionStore((state) => state.drag?.dragged)
  const document = useDocumentStore((state) => state.document)
  return dragged !== undefined && legalTargets(document, dragged).insert.has(edge)
}

const holdsAny = (keys: ReadonlySet<PathKey>, group: PathKey): boolean => {
  for (const key of keys) if (key !== group && isInside(key, group)) return true
  return false
}
