import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'

/**
 * Every channel read from a place of its own: y[p, i] = x[p + offsets[i], i] along axis 1 (rows) or 2 (columns) of a
 * map, and 0 where that lies outside.
 */
export function channelShift(b: ModuleBuilder, x: Value, axis: 1 | 2, offsets: readonly number[]): Value {
  const [first = 0, ...others] = [...new Set(offsets)]
  const reach = Math.max(...offsets.map(Math.abs))
  if (reach === 0) return x
  const around = x.shape.map((_, at) => (at === axis ? reach : 0))
  const padded = b.pad(x, { low: around, high: around })
  const readAt = (offset: number) =>
    b.slice(padded, { start: around.map((width) => (width > 0 ? reach + offset : 0)), size: x.shape })
  return others.reduce((y, offset) => {
    const isHere = offsets.map((own) => (own === offset ? 1 : 0))
    return b.select(b.constant(isHere, [1, 1, 1, isHere.length]), readAt(offset), y)
  }, readAt(first))
}
