import type { NodePath } from '../../engine/index'
import { type Document, EditError } from '../../engine/index'
import { useDocumentStore } from '../state/documentStore'
import { keyOf } from '../state/paths'
import { useSessionStore } from '../state/sessionStore'
import { notify } from '../ui/notify'

/**
 * Makes an edit with a name for the history. One that cannot be made changes nothing and says why in a toast.
 * Returns whether it was made.
 */
export function edit(label: string, change: (document: Document) => Document, gesture?: string): boolean {
  try {
    useDocumentStore.getState().apply(label, change, gesture)
    return true
  } catch (error) {
    if (!(error instanceof EditError)) throw error
    notify.problem(error.message)
    return false
  }
}

/** An edit that makes nodes; they are selected afterwards. */
export function editAndSelect(
  label: string,
  change: (document: Document) => { readonly document: Document; readonly paths: readonly NodePath[] },
): boolean {
  let made: readonly NodePath[] = []
  const isMade = edit(label, (document) => {
    const edited = change(document)
    made = edited.paths
    return edited.document
  })
  if (isMade) useSessionStore.getState().select(made.map(keyOf))
  return isMade
}
