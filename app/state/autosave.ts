/** Saves the design half a second after the last edit, and at once when the page is hidden. */
import { type Document, VertebraError } from '../../engine/index'
import { type Origin, useDocumentStore } from './documentStore'
import { useRunStore } from './runStore'
import { findDesign, latestDesign, type Slot, saveDesign } from './savedDesigns'

const delayMs = 500

const slotOf = (origin: Origin): Slot => (origin === 'shared' ? 'shared' : 'own')

/** Brings back what was worked on last. Returns a sentence when it is there but cannot be read. */
export async function restoreLatest(): Promise<string | null> {
  try {
    const found = await latestDesign()
    if (found) {
      restore(found.document, found.slot === 'shared' ? 'shared' : 'own')
      useRunStore.getState().set({ savedAt: found.savedAt })
    }
    return null
  } catch (error) {
    return error instanceof VertebraError
      ? `The design saved on this device cannot be opened: ${error.message}`
      : null
  }
}

/** Puts a saved design on the page as if it had never left: no history entry, nothing to undo. */
function restore(document: Document, origin: Origin): void {
  useDocumentStore.setState({
    document,
    opened: document,
    past: [],
    future: [],
    preview: null,
    origin,
    lastChange: { label: 'Restore the saved design', kind: 'open' },
  })
}

/** The own design as it was before a shared one was opened. */
export const ownDesign = async (): Promise<Document | null> =>
  (await findDesign('own').catch(() => null))?.document ?? null

/** Returns a function that stops it. */
export function startAutosave(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let saved = useDocumentStore.getState().document
  let savedAt = useRunStore.getState().savedAt

  const save = async () => {
    clearTimeout(timer)
    timer = undefined
    const { document, origin } = useDocumentStore.getState()
    const { set } = useRunStore.getState()
    // Undo and redo come back to what is saved already.
    if (document === saved) return set({ savedAt })
    try {
      savedAt = await saveDesign(slotOf(origin), document)
      saved = document
      // An edit made meanwhile is not saved yet.
      const isCurrent = useDocumentStore.getState().document === document
      set({ savedAt: isCurrent ? savedAt : null, saveProblem: null })
    } catch (error) {
      set({ saveProblem: `Not saved: ${error instanceof Error ? error.message : String(error)}` })
    }
  }
  const saveWhenHidden = () => {
    if (document.visibilityState === 'hidden') void save()
  }
  const unsubscribe = useDocumentStore.subscribe((state, before) => {
    if (state.document === before.document) return
    useRunStore.getState().set({ savedAt: null })
    clearTimeout(timer)
    timer = setTimeout(() => void save(), delayMs)
  })
  document.addEventListener('visibilitychange', saveWhenHidden)
  return () => {
    clearTimeout(timer)
    unsubscribe()
    document.removeEventListener('visibilitychange', saveWhenHidden)
  }
}
