/** Swapping a mixer from a strip of patterns: hovering shows the design with it, a click keeps it. */
import { findModule, type ModuleDefinition } from '../../engine/index'
import { place, previewTarget } from '../commands/place'
import { useDocumentStore } from '../state/documentStore'
import { knownModules } from '../state/modules'
import type { PathKey } from '../state/paths'
import { useSessionStore } from '../state/sessionStore'
import { nodeAt } from './scene'

export interface Swap {
  readonly key: PathKey
  readonly current: string
  /** Seven mixers to choose from, the present one among them. */
  readonly choices: readonly { readonly id: string; readonly title: string }[]
  readonly preview: (module: string | null) => void
  readonly choose: (module: string) => void
}

const shownChoices = 7

/** For the selected mixer; null when something else is selected. */
export function useSwap(): Swap | null {
  const key = useSessionStore((state) => (state.selection.length === 1 ? state.selection[0] : undefined))
  const module = useDocumentStore(({ document }) => {
    const node = key === undefined ? undefined : nodeAt(document, key)
    return node?.type === 'module' && findModule(node.module)?.kind === 'mixer' ? node.module : null
  })
  const instance = useSessionStore((state) => state.instance)
  if (key === undefined || module === null) return null
  const mixers = knownModules().filter((candidate) => candidate.kind === 'mixer')
  const first = unlike(mixers)
  const own = mixers.find((candidate) => candidate.id === module)
  const choices = !own || first.includes(own) ? first : [...first.slice(0, shownChoices - 1), own]
  const isInside = instance !== null && key.startsWith(`${instance.group}/`)
  return {
    key,
    current: module,
    choices,
    preview: (choice) =>
      choice === null || choice === module
        ? previewTarget(null, null)
        : previewTarget({ kind: 'module', module: choice }, { kind: 'replace', path: key }),
    choose: (choice) => {
      previewTarget(null, null)
      if (choice !== module)
        place({ kind: 'module', module: choice }, { kind: 'replace', path: key }, isInside ? instance : null)
    },
  }
}

/** Seven that differ: the first of each family, then more, in the order of the palette. */
function unlike(mixers: readonly ModuleDefinition[]): readonly ModuleDefinition[] {
  const leads = mixers.filter(
    (mixer, index) => mixers.findIndex((other) => other.family === mixer.family) === index,
  )
  const others = mixers.filter((mixer) => !leads.includes(mixer))
  const chosen = [...leads, ...others].slice(0, shownChoices)
  return mixers.filter((mixer) => chosen.includes(mixer))
}
