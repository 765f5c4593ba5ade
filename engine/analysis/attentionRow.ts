/** What one token reads, from the queries and keys that a run gives back. Nothing tokens × tokens is ever made. */
import type { Grid } from '../graph/graph'

/** The part of an attention layer's record that a row is computed from: q [heads, queries, width], k [heads, keys, width]. */
export interface QueriesAndKeys {
  readonly heads: number
  readonly width: number
  readonly scale: number
  readonly queries: number
  readonly keys: number
  readonly q: Float32Array
  readonly k: Float32Array
  readonly bias?: ScoreBias | undefined
}

/** What is added to the scores: [heads, queries, keys], where an axis of size 1 repeats. */
export interface ScoreBias {
  readonly shape: readonly [heads: number, queries: number, keys: number]
  readonly values: Float32Array
}

/** softmax(q kᵀ scale + bias) for one query, over all keys; the mean of the heads' probabilities for 'mean'. */
export function attentionRow(layer: QueriesAndKeys, head: number | 'mean', query: number): Float32Array {
  if (head !== 'mean') return headRow(layer, head, query)
  const mean = new Float32Array(layer.keys)
  for (let each = 0; each < layer.heads; each++) {
    const row = headRow(layer, each, query)
    for (let key = 0; key < layer.keys; key++)
      mean[key] = (mean[key] as number) + (row[key] as number) / layer.heads
  }
  return mean
}

function headRow(
  { width, scale, queries, keys, q, k, bias }: QueriesAndKeys,
  head: number,
  query: number,
): Float32Array {
  const scores = new Float64Array(keys)
  const from = (head * queries + query) * width
  let largest = Number.NEGATIVE_INFINITY
  for (let key = 0; key < keys; key++) {
    const to = (head * keys + key) * width
    let score = 0
    for (let at = 0; at < width; at++) score += (q[from + at] as number) * (k[to + at] as number)
    scores[key] = score * scale + (bias ? biasAt(bias, head, query, key) : 0)
    largest = Math.max(largest, scores[key] as number)
  }
  let sum = 0
  for (let key = 0; key < keys; key++) {
    scores[key] = Math.exp((scores[key] as number) - largest)
    sum += scores[key] as number
  }
  return Float32Array.from(scores, (score) => score / sum)
}

function biasAt({ shape, values }: ScoreBias, ...place: readonly [number, number, number]): number {
  const at = shape.reduce(
    (before, size, axis) => before * size + (size === 1 ? 0 : (place[axis] as number)),
    0,
  )
  return values[at] as number
}

export interface RowSummary {
  /** Mean distance in pixels between the query and what it reads, weighted; null for a query without a place (CLS). */
  readonly distance: number | null
  /** In nats; at most ln(keys). */
  readonly entropy: number
}

/** How far and how widely a row reads. `picture` is the input in pixels that the grid covers. */
export function summarizeRow(
  row: Float32Array,
  query: number,
  grid: Grid | null,
  picture: { readonly width: number; readonly height: number },
): RowSummary {
  let entropy = 0
  for (const weight of row) if (weight > 0) entropy -= weight * Math.log(weight)
  if (!grid || query < grid.prefix || query >= grid.prefix + grid.height * grid.width)
    return { distance: null, entropy }
  const from = placeOf(query, grid, picture)
  let distance = 0
  let mass = 0
  const end = Math.min(row.length, grid.prefix + grid.height * grid.width)
  for (let key = grid.prefix; key < end; key++) {
    const to = placeOf(key, grid, picture)
    const weight = row[key] as number
    distance += weight * Math.hypot(to.x - from.x, to.y - from.y)
    mass += weight
  }
  // What goes to the class token lies nowhere: the mean is over what has a place.
  return { distance: mass > 0 ? distance / mass : null, entropy }
}

function placeOf(token: number, grid: Grid, picture: { readonly width: number; readonly height: number }) {
  const index = token - grid.prefix
  return {
    x: ((index % grid.width) + 0.5) * (picture.width / grid.width),
    y: (Math.floor(index / grid.width) + 0.5) * (picture.height / grid.height),
  }
}
