/** What this person asks of the mixers of the design: which row of which map, in which direction, and how it is read. */
import { create } from 'zustand'
import type { Document, HeadMerge } from '../../engine/index'

/** A place on the picture, both axes 0..1, so that every layer can answer on its own grid; or a class token or register. */
export type Asked =
  | { readonly kind: 'place'; readonly y: number; readonly x: number }
  | { readonly kind: 'token'; readonly token: number }

export type HeadChoice = number | HeadMerge

/** `rollout`: attention through all layers up to the chosen one. */
export type AttentionMode = 'attention' | 'mixing' | 'rollout'
/** `reads`: one query and its keys. `readBy`: one key and who reads it. */
export type Direction = 'reads' | 'readBy'

export interface Rollout {
  /** The first layer that takes part, counted among the attention layers. */
  readonly start: number
  /** Share of the weakest weights of every layer that is left out, 0..1. */
  readonly discard: number
  readonly merge: HeadMerge
}

export interface Normalisation {
  /** Maps that share one range. */
  readonly over: 'map' | 'layer' | 'all'
  readonly isLog: boolean
  /** The highest hundredth is drawn as the end of the range. */
  readonly isClipped: boolean
  /** Only the strongest weights that together hold this share of the mass; 1 keeps all. */
  readonly kept: number
}

export interface AttentionChoice {
  /** Key of a mixer's row; null takes the last that has attention. */
  readonly row: string | null
  readonly head: HeadChoice
  readonly hovered: Asked | null
  /** Held by a click; hovering changes nothing then. */
  readonly first: Asked | null
  /** Compared with the first. */
  readonly second: Asked | null
  readonly compared: 'first' | 'second' | 'difference'
  readonly mode: AttentionMode
  readonly direction: Direction
  readonly normalisation: Normalisation
  readonly rollout: Rollout
  /** What a mixing map is of: the mixer, or a group around it. Null is the mixer. */
  readonly part: string | null
  readonly isWithoutResidual: boolean
  readonly chart: 'distance' | 'entropy'
  /** The one mixer of a design whose maps a run keeps, where all together are too many; null keeps all that fit. */
  readonly kept: { readonly design: Document; readonly path: string } | null
}

interface AttentionState extends AttentionChoice {
  lookAt(choice: Partial<AttentionChoice>): void
}

export const useAttentionStore = create<AttentionState>()((set) => ({
  row: null,
  head: 'mean',
  hovered: null,
  first: null,
  second: null,
  compared: 'difference',
  mode: 'attention',
  direction: 'reads',
  normalisation: { over: 'map', isLog: false, isClipped: false, kept: 1 },
  rollout: { start: 0, discard: 0, merge: 'mean' },
  part: null,
  isWithoutResidual: false,
  chart: 'distance',
  kept: null,
  lookAt: (choice) => set(choice),
}))
