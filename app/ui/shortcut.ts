/**
 * Shortcuts as one string: `mod+shift+z`, `r`, `?`, `f6`. `mod` is Ctrl, or Command on a Mac.
 * A single printable sign matches what the key types, so `?` and `/` work on every keyboard layout.
 */
const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)

interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
  readonly altKey: boolean
}

export function matchesShortcut(press: KeyPress, shortcut: string): boolean {
  const { key, modifiers } = parse(shortcut)
  const hasMod = isMac ? press.metaKey : press.ctrlKey
  const hasOtherMod = isMac ? press.ctrlKey : press.metaKey
  if (hasMod !== modifiers.has('mod') || hasOtherMod || press.altKey !== modifiers.has('alt')) return false
  const pressed = press.key.toLowerCase()
  const isSign = key.length === 1 && !/[a-z0-9]/.test(key)
  // Shift is part of typing `?` or `+`, so it only counts for letters, digits and named keys.
  if (isSign) return pressed === key
  if (press.shiftKey !== modifiers.has('shift')) return false
  return pressed === key || (modifiers.has('shift') && shiftedDigit(press) === key)
}

/** Shift and a digit type a sign that depends on the layout; the physical key is the same everywhere. */
function shiftedDigit(press: KeyPress): string | null {
  const code = (press as Partial<KeyboardEvent>).code ?? ''
  return code.startsWith('Digit') ? code.slice('Digit'.length) : null
}

/** True for `r` or `?`: keys that a person also types, off in text fields and when switched off (WCAG 2.1.4). */
export const isLetterShortcut = (shortcut: string): boolean => {
  const { key, modifiers } = parse(shortcut)
  return key.length === 1 && !modifiers.has('mod') && !modifiers.has('alt')
}

const macSigns: { readonly [name: string]: string } = {
  mod: '⌘',
  shift: '⇧',
  alt: '⌥',
  enter: '↩',
  delete: '⌫',
}
const names: { readonly [name: string]: string } = {
  mod: isMac ? 'Command' : 'Ctrl',
  shift: 'Shift',
  alt: isMac ? 'Option' : 'Alt',
  enter: 'Enter',
  escape: 'Esc',
  delete: 'Delete',
  backspace: 'Backspace',
  arrowup: 'Up',
  arrowdown: 'Down',
  arrowleft: 'Left',
  arrowright: 'Right',
}

export const shortcutKeys = (shortcut: string): readonly string[] =>
  parts(shortcut).map((part) => (isMac && macSigns[part]) || nameOf(part))

export const spokenShortcut = (shortcut: string): string => parts(shortcut).map(nameOf).join(' ')

const nameOf = (part: string): string =>
  names[part] ?? (part.length === 1 || /^f\d/.test(part) ? part.toUpperCase() : part)

function parse(shortcut: string): { readonly key: string; readonly modifiers: ReadonlySet<string> } {
  const all = parts(shortcut)
  return { key: all.at(-1) ?? '', modifiers: new Set(all.slice(0, -1)) }
}

/** `mod++` is mod and +. */
const parts = (shortcut: string): readonly string[] =>
  shortcut === '+'
    ? ['+']
    : shortcut.endsWith('++')
      ? [...shortcut.slice(0, -2).split('+'), '+']
      : shortcut.split('+')
