/** Cells that belong together, as few shapes. */
import { type Area, type Cells, cellArea } from './mapFigure'

type Grid = Pick<Cells, 'height' | 'width' | 'area'>
type Size = { readonly height: number; readonly width: number }

/** The marked cells as rectangles: runs of a row, joined downwards where they are alike. */
export function areasOf(grid: Grid, marked: ArrayLike<number>, size: Size): readonly Area[] {
  const { height, width } = grid
  const areas: Area[] = []
  let above = new Map<string, number>()
  for (let row = 0; row < height; row++) {
    const here = new Map<string, number>()
    for (let column = 0; column < width; column++) {
      if (!marked[row * width + column]) continue
      const first = column
      while (column + 1 < width && marked[row * width + column + 1]) column++
      const start = cellArea(grid, row, first, size)
      const { right, bottom } = cellArea(grid, row, column, size)
      const run = `${first} ${column}`
      const joined = above.get(run)
      const grown = joined === undefined ? undefined : areas[joined]
      if (joined !== undefined && grown) {
        areas[joined] = { ...grown, bottom }
        here.set(run, joined)
      } else {
        here.set(run, areas.length)
        areas.push({ ...start, right, bottom })
      }
    }
    above = here
  }
  return areas
}

type Line = readonly (readonly [x: number, y: number])[]

/** The edges between marked cells and others, each run of them one line. */
export function edgesOf(grid: Grid, marked: ArrayLike<number>, size: Size): readonly Line[] {
  const { height, width } = grid
  const isIn = (row: number, column: number): boolean =>
    row >= 0 && row < height && column >= 0 && column < width && Boolean(marked[row * width + column])
  const lines: Line[] = []
  for (let row = 0; row <= height; row++) {
    for (const [first, end] of runs(width, (column) => isIn(row, column) !== isIn(row - 1, column))) {
      const { left, top } = cellArea(grid, row, first, size)
      lines.push([
        [left, top],
        [cellArea(grid, row, end, size).left, top],
      ])
    }
  }
  for (let column = 0; column <= width; column++) {
    for (const [first, end] of runs(height, (row) => isIn(row, column) !== isIn(row, column - 1))) {
      const { left, top } = cellArea(grid, first, column, size)
      lines.push([
        [left, top],
        [left, cellArea(grid, end, column, size).top],
      ])
    }
  }
  return lines
}

function runs(count: number, isOn: (at: number) => boolean): readonly (readonly [number, number])[] {
  const found: [number, number][] = []
  for (let at = 0; at < count; at++) {
    if (!isOn(at)) continue
    const first = at
    while (at < count && isOn(at)) at++
    found.push([first, at])
  }
  return found
}
