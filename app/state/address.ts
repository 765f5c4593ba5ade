/**
 * The design in the address: `#v1.…` opens it. A link is a snapshot, so the address keeps it only until the first edit;
 * from then on the design is saved on this device.
 */
import { VertebraError } from '../../engine/index'
import { useDocumentStore } from './documentStore'
import { exchange } from './exchange'
import { useRunStore } from './runStore'

/** The page's address with a design behind the #. */
export function addressWith(hash: string): string {
  const page = new URL(location.href)
  page.hash = ''
  page.search = ''
  return `${page.href.replace(/#$/, '')}${hash}`
}

export type Opened =
  | { readonly kind: 'none' }
  | { readonly kind: 'opened' }
  | { readonly kind: 'refused'; readonly reason: string }

/** Opens the design that a hash holds. A bad one changes nothing and says why. */
export async function openLink(hash: string): Promise<Opened> {
  if (hash.length < 2) return { kind: 'none' }
  const { decodeLink, isLink } = await exchange()
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
  const openNew = async () => {
    const opened = await openLink(location.hash)
    if (opened.kind === 'refused') onRefused(opened.reason)
  }
  const onHashChange = () => void openNew()
  window.addEventListener('hashchange', onHashChange)
  const unsubscribe = useDocumentStore.subscribe((state, before) => {
    const isLinksOwnOpening = state.lastChange.kind === 'open' && state.origin === 'shared'
    if (state.document !== before.document && !isLinksOwnOpening && location.hash !== '') {
      history.replaceState(null, '', location.pathname + location.search)
    }
  })
  return () => {
    window.removeEventListener('hashchange', onHashChange)
    unsubscribe()
  }
}
