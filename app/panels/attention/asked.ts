/** From what a person points at to tokens of one layer's map, and back. */
import type { Grid } from '../../../engine/index'
import { type Place, type PlaceGrid, placeAt } from '../../figure/places'
import type { Asked } from '../../state/attentionStore'

/** What people see first: the class token where there is one, else the middle patch. */
export const usualAsked = ({ prefix }: Pick<Grid, 'prefix'>): Asked =>
  prefix > 0 ? { kind: 'token', token: 0 } : middle

const middle: Asked = { kind: 'place', y: 0.5, x: 0.5 }

export const askedAt = ({ height, width }: PlaceGrid, { row, column }: Place): Asked => ({
  kind: 'place',
  y: (row + 0.5) / height,
  x: (column + 0.5) / width,
})

/** The cell on a grid; null for a class token or register that the grid has. One that it lacks becomes the middle. */
export function placeOf(asked: Asked, grid: Grid): Place | null {
  if (asked.kind === 'token') return asked.token < grid.prefix ? null : placeAt(grid, 0.5, 0.5)
  return placeAt(grid, asked.x, asked.y)
}

/** The token on a map: those before its cells first, then row by row. */
export function tokenOf(asked: Asked, grid: Grid): number {
  const place = placeOf(asked, grid)
  if (!place) return asked.kind === 'token' ? asked.token : 0
  return grid.prefix + place.row * grid.width + place.column
}

/** `row 5, column 4`, `the class token`. */
export function describeAsked(asked: Asked, grid: Grid): string {
  const place = placeOf(asked, grid)
  if (place) return `row ${place.row}, column ${place.column}`
  return tokenName(asked.kind === 'token' ? asked.token : 0).words
}

/** Tokens before the cells of a map: the class token, then registers or what else a model adds. */
export const tokenName = (token: number): { readonly short: string; readonly words: string } =>
  token === 0
    ? { short: 'CLS', words: 'the class token' }
    : { short: `+${token}`, words: `extra token ${token}` }

/** `row5col4`, `cls`, for file names. */
export function fileWords(asked: Asked, grid: Grid): string {
  const place = placeOf(asked, grid)
  if (place) return `row${place.row}col${place.column}`
  return asked.kind === 'token' && asked.token > 0 ? `token${asked.token}` : 'cls'
}
