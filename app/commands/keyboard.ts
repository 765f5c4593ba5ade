/** Keys to commands, for the whole page. */
import { useSessionStore } from '../state/sessionStore'
import { isLetterShortcut, matchesShortcut } from '../ui/shortcut'
import { takePasted } from './clipboard'
import { type Command, isEnabled } from './command'
import { commands } from './index'

/** Returns a function that stops listening. */
export function listenToKeys(): () => void {
  window.addEventListener('keydown', onKeyDown)
  document.addEventListener('paste', onPaste)
  return () => {
    window.removeEventListener('keydown', onKeyDown)
    document.removeEventListener('paste', onPaste)
  }
}

/** The command that a key press means where the focus is now; undefined when it means something else there. */
function commandFor(event: KeyboardEvent): Command | undefined {
  const place = placeOf(event.target)
  return commands.find((command) =>
    command.shortcuts?.some(
      (shortcut) => matchesShortcut(event, shortcut) && isAllowed(shortcut, command, place),
    ),
  )
}

type Place = 'page' | 'text' | 'layer'

/** `text`: typing. `layer`: a dialog, menu or list that has its own keys. */
function placeOf(target: EventTarget | null): Place {
  if (!(target instanceof Element)) return 'page'
  if (target.closest('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]')) return 'layer'
  return target.closest('input, textarea, select, [contenteditable="true"]') ? 'text' : 'page'
}

/** Keys that work everywhere, also while typing. */
const everywhere = new Set(['commands', 'run', 'nextRegion', 'previousRegion', 'saveFile', 'openFile'])

function isAllowed(shortcut: string, command: Command, place: Place): boolean {
  // The browser's own paste event follows; see onPaste.
  if (command.id === 'paste') return false
  if (everywhere.has(command.id)) return place !== 'layer' || command.id === 'commands'
  if (place !== 'page') return false
  return !isLetterShortcut(shortcut) || useSessionStore.getState().hasLetterKeys
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const command = commandFor(event)
  if (!command) return
  // Text that is marked on the page is what a person means to copy.
  if (command.id === 'copy' && window.getSelection()?.isCollapsed === false) return
  if (!isEnabled(command)) {
    // Keys that would do something else in the browser (save page, bookmark) stay ours even when there is nothing to do.
    if (event.ctrlKey || event.metaKey) event.preventDefault()
    return
  }
  event.preventDefault()
  void command.run()
}

function onPaste(event: ClipboardEvent): void {
  if (placeOf(event.target) !== 'page' || !event.clipboardData) return
  if (takePasted(event.clipboardData)) event.preventDefault()
}
