/** The figures of the status bar, and what an edit did to them. */
import type { Analysis, Document } from '../../engine/index'
import { analysisOf } from './derived'
import { type DocumentState, useDocumentStore } from './documentStore'

export interface Figures {
  readonly params: number
  readonly macs: number
  readonly activationBytes: number
  /** False when an error stops the design half-way; the figures then cover what comes before `upTo`. */
  readonly isComplete: boolean
  readonly upTo: string | null
}

export const figuresOf = (document: Document): Figures => figuresFrom(analysisOf(document))

export function figuresFrom({ totals }: Analysis): Figures {
  return {
    params: totals.params.trainable + totals.params.frozen,
    macs: totals.macs.total,
    activationBytes: totals.memory.activationBytes,
    isComplete: totals.complete,
    upTo: totals.upTo ?? null,
  }
}

/** The design before the last change, whichever way it changed; null at the beginning. */
export function documentBefore({ past, future, lastChange }: DocumentState): Document | null {
  const entry = lastChange.kind === 'undo' ? future.at(-1) : past.at(-1)
  return entry?.document ?? null
}

export const useDocumentBefore = (): Document | null => useDocumentStore(documentBefore)
