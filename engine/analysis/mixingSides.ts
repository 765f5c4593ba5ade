/** Where the positions of a value lie, and how many of them make up one cell that is drawn. */
import type { Grid, Shape } from '../graph/graph'

/**
 * One side of a mixing map. Its places count the tokens before the map, then the cells of the map row by row, then the tokens after
 * it. A cell is one position, or `cell` × `cell` of them where the map is too fine to be drawn.
 */
export interface MixingSide {
  /** Tokens before the map: class token and registers. */
  readonly prefix: number
  /** Of the map, in cells. */
  readonly height: number
  readonly width: number
  /** Tokens after the map. */
  readonly suffix: number
  /** Positions of the map along one side of a cell. */
  readonly cell: number
  /** Of the map, in positions. */
  readonly rows: number
  readonly columns: number
}

/** Most cells of a map. */
const mostCells = 56 * 56

/** Of a value [n, h, w, c], [n, t, c] with or without a grid, or [n, c]. */
export function mixingSide(shape: Shape, grid: Grid | null): MixingSide {
  const [rows, columns, prefix, suffix] = layout(shape, grid)
  let cell = 1
  while (Math.ceil(rows / cell) * Math.ceil(columns / cell) > mostCells) cell++
  const [height, width] = [Math.ceil(rows / cell), Math.ceil(columns / cell)]
  return { prefix, height, width, suffix, cell, rows, columns }
}

function layout(
  shape: Shape,
  grid: Grid | null,
): [rows: number, columns: number, prefix: number, suffix: number] {
  const middle = shape.slice(1, -1)
  if (middle.length === 1 && grid) {
    const { height, width, prefix } = grid
    return [height, width, prefix, middle[0] - prefix - height * width]
  }
  if (middle.length < 2) return [1, middle[0] ?? 1, 0, 0]
  return [middle[0], middle.slice(1).reduce((product, size) => product * size, 1), 0, 0]
}

export const placesOf = ({ prefix, height, width, suffix }: MixingSide): number =>
  prefix + height * width + suffix

/** The place that each position of the value lies in, in the value's order. */
export function placeOfPositions(side: MixingSide): Int32Array {
  const { prefix, height, width, suffix, cell, rows, columns } = side
  const places = new Int32Array(prefix + rows * columns + suffix)
  for (let position = 0; position < places.length; position++) {
    const onMap = position - prefix
    if (onMap < 0) places[position] = position
    else if (onMap >= rows * columns) places[position] = prefix + height * width + onMap - rows * columns
    else {
      const [row, column] = [Math.floor(onMap / columns), onMap % columns]
      places[position] = prefix + Math.floor(row / cell) * width + Math.floor(column / cell)
    }
  }
  return places
}

/** The positions that make up one place, in the value's order. */
export function positionsOf(side: MixingSide, place: number): number[] {
  return Array.from(placeOfPositions(side).entries())
    .filter(([, at]) => at === place)
    .map(([position]) => position)
}
