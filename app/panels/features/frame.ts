/** How the positions of a map are laid out as cells: on the picture, or by themselves where they have no place on it. */
import type { Area, Cells } from '../../figure/mapFigure'
import { type Place, placeAt } from '../../figure/places'
import type { Sides } from './cellLayout'
import type { FeaturePlace } from './featurePlaces'
import type { QueryPlace } from './featureStore'

export interface Frame {
  readonly height: number
  readonly width: number
  /** Class and register tokens, which come first and have no cell. */
  readonly prefix: number
  readonly positions: number
  /** All cells, in pixels of `size`. */
  readonly area: Area
  readonly size: Sides
  readonly isOnPicture: boolean
}

/** Drawn side of a cell without a place, in pixels of its own. */
const ownCell = 16

/** `positions`: all of them, class tokens included. Tokens without a place are set in lines, in reading order. */
export function frameOf({ grid, layout }: FeaturePlace, positions: number, picture: Sides): Frame {
  if (grid && layout) return { ...grid, positions, area: layout.area, size: picture, isOnPicture: true }
  const width = Math.ceil(Math.sqrt(positions))
  const height = Math.ceil(positions / width)
  const size = { height: height * ownCell, width: width * ownCell }
  const area = { left: 0, top: 0, right: size.width, bottom: size.height }
  return { height, width, prefix: 0, positions, area, size, isOnPicture: false }
}

/** One number per position, as cells. `isUsed`: the others are drawn as absent. */
export function cellsOf(frame: Frame, values: ArrayLike<number>, isUsed: Uint8Array | null = null): Cells {
  const count = frame.height * frame.width
  const absent = Uint8Array.from({ length: count }, (_, cell) =>
    cell + frame.prefix >= frame.positions || isUsed?.[cell + frame.prefix] === 0 ? 1 : 0,
  )
  return {
    height: frame.height,
    width: frame.width,
    values: Float32Array.from({ length: count }, (_, cell) => values[cell + frame.prefix] ?? 0),
    area: frame.area,
    ...(absent.includes(1) ? { absent } : {}),
  }
}

/** Three numbers per position: red, green and blue, 0..1. */
export function colourCellsOf(frame: Frame, colours: Float32Array, isUsed: Uint8Array): Cells {
  const plain = cellsOf(frame, [], isUsed)
  const values = Float32Array.from(
    { length: 3 * frame.height * frame.width },
    (_, at) => colours[at + 3 * frame.prefix] ?? 0,
  )
  return { ...plain, values, isColour: true }
}

/** The cell of a token; null for class and register tokens. */
export const placeOfToken = ({ prefix, width }: Frame, token: number): Place | null =>
  token < prefix ? null : { row: Math.floor((token - prefix) / width), column: (token - prefix) % width }

const tokenOfPlace = ({ prefix, width, positions }: Frame, { row, column }: Place): number =>
  Math.min(positions - 1, prefix + row * width + column)

/** `row 3, column 7`, `class token`, `extra token 2`: as checkpoints order them, the class token first. */
export function tokenWords(frame: Frame, token: number): string {
  const place = placeOfToken(frame, token)
  if (place) return frame.isOnPicture ? `row ${place.row}, column ${place.column}` : `token ${token}`
  return token === 0 ? 'class token' : `extra token ${token}`
}

/** A token of one of the pictures. */
export interface TokenOf {
  readonly picture: number
  readonly token: number
}

/** The token that a query means in this map; where there is no such class token or picture, the middle of the first. */
export function tokenOfQuery(frame: Frame, { picture, at, prefix }: QueryPlace, pictures: number): TokenOf {
  const hasToken = at === null && prefix < frame.prefix
  const { y, x } = at ?? { y: 0.5, x: 0.5 }
  return {
    picture: picture < pictures ? picture : 0,
    token: hasToken ? prefix : tokenOfPlace(frame, placeAt(frame, x, y)),
  }
}

/** The middle of a cell, so that it is found again in other grids. */
export const queryAt = (frame: Frame, picture: number, { row, column }: Place): QueryPlace => ({
  picture,
  at: { y: (row + 0.5) / frame.height, x: (column + 0.5) / frame.width },
  prefix: 0,
})
