/** The cells of a window by themselves: for thumbnails, where a window on the whole map would be a speck. */
import type { Cells } from '../../figure/mapFigure'

/** Rows and columns that the window touches, those beyond a seam beside those before it. All cells where there is no window. */
export function windowCells(cells: Cells, window: Uint8Array | null): Cells {
  if (!window) return cells
  const { height, width } = cells
  const rows = inOneRun(height, (row) => window.subarray(row * width, (row + 1) * width).includes(1))
  const columns = inOneRun(width, (column) => rows.some((row) => window[row * width + column] === 1))
  const from = rows.flatMap((row) => columns.map((column) => row * width + column))
  return {
    height: rows.length,
    width: columns.length,
    values: Float32Array.from(from, (cell) => cells.values[cell] ?? 0),
    absent: Uint8Array.from(from, (cell) => cells.absent?.[cell] ?? 0),
  }
}

/** The marked indices, counted round from after the longest gap. */
function inOneRun(count: number, isMarked: (at: number) => boolean): readonly number[] {
  const marked = Array.from({ length: count }, (_, at) => at).filter(isMarked)
  const gapBefore = (index: number) => {
    const before = marked[index - 1]
    return before === undefined
      ? (marked[0] ?? 0) + count - (marked.at(-1) ?? 0)
      : (marked[index] ?? 0) - before
  }
  const start = marked.reduce((best, _, index) => (gapBefore(index) > gapBefore(best) ? index : best), 0)
  return [...marked.slice(start), ...marked.slice(0, start)]
}
