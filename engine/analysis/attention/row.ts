/** What one token reads, from the queries and keys that a run gives back. Nothing tokens × tokens is ever made. */
import type { AttentionLayer, Products, ScoreBias } from './layer'

/** What a row is computed from. */
export type RowSource = Pick<AttentionLayer, 'windows' | 'heads' | 'queries' | 'keys' | 'scores'>

/** One number per pair out of those of all heads. */
export type HeadMerge = 'mean' | 'max' | 'min'

/**
 * The weights with which a query reads the keys of its window: softmax(q kᵀ scale + bias), in double precision. Zeros where
 * the layer was not kept.
 */
export function attentionRow(
  layer: RowSource,
  head: number | HeadMerge,
  query: number,
  window = 0,
): Float32Array {
  if (typeof head === 'number') return Float32Array.from(headRow(layer, head, query, window))
  return Float32Array.from(mergedRow(layer, head, query, window))
}

/** The row of several heads as one, in double precision. */
export function mergedRow(layer: RowSource, merge: HeadMerge, query: number, window: number): Float64Array {
  const merged = headRow(layer, 0, query, window)
  for (let head = 1; head < layer.heads; head++) mergeInto(merged, headRow(layer, head, query, window), merge)
  if (merge === 'mean') for (let key = 0; key < merged.length; key++) merged[key] /= layer.heads
  return merged
}

/** As attentionRow, in double precision. */
export function headRow(layer: RowSource, head: number, query: number, window: number): Float64Array {
  const { heads, queries, keys, scores } = layer
  const row = (window * heads + head) * queries + query
  if (scores.kind === 'absent') return new Float64Array(keys)
  if (scores.kind === 'probabilities') {
    return Float64Array.from(scores.values.subarray(row * keys, (row + 1) * keys))
  }
  const values = new Float64Array(keys)
  const largest = scoresInto(values, layer, scores, { window, head, query })
  let sum = 0
  for (let key = 0; key < keys; key++) {
    values[key] = Math.exp(values[key] - largest)
    sum += values[key]
  }
  for (let key = 0; key < keys; key++) values[key] /= sum
  return values
}

/**
 * The weights with which all queries of a window read one key. The sum of exponentials of every row is computed once per
 * layer and head, when its first column is asked for.
 */
export function attentionColumn(
  layer: RowSource,
  head: number | HeadMerge,
  key: number,
  window = 0,
): Float32Array {
  if (typeof head === 'number') return Float32Array.from(headColumn(layer, head, key, window))
  const merged = headColumn(layer, 0, key, window)
  for (let other = 1; other < layer.heads; other++)
    mergeInto(merged, headColumn(layer, other, key, window), head)
  if (head === 'mean') for (let query = 0; query < merged.length; query++) merged[query] /= layer.heads
  return Float32Array.from(merged)
}

function headColumn(layer: RowSource, head: number, key: number, window: number): Float64Array {
  const { heads, queries, keys, scores } = layer
  const column = new Float64Array(queries)
  if (scores.kind === 'absent') return column
  const first = (window * heads + head) * queries
  if (scores.kind === 'probabilities') {
    for (let query = 0; query < queries; query++) column[query] = scores.values[(first + query) * keys + key]
    return column
  }
  const sums = logSumsOf(layer, scores, head)
  for (let query = 0; query < queries; query++) {
    const score = scoreOf(layer, scores, { window, head, query, key })
    column[query] = Math.exp(score - sums[window * queries + query])
  }
  return column
}

/**
 * Whether a key is hidden from a query: a mask of −100 or less leaves its weight at e⁻⁸⁰ of what it would be, or below. Of weights
 * that no product gives, those that are exactly 0.
 */
export function isMasked(
  { heads, queries, keys, scores }: RowSource,
  query: number,
  key: number,
  window = 0,
): boolean {
  const all = Array.from({ length: heads }, (_, head) => head)
  if (scores.kind === 'probabilities') {
    return all.every((head) => scores.values[((window * heads + head) * queries + query) * keys + key] === 0)
  }
  const { bias } = scores.kind === 'products' ? scores : {}
  if (!bias) return false
  return all.slice(0, bias.shape[1]).every((head) => {
    const at = { window, head, query, key }
    return biasAt(bias, at) <= largestBias(bias, at, keys) - 80
  })
}

/** The fewest weights that hold at least this share of the row's sum; the others are 0. */
export function mostOfMass(row: Float32Array, share: number): Float32Array {
  const order = [...row.keys()].sort((a, b) => row[b] - row[a])
  const total = row.reduce((sum, weight) => sum + weight, 0)
  const kept = new Float32Array(row.length)
  let sum = 0
  for (const key of order) {
    if (sum >= share * total) break
    kept[key] = row[key]
    sum += row[key]
  }
  return kept
}

// --- how -----------------------------------------------------------------------------------------------------------------

interface Pair {
  readonly window: number
  readonly head: number
  readonly query: number
  readonly key: number
}

function scoreOf(
  { heads, queries, keys }: RowSource,
  { width, scale, q, k, bias }: Products,
  pair: Pair,
): number {
  const { window, head, query, key } = pair
  const from = ((window * heads + head) * queries + query) * width
  const to = ((window * heads + head) * keys + key) * width
  let score = 0
  for (let at = 0; at < width; at++) score += q[from + at] * k[to + at]
  return score * scale + (bias ? biasAt(bias, pair) : 0)
}

/** The scores of one row; returns the largest. */
function scoresInto(
  row: Float64Array,
  { heads, queries, keys }: RowSource,
  { width, scale, q, k, bias }: Products,
  { window, head, query }: Omit<Pair, 'key'>,
): number {
  const from = ((window * heads + head) * queries + query) * width
  let to = (window * heads + head) * keys * width
  let largest = Number.NEGATIVE_INFINITY
  for (let key = 0; key < keys; key++) {
    let score = 0
    for (let at = 0; at < width; at++) score += q[from + at] * k[to + at]
    to += width
    row[key] = score * scale + (bias ? biasAt(bias, { window, head, query, key }) : 0)
    if (row[key] > largest) largest = row[key]
  }
  return largest
}

function biasAt({ shape, values }: ScoreBias, { window, head, query, key }: Pair): number {
  const [windows, heads, queries, keys] = shape
  const row = ((window % windows) * heads + (heads === 1 ? 0 : head)) * queries + (queries === 1 ? 0 : query)
  return values[row * keys + (keys === 1 ? 0 : key)]
}

function largestBias(bias: ScoreBias, pair: Pair, keys: number): number {
  let largest = Number.NEGATIVE_INFINITY
  for (let key = 0; key < keys; key++) largest = Math.max(largest, biasAt(bias, { ...pair, key }))
  return largest
}

/** ln Σ exp(scores) of every row of a head, [windows, queries]. */
function logSumsOf(layer: RowSource, scores: Products, head: number): Float64Array {
  const known = logSums.get(scores) ?? new Map<number, Float64Array>()
  logSums.set(scores, known)
  const made = known.get(head) ?? allLogSums(layer, scores, head)
  known.set(head, made)
  return made
}
const logSums = new WeakMap<Products, Map<number, Float64Array>>()

function allLogSums(layer: RowSource, scores: Products, head: number): Float64Array {
  const { windows, queries, keys } = layer
  const sums = new Float64Array(windows * queries)
  const row = new Float64Array(keys)
  for (let at = 0; at < sums.length; at++) {
    const [window, query] = [Math.floor(at / queries), at % queries]
    const largest = scoresInto(row, layer, scores, { window, head, query })
    let sum = 0
    for (let key = 0; key < keys; key++) sum += Math.exp(row[key] - largest)
    sums[at] = largest + Math.log(sum)
  }
  return sums
}

function mergeInto(merged: Float64Array, other: Float64Array, merge: HeadMerge): void {
  for (let at = 0; at < merged.length; at++) merged[at] = mergers[merge](merged[at], other[at])
}

const mergers: { readonly [M in HeadMerge]: (a: number, b: number) => number } = {
  mean: (a, b) => a + b,
  max: Math.max,
  min: Math.min,
}
