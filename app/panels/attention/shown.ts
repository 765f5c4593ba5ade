/** What a view of mixers has to show, whatever it computed it from. */
import type { Grid } from '../../../engine/index'
import type { Figures } from '../../figure/exports'
import type { CaptionLine, Raster } from '../../figure/mapFigure'

export interface Fact {
  readonly label: string
  readonly value: string
}

export interface Shown {
  /** The first is in view; all go into files. */
  readonly figures: Figures
  /** Every head's map of the same layer, for files. */
  readonly allHeads?: () => Figures
  /** What can be asked about. */
  readonly grid: Grid
  readonly sentence: string
  readonly facts: readonly Fact[]
  /** What is uncertain or left out, in sentences. */
  readonly notes: readonly string[]
}

/** What every figure is made from. */
export interface Scene {
  readonly design: string
  readonly size: { readonly height: number; readonly width: number }
  readonly picture: Raster | null
  /** Model, weights and picture, at the end of a caption. */
  readonly source: readonly CaptionLine[]
}
