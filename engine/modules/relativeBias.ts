import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { checkPairs } from './pairs'

/** One learned number per head and offset query − key, laid out for every pair: [(2h−1)(2w−1), heads] → [heads, hw, hw]. */
export function relativeBias(b: ModuleBuilder, table: Value, height: number, width: number): Value {
  const count = height * width
  checkPairs('relative positions', count)
  const rows = Array.from({ length: count }, (_, query) =>
    Array.from({ length: count }, (_, key) => {
      const down = Math.floor(query / width) - Math.floor(key / width)
      const right = (query % width) - (key % width)
      return (down + height - 1) * (2 * width - 1) + right + width - 1
    }),
  )
  return b.transpose(b.gather(table, b.constant(rows.flat(), [count, count]), { axis: 0 }), [2, 0, 1])
}

/**
 * One learned number per head and distance |query − key| in rows and columns: the bias [1, heads, q, k] of LeViT.
 * With a stride the queries are every second (third …) key, row by row.
 */
export function distanceBias(
  b: ModuleBuilder,
  heads: number,
  { height, width }: { readonly height: number; readonly width: number },
  stride = 1,
): Value {
  const count = height * width
  checkPairs('attention biases', count)
  const places = (step: number) => {
    const rows = Array.from({ length: Math.ceil(height / step) }, (_, row) => row * step)
    const columns = Array.from({ length: Math.ceil(width / step) }, (_, column) => column * step)
    return rows.flatMap((row) => columns.map((column) => [row, column] as const))
  }
  const keys = places(1)
  const queries = places(stride)
  const index = queries.flatMap(([row, column]) =>
    keys.map(([y, x]) => Math.abs(row - y) * width + Math.abs(column - x)),
  )
  const table = b.weight('attention_biases', [heads, count], { init: { a: 0, b: 0.035 } })
  const bias = b.gather(table, b.constant(index, [queries.length, count]), { axis: 1 })
  return b.reshape(bias, [1, heads, queries.length, count])
}
