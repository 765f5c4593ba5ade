/** The small pictures: who reads whom on an 8 x 8 map, seen from the query at row 4, column 4. */
import type { ReadingPattern } from './module'

const QUERY = 4

/** The `size` x `size` neighbours; `weight` by distance from the query, as a share of the window's half. */
export function windowPattern(size: number, weight: (distance: number) => number = () => 1): ReadingPattern {
  const half = Math.floor(size / 2)
  return (row, column) => {
    const distance = Math.max(Math.abs(row - QUERY), Math.abs(column - QUERY))
    return distance > half ? 0 : weight(half === 0 ? 0 : distance / half)
  }
}

/** Rows and columns through the query, `size` long, and the square of `core` around it. */
export function crossPattern(core: number, size: number): ReadingPattern {
  const half = Math.floor(size / 2)
  return (row, column) => {
    const [vertical, horizontal] = [Math.abs(row - QUERY), Math.abs(column - QUERY)]
    if (Math.max(vertical, horizontal) <= core) return 1
    return Math.min(vertical, horizontal) === 0 && Math.max(vertical, horizontal) <= half ? 0.6 : 0
  }
}

/** Reads everything, and some positions more than others. */
export const aboveAll =
  (most: ReadingPattern, rest = 0.12): ReadingPattern =>
  (row, column) =>
    Math.max(rest, most(row, column))

/** The square of `size` x `size` that the map is cut into and that the query lies in, from the upper left corner. */
export const cutPattern =
  (size: number): ReadingPattern =>
  (row, column) =>
    Math.floor(row / size) === Math.floor(QUERY / size) &&
    Math.floor(column / size) === Math.floor(QUERY / size)
      ? 0.8
      : 0

export const onlyItself: ReadingPattern = (row, column) => (row === QUERY && column === QUERY ? 1 : 0)
