import { ShapeError } from '../errors'
import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'

/** The largest of `count` tokens that lie evenly over the sequence: [n, count · t, …] → [n, t, …]. */
export function leadingMax(b: ModuleBuilder, who: string, x: Value, count: number): Value {
  if (count === 1) return x
  const [n = 1, t = 1, ...rest] = x.shape
  if (t % count !== 0) {
    throw new ShapeError(
      'FIXED_SIZE',
      `${who}: ${t} tokens do not pool by ${count}; choose a divisor of ${t}`,
      [{ what: 'pooling', expected: `a divisor of ${t}`, got: `${count}` }],
    )
  }
  const cut = b.reshape(x, [n, count, t / count, ...rest])
  return b.reshape(b.reduce('max', cut, [1]), [n, t / count, ...rest])
}
