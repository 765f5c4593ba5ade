/** The last mixing map of every mixer that somebody looked at, for its row of thumbnails. */
import { create } from 'zustand'
import type { Document } from '../../../engine/index'
import type { Cells } from '../../figure/mapFigure'
import type { ValueRange } from '../../figure/ranges'

export interface MixingThumbnail {
  readonly cells: Cells
  readonly range: ValueRange
}

interface MixingThumbnails {
  readonly design: Document | null
  readonly byPath: ReadonlyMap<string, MixingThumbnail>
  keep(design: Document, path: string, thumbnail: MixingThumbnail): void
}

/** Another design begins anew. */
export const useMixingThumbnails = create<MixingThumbnails>()((set) => ({
  design: null,
  byPath: new Map(),
  keep: (design, path, thumbnail) =>
    set((state) => ({
      design,
      byPath: new Map([...(state.design === design ? state.byPath : []), [path, thumbnail]]),
    })),
}))
