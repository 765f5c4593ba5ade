/** How maps are drawn, in every view alike; kept while the page is open. */
import { create } from 'zustand'
import type { ColourMapName, SequentialMap } from './colourMaps'
import type { ValueRange } from './ranges'

export interface ViewSettings {
  /** Null: each view's own, viridis for weights and inferno for gradients. */
  readonly colours: SequentialMap | null
  /** How much the map covers the picture, 0..1. */
  readonly alpha: number
  /** Bilinear between the cells' middles; cells with hard edges are the honest picture. */
  readonly isSmooth: boolean
  /** The picture under the map keeps a quarter of its colour, so that the map's colours can be read. */
  readonly isPictureGrey: boolean
}

interface ViewState extends ViewSettings {
  set(part: Partial<ViewSettings>): void
}

export const usualView: ViewSettings = { colours: null, alpha: 0.6, isSmooth: false, isPictureGrey: true }

export const useViewStore = create<ViewState>()((set) => ({ ...usualView, set: (part) => set(part) }))

/** The colour map that a range is drawn in. */
export const coloursFor = (
  { colours }: ViewSettings,
  { isSigned }: Pick<ValueRange, 'isSigned'>,
  usual: SequentialMap = 'viridis',
): ColourMapName => (isSigned ? 'redBlue' : (colours ?? usual))
