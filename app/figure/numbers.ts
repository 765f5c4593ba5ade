/** The numbers of a figure: rows of a table, CSV, and an array for NumPy. */
import type { Cells, MapFigure } from './mapFigure'
import { npyOf } from './npy'

export interface NumberRow {
  readonly row: number
  readonly column: number
  /** One, or red, green and blue; null where the query reads nothing. */
  readonly values: readonly number[] | null
}

const componentsOf = ({ isColour }: Cells): number => (isColour ? 3 : 1)

/** Every cell, row by row. */
export function numberRows(cells: Cells): readonly NumberRow[] {
  const components = componentsOf(cells)
  return Array.from({ length: cells.height * cells.width }, (_, cell) => ({
    row: Math.floor(cell / cells.width),
    column: cell % cells.width,
    values: cells.absent?.[cell]
      ? null
      : [...cells.values.subarray(cell * components, (cell + 1) * components)],
  }))
}

/** The strongest first, by size; cells that are absent are left out. */
export function strongestFirst(cells: Cells): readonly NumberRow[] {
  const size = ({ values }: NumberRow) => (values ?? []).reduce((sum, value) => sum + value * value, 0)
  return numberRows(cells)
    .filter(({ values }) => values !== null)
    .map((row) => ({ row, size: size(row) }))
    .sort((a, b) => b.size - a.size)
    .map(({ row }) => row)
}

/** The caption as lines that begin with #, then row, column and value; nothing for an absent cell. */
export function csvOf({ title, caption, cells, quantity }: MapFigure): string {
  const words = [['Title', title] as const, ...caption].map(
    ([name, value]) => `# ${name}: ${value.replaceAll('\n', ' ')}`,
  )
  const header = ['row', 'column', ...(cells?.isColour ? ['red', 'green', 'blue'] : [quantity])]
  const lines = cells
    ? numberRows(cells).map(({ row, column, values }) => [
        row,
        column,
        ...(values ?? Array.from({ length: componentsOf(cells) }, () => '')),
      ])
    : []
  return `${[...words, ...[header, ...lines].map((line) => line.map(csvCell).join(','))].join('\n')}\n`
}

const csvCell = (value: string | number): string =>
  typeof value === 'number' || !/[",\n]/.test(value) ? String(value) : `"${value.replaceAll('"', '""')}"`

/** [height, width], or [height, width, 3]; NaN where a cell is absent. */
export function npyOfCells(cells: Cells): Uint8Array<ArrayBuffer> {
  const components = componentsOf(cells)
  const values = cells.values.map((value, at) =>
    cells.absent?.[Math.floor(at / components)] ? Number.NaN : value,
  )
  return npyOf(values, [cells.height, cells.width, ...(components > 1 ? [components] : [])])
}
