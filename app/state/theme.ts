/** The theme follows the system until the person chooses; the choice stays on this device. */
import { type Theme, useSessionStore } from './sessionStore'

const storageKey = 'vertebra.theme'

/** Puts the theme on the page, now and whenever it changes. */
export function followTheme(): void {
  const systemIsLight = window.matchMedia('(prefers-color-scheme: light)')
  const show = (theme: Theme) => {
    document.documentElement.dataset.theme = theme
  }
  useSessionStore.subscribe(({ theme }, before) => {
    if (theme !== before.theme) show(theme)
  })
  useSessionStore.getState().setTheme(chosenTheme() ?? (systemIsLight.matches ? 'light' : 'dark'))
  show(useSessionStore.getState().theme)
  systemIsLight.addEventListener('change', () => {
    if (chosenTheme() === null) useSessionStore.getState().setTheme(systemIsLight.matches ? 'light' : 'dark')
  })
}

export function chooseTheme(theme: Theme): void {
  useSessionStore.getState().setTheme(theme)
  remember(storageKey, theme)
}

function chosenTheme(): Theme | null {
  const kept = recall(storageKey)
  return kept === 'dark' || kept === 'light' ? kept : null
}

/** A small fact kept on this device; storage may be full or forbidden, which is no reason to stop. */
export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // Private windows and full disks: the fact lasts until the page closes.
  }
}

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
