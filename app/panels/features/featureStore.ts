/** What this person chose in the features panel; kept while the page is open. */
import { create } from 'zustand'
import type { Side } from '../../../engine/index'
import type { PathKey } from '../../state/paths'
import type { ChannelOrder } from './channelOrder'

export type FeatureMode = 'channels' | 'components' | 'norms' | 'similarity'

/** Where a query lies, whatever the grid. */
export interface QueryPlace {
  readonly picture: number
  /** On the picture, 0..1; null for a class or register token. */
  readonly at: { readonly y: number; readonly x: number } | null
  /** Which of the class and register tokens. */
  readonly prefix: number
}

export const middleQuery: QueryPlace = { picture: 0, at: { y: 0.5, x: 0.5 }, prefix: 0 }

export interface FeatureChoice {
  /** Chosen on the slider, until something else is selected on the canvas; null follows the selection. */
  readonly place: { readonly instancePath: string; readonly selection: readonly PathKey[] } | null
  readonly mode: FeatureMode
  /** All pictures side by side; otherwise the current one. */
  readonly isAllPictures: boolean
  /** Null takes the first in the order. */
  readonly channel: number | null
  readonly order: ChannelOrder
  /** One colour bar for all channels; otherwise each has its own. */
  readonly isOneRange: boolean
  /** `colours`: the first three at once; else one by its number. */
  readonly component: 'colours' | '0' | '1' | '2'
  readonly side: Side
  /** Norms: the highest 1 % are drawn as the highest of the others. */
  readonly isClipped: boolean
  /** Whose similarity is shown. */
  readonly query: QueryPlace
  readonly isPinned: boolean
  /** Similarity from −1 to 1; otherwise from the lowest to the highest. */
  readonly isWholeRange: boolean
}

export interface FeatureState extends FeatureChoice {
  choose(part: Partial<FeatureChoice>): void
}

export const useFeatureStore = create<FeatureState>()((set) => ({
  place: null,
  mode: 'channels',
  isAllPictures: false,
  channel: null,
  order: 'deviation',
  isOneRange: false,
  component: 'colours',
  side: 'all',
  isClipped: true,
  query: middleQuery,
  isPinned: false,
  isWholeRange: false,
  choose: (part) => set(part),
}))
