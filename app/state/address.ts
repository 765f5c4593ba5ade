/**
 * The design in the address: `#v1.…` opens it. A link is a snapshot, so the address keeps it only until the first edit;
 * from then on the design is saved on this device.
 */
import { decodeLink, encodeLink, isLink, VertebraError } from '../../engine/index'
import { useDocumentStore } from './documentStore'
import { useRunStore } from './runStore'

export function linkTo(options: { readonly positions: boolean }): string {
  const { document: design } = useDocumentStore.getState()
  const page = new URL(location.href)
  page.hash = ''
  page.search = ''
  return `${page.href.replace(/#$/, '')}${encodeLink(design, options)}`
}

export type Opened =
  | { readonly kind: 'none' }
  | { readonly kind: 'opened' }
  | { readonly kind: 'refused'; readonly reason: string }

/** Opens the design that a hash holds. A bad one changes nothing and says why. */
export function openLink(hash: string): Opened {
  if (hash.length < 2) return { kind: 'none' }
  if (!isLink(hash)) return { kind: 'refused', reason: 'This link does not hold a design of Vertebra.' }
  try {
    const design = decodeLink(hash)
    useDocumentStore.getState().open(design, `Open shared design ${design.name}`, 'shared')
    useRunStore.getState().set({ sharedBanner: design.name })
    return { kind: 'opened' }
  } catch (error) {
    return {
      kind: 'refused',
      reason: error instanceof VertebraError ? error.message : 'This link cannot be read.',
    }
  }
}

/** Opens links that arrive while the page is open, and drops the hash once the design is no longer what it says. */
export function followAddress(onRefused: (reason: string) => void): () => void {
  const openNew = () => {
    const opened = openLink(location.hash)
    if (opened.kind === 'refused') onRefused(opened.reason)
  }
  window.addEventListener('hashchange', openNew)
  const unsubscribe = useDocumentStore.subscribe((state, before) => {
    const isLinksOwnOpening = state.lastChange.kind === 'open' && state.origin === 'shared'
    if (state.document !== before.document && !isLinksOwnOpening && location.hash !== '') {
      history.replaceState(null, '', location.pathname + location.search)
    }
  })
  return () => {
    window.removeEventListener('hashchange', openNew)
    unsubscribe()
  }
}
