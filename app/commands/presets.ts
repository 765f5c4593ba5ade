import type { Preset } from '../../engine/index'
import { useDocumentStore } from '../state/documentStore'
import { useSessionStore } from '../state/sessionStore'

/** Opens a known design; the one before is one undo away. */
export function openPreset(preset: Preset): void {
  useDocumentStore.getState().open(preset.document, `Open ${preset.title}`, 'preset')
  const { select, setRoot, openDialog, wishCamera } = useSessionStore.getState()
  select([])
  setRoot('')
  openDialog(null)
  wishCamera('fit')
}
