import { expect, test } from 'vitest'
import { isLetterShortcut, matchesShortcut, shortcutKeys } from './shortcut'

const press = (
  key: string,
  held: Partial<Record<'ctrl' | 'shift' | 'alt' | 'meta', boolean>> = {},
  code = '',
) => ({
  key,
  code,
  ctrlKey: held.ctrl ?? false,
  shiftKey: held.shift ?? false,
  altKey: held.alt ?? false,
  metaKey: held.meta ?? false,
})

test('mod+z is Ctrl and Z, and nothing more', () => {
  expect(matchesShortcut(press('z', { ctrl: true }), 'mod+z')).toBe(true)
  expect(matchesShortcut(press('z'), 'mod+z')).toBe(false)
  expect(matchesShortcut(press('Z', { ctrl: true, shift: true }), 'mod+z')).toBe(false)
  expect(matchesShortcut(press('Z', { ctrl: true, shift: true }), 'mod+shift+z')).toBe(true)
})

test('a letter is not a shortcut while a modifier is held', () =>
  expect(matchesShortcut(press('r', { ctrl: true }), 'r')).toBe(false))

test('signs match what is typed, whatever keys type them', () => {
  expect(matchesShortcut(press('?', { shift: true }), '?')).toBe(true)
  expect(matchesShortcut(press('/'), '/')).toBe(true)
  expect(matchesShortcut(press('+', { shift: true }), '+')).toBe(true)
})

test('shift and a digit is the digit key, whatever sign it types', () =>
  expect(matchesShortcut(press('!', { shift: true }, 'Digit1'), 'shift+1')).toBe(true))

test('single letters and signs can be switched off, chords cannot', () => {
  expect(['r', '?', '/', 'mod+k', 'f6', 'delete', 'shift+1'].filter(isLetterShortcut)).toEqual([
    'r',
    '?',
    '/',
    'shift+1',
  ])
})

test('key caps carry the names on the keys', () =>
  expect(shortcutKeys('mod+shift+z')).toEqual(['Ctrl', 'Shift', 'Z']))
