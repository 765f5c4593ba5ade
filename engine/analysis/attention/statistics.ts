/** How far and how widely heads read. */
import type { AttentionLayer } from './layer'
import { cellOf, membersOf } from './places'
import { headRow } from './row'

export interface RowStatistics {
  /**
   * Mean distance in pixels between the query and what it reads, from patch centre to patch centre, weighted; null for a query without
   * a place, as a class token. A key that stands for several cells is as far as they are on average.
   */
  readonly distance: number | null
  /** In nats; at most ln(keys). */
  readonly entropy: number
}

/** The input in pixels that the maps cover. */
interface Picture {
  readonly width: number
  readonly height: number
}

export function rowStatistics(
  layer: AttentionLayer,
  row: ArrayLike<number>,
  { window, query }: { readonly window: number; readonly query: number },
  picture: Picture,
): RowStatistics {
  const distances = distancesFrom(layer, window, query, picture)
  return { distance: distances && weighted(row, distances), entropy: entropyOf(row) }
}

/** The means over all queries that lie on the map, per head: class tokens are left out, except where there is nothing else. */
export function headStatistics(layer: AttentionLayer, picture: Picture): readonly RowStatistics[] {
  const sums = Array.from({ length: layer.heads }, () => ({ distance: 0, near: 0, entropy: 0 }))
  const rows = rowsOf(layer)
  const onMap = rows.filter(({ window, query }) => centreOf(layer, window, query) !== null)
  const counted = onMap.length > 0 ? onMap : rows
  for (const { window, query } of counted) {
    const distances = distancesFrom(layer, window, query, picture)
    for (const [head, sum] of sums.entries()) {
      const row = headRow(layer, head, query, window)
      const distance = distances && weighted(row, distances)
      sum.entropy += entropyOf(row)
      if (distance === null) continue
      sum.distance += distance
      sum.near++
    }
  }
  return sums.map(({ distance, near, entropy }) => ({
    distance: near > 0 ? distance / near : null,
    entropy: entropy / counted.length,
  }))
}

const rowsOf = ({ windows, queries }: AttentionLayer) =>
  Array.from({ length: windows * queries }, (_, at) => ({
    window: Math.floor(at / queries),
    query: at % queries,
  }))

function centreOf({ queryPlaces, queries }: AttentionLayer, window: number, query: number) {
  return cellOf(queryPlaces.map, queryPlaces.centres[window * queries + query])
}

/** Pixels from a query to every key of its window; NaN for keys without a place, null for a query without one. */
function distancesFrom(
  layer: AttentionLayer,
  window: number,
  query: number,
  picture: Picture,
): Float64Array | null {
  const { keyPlaces: places, queryPlaces, keys } = layer
  const from = centreOf(layer, window, query)
  if (!from) return null
  const y = (from.row + 0.5) * (picture.height / queryPlaces.map.height)
  const x = (from.column + 0.5) * (picture.width / queryPlaces.map.width)
  const [down, right] = [picture.height / places.map.height, picture.width / places.map.width]
  const { prefix, width } = places.map
  return Float64Array.from({ length: keys }, (_, key) => {
    const set = places.sets[window * keys + key]
    let sum = 0
    let count = 0
    for (const token of set < 0 ? [] : membersOf(places, set)) {
      if (token < prefix) continue
      const [row, column] = [Math.floor((token - prefix) / width), (token - prefix) % width]
      sum += Math.hypot((row + 0.5) * down - y, (column + 0.5) * right - x)
      count++
    }
    return sum / count
  })
}

/** What goes to the class token lies nowhere: the mean is over what has a place. */
function weighted(row: ArrayLike<number>, distances: Float64Array): number | null {
  let sum = 0
  let mass = 0
  for (let key = 0; key < distances.length; key++) {
    if (Number.isNaN(distances[key])) continue
    sum += row[key] * distances[key]
    mass += row[key]
  }
  return mass > 0 ? sum / mass : null
}

function entropyOf(row: ArrayLike<number>): number {
  let entropy = 0
  for (let key = 0; key < row.length; key++) if (row[key] > 0) entropy -= row[key] * Math.log(row[key])
  return entropy
}
