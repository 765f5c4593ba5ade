/** Where the positions of a value lie on its map, and what each of them reads. */
import type { Node, Shape } from '../../graph/graph'
import type { Line } from './line'
import { combined, fold, pick, reshaped, type Span } from './span'

/** Intervals of one axis of the picture for every position [rows, columns]; 1 for an axis along which all are the same. */
export function positionsOf(spans: readonly Span[], { shape, grid }: Pick<Node, 'shape' | 'grid'>): Span {
  return combined(spans.map((span) => onMap(span, shape, grid)))
}

/** Rows and columns of a value's map; tokens without a grid are a row of positions. */
export function mapSize({
  shape,
  grid,
}: Pick<Node, 'shape' | 'grid'>): readonly [rows: number, columns: number] {
  if (shape.length === 4) return [shape[1], shape[2]]
  if (shape.length !== 3) return [1, 1]
  return grid ? [grid.height, grid.width] : [1, shape[1]]
}

/** Through the middle of the map: what borders turn inwards is not looked at. */
export function middleLine(table: Span, own: 1 | 2): Line {
  const [rows, columns] = table.shape
  return own === 1
    ? { span: table, base: Math.floor(columns / 2), step: columns, size: rows }
    : { span: table, base: Math.floor(rows / 2) * columns, step: 1, size: columns }
}

function onMap(span: Span, shape: Shape, grid: Node['grid']): Span {
  const [rows, columns] = mapSize({ shape, grid })
  // The first picture's; the hull of its channels.
  const first = pick(span, 0, shape[0] ?? 1, [[0]])
  const folded = shape.reduce((folded, _size, axis) => {
    const isPlace = axis === 1 ? shape.length === 3 || shape.length === 4 : axis === 2 && shape.length === 4
    return axis === 0 || isPlace ? folded : fold(folded, axis)
  }, first)
  if (shape.length === 4) return reshaped(folded, [1, rows, columns, 1], [rows, columns])
  if (shape.length !== 3) return reshaped(folded, folded.shape, [1, 1])
  const prefix = grid?.prefix ?? 0
  const count = rows * columns
  const tokens = pick(
    folded,
    1,
    shape[1],
    Array.from({ length: count }, (_, i) => [prefix + i]),
  )
  return reshaped(tokens, [1, count, 1], [rows, columns])
}

/** What the position reads; low above high where it reads nothing. */
export function intervalAt(
  { shape, low, high, within }: Span,
  index: readonly number[],
): readonly [low: number, high: number] {
  if (within && (index[within.axis] < within.from || index[within.axis] >= within.to))
    return [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const place = shape.reduce((place, size, axis) => place * size + (size === 1 ? 0 : index[axis]), 0)
  return [low[place], high[place]]
}
