/** The numbers of a figure: rows of a table, CSV, and an array for NumPy. */
import type { CaptionLine, Cells, MapFigure } from './mapFigure'
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

/**
 * The captions as lines that begin with #, then row, column and value; nothing for an absent cell. Several maps are told apart by
 * their title in a first column.
 */
export function csvOf(figures: readonly MapFigure[]): string {
  const isOne = figures.length === 1
  const words = figures.flatMap(({ title, caption }) => [['Title', title] as const, ...caption])
  const first = figures[0]
  const header = [
    'row',
    'column',
    ...(first?.cells?.isColour ? ['red', 'green', 'blue'] : [first?.quantity ?? '']),
  ]
  const lines = figures.flatMap(({ title, cells }) =>
    cells
      ? numberRows(cells).map(({ row, column, values }) => [
          ...(isOne ? [] : [title]),
          row,
          column,
          ...(values ?? Array.from({ length: componentsOf(cells) }, () => '')),
        ])
      : [],
  )
  return csvTable(words, [[...(isOne ? [] : ['map']), ...header], ...lines])
}

/** What is said about a table, in lines that begin with #, and the table. */
export function csvTable(
  caption: readonly CaptionLine[],
  lines: readonly (readonly (string | number)[])[],
): string {
  const words = caption.map(([name, value]) => `# ${name}: ${value.replaceAll('\n', ' ')}`)
  return `${[...words, ...lines.map((line) => line.map(csvCell).join(','))].join('\n')}\n`
}

const csvCell = (value: string | number): string =>
  typeof value === 'number' || !/[",\n]/.test(value) ? String(value) : `"${value.replaceAll('"', '""')}"`

/** [height, width], or [height, width, 3]; NaN where a cell is absent. */
export const npyOfCells = (cells: Cells): Uint8Array<ArrayBuffer> => npyOf(numbersOf(cells), shapeOf(cells))

/** [maps, height, width]; null when the maps have different shapes. One map by itself has no first axis. */
export function npyOfStack(maps: readonly Cells[]): Uint8Array<ArrayBuffer> | null {
  const [first, ...others] = maps
  if (!first) return null
  if (others.length === 0) return npyOfCells(first)
  const shape = shapeOf(first)
  if (others.some((cells) => shapeOf(cells).join() !== shape.join())) return null
  const values = new Float32Array(maps.length * first.values.length)
  maps.forEach((cells, index) => {
    values.set(numbersOf(cells), index * first.values.length)
  })
  return npyOf(values, [maps.length, ...shape])
}

const shapeOf = (cells: Cells): readonly number[] => [
  cells.height,
  cells.width,
  ...(cells.isColour ? [3] : []),
]

function numbersOf(cells: Cells): Float32Array {
  const components = componentsOf(cells)
  return cells.values.map((value, at) => (cells.absent?.[Math.floor(at / components)] ? Number.NaN : value))
}
