/**
 * One map over a picture, described in plain data: everything that draws it, exports it or reads it aloud starts from here.
 * Places are pixels of the picture unless they are called cells.
 */
import type { SequentialMap } from './colourMaps'
import type { ValueRange } from './ranges'

/** A rectangle on the picture, in its pixels; right and bottom are not included. */
export interface Area {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Pixels as they are drawn: [height, width, 4], 8 bit. */
export interface Raster {
  readonly height: number
  readonly width: number
  readonly data: Uint8ClampedArray
}

/** Values on a grid. */
export interface Cells {
  readonly height: number
  readonly width: number
  /** [height, width], or [height, width, 3] when `isColour`. */
  readonly values: Float32Array
  /** 1 where nothing can be: keys that this query cannot read. Drawn hatched. */
  readonly absent?: Uint8Array | undefined
  /** The values are red, green and blue, 0..1, and need no colour map. */
  readonly isColour?: boolean
  /** Where the grid lies on the picture; all of it when left out. */
  readonly area?: Area
}

/** What lies over the map. */
export type Mark =
  /** The place asked about: white with a dark halo; the second one dashed. */
  | { readonly kind: 'query'; readonly area: Area; readonly isSecond?: boolean }
  /** A region by its edges, several rectangles where a seam divides it. `bounds`: dashed white, for exact limits. */
  | {
      readonly kind: 'outline'
      readonly areas: readonly Area[]
      readonly look: 'window' | 'bounds' | 'solid'
      readonly label?: string
    }
  /** Darkens what lies outside. */
  | { readonly kind: 'shade'; readonly outside: Area }
  /** Closed or open lines through points [x, y]. */
  | {
      readonly kind: 'contour'
      readonly lines: readonly (readonly (readonly [number, number])[])[]
      readonly label?: string
    }
  | { readonly kind: 'cross'; readonly x: number; readonly y: number }
  /** Sampled points; `weight` 0..1 is their size. */
  | {
      readonly kind: 'points'
      readonly points: readonly { readonly x: number; readonly y: number; readonly weight: number }[]
    }

/** A name and what it says: `['Head', '3']`. */
export type CaptionLine = readonly [name: string, value: string]

export interface MapFigure {
  readonly title: string
  /** Model, node, head, query, normalisation, weights ...: enough to make the figure again. */
  readonly caption: readonly CaptionLine[]
  /** Under the map; null draws the map alone. */
  readonly picture: Raster | null
  /** Pixels of the picture, also where there is none to draw. */
  readonly size: { readonly height: number; readonly width: number }
  readonly cells: Cells | null
  readonly range: ValueRange
  /** The view's own colour map, where the person has not chosen one; viridis when left out. */
  readonly colours?: SequentialMap
  /** What a value is, for the colour bar and the tables: `weight`. */
  readonly quantity: string
  readonly marks: readonly Mark[]
  /** Name of exported files without the ending; see fileStem. */
  readonly fileName: string
}

/** Where a cell of a grid lies on a picture. */
export function cellArea(
  grid: { readonly height: number; readonly width: number; readonly area?: Area },
  row: number,
  column: number,
  size: { readonly height: number; readonly width: number },
): Area {
  const { left, top, right, bottom } = grid.area ?? wholeOf(size)
  const width = (right - left) / grid.width
  const height = (bottom - top) / grid.height
  return {
    left: left + column * width,
    top: top + row * height,
    right: left + (column + 1) * width,
    bottom: top + (row + 1) * height,
  }
}

export const wholeOf = ({ height, width }: { readonly height: number; readonly width: number }): Area => ({
  left: 0,
  top: 0,
  right: width,
  bottom: height,
})

/** What of an area lies on the picture: the padding of a layer puts cells partly beside it. */
export const insideOf = (
  { left, top, right, bottom }: Area,
  { height, width }: { readonly height: number; readonly width: number },
): Area => ({
  left: Math.max(0, left),
  top: Math.max(0, top),
  right: Math.min(width, right),
  bottom: Math.min(height, bottom),
})

/** `swin_tiny-layers.1.blocks.1-head3-row5col4`: parts that are empty are left out. */
export const fileStem = (...parts: readonly string[]): string =>
  parts
    .map((part) => part.trim().replace(/[^\w.+-]+/g, '_'))
    .filter((part) => part !== '')
    .join('-') || 'figure'
