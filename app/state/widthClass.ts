import { useSyncExternalStore } from 'react'
import { useSessionStore } from './sessionStore'

/** `wide`: three columns. `medium`: rail and drawer. `narrow`: one column, tap to place. */
export type WidthClass = 'wide' | 'medium' | 'narrow'

const wide = '(min-width: 1280px)'
const narrow = '(max-width: 767.98px)'

const widthClass = (): WidthClass =>
  window.matchMedia(wide).matches ? 'wide' : window.matchMedia(narrow).matches ? 'narrow' : 'medium'

export const useWidthClass = (): WidthClass => useSyncExternalStore(subscribe, widthClass)

/** The inspector is a column where there is room; else a drawer that opens when asked. Returns a function that stops it. */
export function followWidth(): () => void {
  const arrange = () => useSessionStore.getState().setPanels({ right: widthClass() === 'wide' })
  arrange()
  return subscribe(arrange)
}

function subscribe(onChange: () => void): () => void {
  const queries = [window.matchMedia(wide), window.matchMedia(narrow)]
  for (const query of queries) query.addEventListener('change', onChange)
  return () => {
    for (const query of queries) query.removeEventListener('change', onChange)
  }
}
