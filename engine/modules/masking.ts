import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'

/**
 * `count` places in random order, [count] whole numbers. The noise that decides is a buffer with a name that all share, so
 * that who hides places and who fills them agree.
 */
export function shuffledPlaces(b: ModuleBuilder, count: number): Value {
  const noise = b.weight('/noise', [1, count], { init: { a: 0.5, b: 0.5 }, role: 'buffer' })
  return ascending(b, noise)
}

/** The order that undoes a shuffling. */
export const restoredPlaces = (b: ModuleBuilder, count: number): Value =>
  ascending(b, b.reshape(shuffledPlaces(b, count), [1, count]))

function ascending(b: ModuleBuilder, row: Value): Value {
  const [, count = 1] = row.shape
  return b.reshape(b.topK(b.neg(row), count), [count])
}
