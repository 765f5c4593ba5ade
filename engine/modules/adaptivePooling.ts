import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { averagePool } from '../nn/pool'
import { mapSizes } from './layout'

/**
 * Means over the cells of a `rows` × `columns` grid laid over the map, [n, h, w, c] → [n, rows, columns, c]. Cells
 * that do not divide the map overlap, and a map smaller than the grid is repeated, as in PyTorch.
 */
export function adaptiveAverage(b: ModuleBuilder, x: Value, rows: number, columns: number): Value {
  const { h, w } = mapSizes('adaptive pooling', x)
  const side = h / rows
  if (Number.isInteger(side) && w / columns === side) {
    return averagePool(b, x, { kernel: side, stride: side, padding: 0, countIncludePad: true })
  }
  return cellsOf(b, cellsOf(b, x, 1, rows), 2, columns)
}

function cellsOf(b: ModuleBuilder, x: Value, axis: number, cells: number): Value {
  const length = x.shape[axis] ?? 1
  const means = Array.from({ length: cells }, (_, cell) => {
    const from = Math.floor((cell * length) / cells)
    const to = Math.ceil(((cell + 1) * length) / cells)
    const start = x.shape.map((_, other) => (other === axis ? from : 0))
    const size = x.shape.map((whole, other) => (other === axis ? to - from : whole))
    return b.mean(b.slice(x, { start, size }), [axis])
  })
  return b.concat(means, axis)
}
