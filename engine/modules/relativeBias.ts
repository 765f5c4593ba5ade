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
