/** One polite sentence per change, for those who do not see the figures flash. */
import { formatCount, formatDelta } from '../ui/formatNumber'
import { analysisOf, errorsOf } from './derived'
import { type DocumentState, useDocumentStore } from './documentStore'
import { documentBefore, figuresOf } from './figures'
import { useSessionStore } from './sessionStore'

const verbs = { edit: '', open: '', undo: 'Undone: ', redo: 'Done again: ' } as const

/** Returns a function that stops it. */
export function announceChanges(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const unsubscribe = useDocumentStore.subscribe((state, before) => {
    if (state.document === before.document) return
    // The edits of one gesture make one announcement.
    clearTimeout(timer)
    timer = setTimeout(
      () => useSessionStore.getState().announce(announcementOf(useDocumentStore.getState())),
      300,
    )
  })
  return () => {
    clearTimeout(timer)
    unsubscribe()
  }
}

/** `Set Heads to 12: 26.34 M parameters, same; 4.11 G MACs, +0.17 G.` */
export function announcementOf(state: DocumentState): string {
  const { label, kind } = state.lastChange
  const now = figuresOf(state.document)
  const before = documentBefore(state)
  const then = before && figuresOf(before)
  const change = (figure: 'params' | 'macs') =>
    then && kind !== 'open' ? `, ${formatDelta(now[figure] - then[figure], formatCount)}` : ''
  const problems = errorsOf(analysisOf(state.document)).length
  const problemWords = problems === 0 ? '' : ` ${problems} ${problems === 1 ? 'problem' : 'problems'}.`
  return `${verbs[kind]}${label}: ${formatCount(now.params)} parameters${change('params')}; ${formatCount(now.macs)} MACs${change('macs')}.${problemWords}`
}
