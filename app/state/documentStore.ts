/**
 * The design that is being edited, with its history. Every edit is a new document; undo keeps the old ones, which share
 * all that did not change.
 */
import { create } from 'zustand'
import { type Document, firstPreset } from '../../engine/index'

export type Origin = 'preset' | 'own' | 'shared' | 'file'

/** A design at one moment, and where it came from. */
interface Moment {
  readonly document: Document
  readonly origin: Origin
  /** The design as it was opened; another document means that it was edited since. */
  readonly opened: Document
}

/** An edit that can be taken back: what it was called, and the design before (in `past`) or after it (in `future`). */
export interface HistoryEntry extends Moment {
  readonly label: string
}

export interface DocumentState extends Moment {
  /** Oldest first. */
  readonly past: readonly HistoryEntry[]
  /** Next redo last. */
  readonly future: readonly HistoryEntry[]
  /** A design that is only shown: figures and canvas follow it, history and autosave do not. */
  readonly preview: Document | null
  /** The name of the last change, and how it came about; what the figures' flash and the announcement tell. */
  readonly lastChange: { readonly label: string; readonly kind: 'edit' | 'undo' | 'redo' | 'open' }

  /**
   * Edits that carry the same `gesture` (a drag of a slider, a held stepper) make one entry until `endGesture`.
   * An edit that returns the same document is no edit. Errors thrown by `edit` reach the caller; nothing has changed then.
   */
  apply(label: string, edit: (document: Document) => Document, gesture?: string): void
  endGesture(): void
  undo(): void
  redo(): void
  /** Replaces the design; the one before stays in the history. */
  open(document: Document, label: string, origin: Origin): void
  /** Shows a design without committing it; null shows the real one again. */
  showPreview(document: Document | null): void
}

export const historyLength = 200
/** Two edits of one gesture further apart than this are two entries, even if nobody said that the gesture ended. */
const gesturePauseMs = 1500

export const useDocumentStore = create<DocumentState>()((set, get) => {
  let gestureInProgress: { readonly name: string; readonly lastMs: number } | null = null

  const moment = (): Moment => {
    const { document, origin, opened } = get()
    return { document, origin, opened }
  }
  const goTo = ({ document, origin, opened }: Moment) => ({ document, origin, opened, preview: null })
  const first = firstPreset.document

  return {
    document: first,
    opened: first,
    past: [],
    future: [],
    preview: null,
    origin: 'preset',
    lastChange: { label: '', kind: 'open' },

    apply(label, edit, gesture) {
      const { document, past } = get()
      const edited = edit(document)
      if (edited === document) return
      const now = performance.now()
      const continues =
        gesture !== undefined &&
        gestureInProgress?.name === gesture &&
        now - gestureInProgress.lastMs < gesturePauseMs
      gestureInProgress = gesture === undefined ? null : { name: gesture, lastMs: now }
      set({
        document: edited,
        past: continues ? renamed(past, label) : [...past, { label, ...moment() }].slice(-historyLength),
        future: [],
        preview: null,
        lastChange: { label, kind: 'edit' },
      })
    },

    endGesture() {
      gestureInProgress = null
    },

    undo() {
      const { past, future } = get()
      const entry = past.at(-1)
      if (!entry) return
      gestureInProgress = null
      set({
        ...goTo(entry),
        past: past.slice(0, -1),
        future: [...future, { label: entry.label, ...moment() }],
        lastChange: { label: entry.label, kind: 'undo' },
      })
    },

    redo() {
      const { past, future } = get()
      const entry = future.at(-1)
      if (!entry) return
      gestureInProgress = null
      set({
        ...goTo(entry),
        past: [...past, { label: entry.label, ...moment() }],
        future: future.slice(0, -1),
        lastChange: { label: entry.label, kind: 'redo' },
      })
    },

    open(document, label, origin) {
      gestureInProgress = null
      set({
        ...goTo({ document, origin, opened: document }),
        past: [...get().past, { label, ...moment() }].slice(-historyLength),
        future: [],
        lastChange: { label, kind: 'open' },
      })
    },

    showPreview(document) {
      if (get().preview !== document) set({ preview: document })
    },
  }
})

/** Whether the design was changed since it was opened. */
export const isEdited = ({ document, opened }: DocumentState): boolean => document !== opened

/** A gesture is named after what it did last: `Set heads to 12`, not `Set heads to 11`. */
function renamed(past: readonly HistoryEntry[], label: string): readonly HistoryEntry[] {
  const last = past.at(-1)
  return last ? [...past.slice(0, -1), { ...last, label }] : past
}
