import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'

/**
 * One learned number per head and offset query − key, laid out for every pair: [(2h−1)(2w−1), heads] → [heads, hw, hw].
 * Row i of the result holds the offsets i … i − h + 1: slices of the table read backwards, so nothing is gathered.
 */
export function relativeBias(b: ModuleBuilder, table: Value, height: number, width: number): Value {
  const heads = table.shape.at(-1) ?? 1
  const [rows, columns] = [2 * height - 1, 2 * width - 1]
  const backwards = b.reverse(b.reshape(table, [rows, columns, heads]), [0, 1])
  const byRow = sliding(b, backwards, 0, height)
  // [i, j, columns, heads] → [i, j, p, q, heads]
  const byColumn = sliding(b, b.reshape(byRow, [height * height, columns, heads]), 1, width)
  const pairs = b.reshape(byColumn, [height, height, width, width, heads])
  return b.reshape(b.transpose(pairs, [4, 0, 2, 1, 3]), [heads, height * width, height * width])
}

/** `axis` of length 2n − 1 becomes [n, n]: row i begins at n − 1 − i. */
function sliding(b: ModuleBuilder, x: Value, axis: number, n: number): Value {
  const size = x.shape.map((whole, other) => (other === axis ? n : whole))
  const asRow = [...size.slice(0, axis), 1, ...size.slice(axis)]
  const rows = Array.from({ length: n }, (_, i) => {
    const start = x.shape.map((_, other) => (other === axis ? n - 1 - i : 0))
    return b.reshape(b.slice(x, { start, size }), asRow)
  })
  return b.concat(rows, axis)
}
