/** Cells that a person points at: the one under the pointer, and two that clicks hold. */
import { type Area, wholeOf } from './mapFigure'

export interface Place {
  readonly row: number
  readonly column: number
}

export interface PlaceGrid {
  readonly height: number
  readonly width: number
  /** Where the cells lie, in pixels of the picture; all of it when left out. */
  readonly area?: Area
}

export interface Pins {
  readonly first: Place | null
  readonly second: Place | null
}

export const noPins: Pins = { first: null, second: null }

/** After a click: it holds the place, and lets go where it holds already. A second place needs a first one to compare with. */
export function afterPin(pins: Pins, place: Place, isSecond: boolean): Pins {
  if (!isSecond || pins.first === null)
    return isSamePlace(pins.first, place) ? noPins : { ...pins, first: place }
  return { ...pins, second: isSamePlace(pins.second, place) ? null : place }
}

/** After Escape: the second lets go before the first. */
export const afterRelease = ({ first, second }: Pins): Pins => (second ? { first, second: null } : noPins)

export const isSamePlace = (a: Place | null, b: Place | null): boolean =>
  a === b || (a !== null && b !== null && a.row === b.row && a.column === b.column)

export const middleOf = ({ height, width }: PlaceGrid): Place => ({
  row: Math.floor(height / 2),
  column: Math.floor(width / 2),
})

/** The cell under a place on the picture, both axes 0..1. */
export const placeAt = ({ height, width }: PlaceGrid, x: number, y: number): Place => ({
  row: within(height, Math.floor(y * height)),
  column: within(width, Math.floor(x * width)),
})

/** The cell under a pixel of a picture, which is the nearest one beside a grid that does not cover it all. */
export function placeUnder(
  grid: PlaceGrid,
  x: number,
  y: number,
  size: { readonly height: number; readonly width: number },
): Place {
  const { left, top, right, bottom } = grid.area ?? wholeOf(size)
  return placeAt(grid, (x - left) / (right - left), (y - top) / (bottom - top))
}

/** The cell at the same place of another grid. */
export const placeOn = (from: PlaceGrid, { row, column }: Place, to: PlaceGrid): Place =>
  placeAt(to, (column + 0.5) / from.width, (row + 0.5) / from.height)

/** One step with an arrow key; the edge holds. */
export const stepFrom = (grid: PlaceGrid, { row, column }: Place, rows: number, columns: number): Place => ({
  row: within(grid.height, row + rows),
  column: within(grid.width, column + columns),
})

const within = (count: number, at: number): number => Math.min(count - 1, Math.max(0, at))
