import type { Preset } from '../../engine/index'
import { useDocumentStore } from '../state/documentStore'
import { useSessionStore } from '../state/sessionStore'

/** Opens a known design; the one before is one undo away. */
export function openPreset(preset: Preset): void {
  const { select, setRoot, openDialog, wishCamera } = useSessionStore.getState()
  // First the old place is left: opening unfolds the deepest stage of the new design, and setRoot folds what is open.
  select([])
  setRoot('')
  useDocumentStore.getState().open(preset.document, `Open ${preset.title}`, 'preset')
  openDialog(null)
  wishCamera('fit')
}
