/** What only the canvas needs to remember while the page is open. */
import { create } from 'zustand'
import type { PathKey } from '../state/paths'

interface CanvasState {
  /** Groups that a person opened or closed where they stand; others decide by themselves. */
  readonly opened: ReadonlyMap<PathKey, boolean>
  /** The node that Tab leads to: the canvas is one tab stop. */
  readonly focused: PathKey | null
  /** Little height: ribs lie closer to the spine. */
  readonly isLow: boolean
  /** Problems whose note was closed, as `path code`. */
  readonly dismissed: ReadonlySet<string>
  /** Edges on screen, as `edgeKey`s. */
  readonly edges: ReadonlySet<string>
  /** Counts up when places of nodes that nobody has chosen are to be found anew. */
  readonly tidied: number
  showEdges(edges: ReadonlySet<string>): void
  openGroup(key: PathKey, isOpen: boolean): void
  setFocused(key: PathKey | null): void
  setLow(isLow: boolean): void
  dismiss(problem: string, isDismissed: boolean): void
  tidyUp(): void
}

export const useCanvasStore = create<CanvasState>()((set, get) => ({
  opened: new Map(),
  focused: null,
  isLow: false,
  dismissed: new Set(),
  edges: new Set(),
  tidied: 0,
  showEdges: (edges) => set({ edges }),
  openGroup: (key, isOpen) => set({ opened: new Map([...get().opened, [key, isOpen]]) }),
  setFocused: (focused) => get().focused !== focused && set({ focused }),
  setLow: (isLow) => get().isLow !== isLow && set({ isLow }),
  dismiss: (problem, isDismissed) => {
    const others = [...get().dismissed].filter((other) => other !== problem)
    set({ dismissed: new Set(isDismissed ? [...others, problem] : others) })
  },
  tidyUp: () => set({ tidied: get().tidied + 1 }),
}))
