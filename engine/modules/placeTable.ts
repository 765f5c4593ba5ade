import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { places } from '../nn/resample'
import { mapSizes } from './layout'

/**
 * What is added to the distance of two nodes for where they lie, from −1 for one and the same place upwards: −2 P·Pᵀ/c with P
 * the sines and cosines of columns and rows. The places of a smaller map are read off the table of all pairs by a bicubic
 * of their number, as ViG's code does. Kept with the weights as `relative_pos` [1, places, other places].
 */
export function placeTable(b: ModuleBuilder, map: Value, others: Value): Value {
  const { h, w, c } = mapSizes('placeTable', map)
  const { h: rows, w: columns } = mapSizes('placeTable', others)
  const [count, fewer] = [h * w, rows * columns]
  const quarter = Math.max(1, Math.floor(c / 4))
  // Sines and cosines of two places add up to cosines of their distance along each axis.
  const along = Array.from({ length: Math.max(h, w) }, (_, distance) =>
    Array.from({ length: quarter }, (_, i) => Math.cos(distance / 10000 ** (i / quarter))).reduce(
      (sum, value) => sum + value,
      0,
    ),
  )
  const similarity = (one: number, other: number) => {
    const across = along[Math.abs((one % w) - (other % w))] ?? 0
    const down = along[Math.abs(Math.floor(one / w) - Math.floor(other / w))] ?? 0
    return (across + down) / (2 * quarter)
  }
  const sources = places(count, fewer, { mode: 'bicubic', alignCorners: false, antialias: false })
  const table = Array.from({ length: count * fewer }, (_, index) => {
    const read = sources[index % fewer] ?? []
    const place = Math.floor(index / fewer)
    return -read.reduce((sum, { at, weight }) => sum + weight * similarity(place, at), 0)
  })
  return b.table('relative_pos', table, [1, count, fewer])
}
