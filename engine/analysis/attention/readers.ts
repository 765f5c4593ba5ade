/** The other way round: who reads a place. */
import type { AttentionLayer } from './layer'
import { keysAt, membersOf, tokenCount } from './places'
import { attentionColumn, type HeadMerge } from './row'

/**
 * How much every token of the query map reads of one token of the key map: the weight of its key, or this token's share of the weight
 * where a key stands for several. A token with several rows counts as their mean.
 */
export function readersOf(layer: AttentionLayer, head: number | HeadMerge, token: number): Float64Array {
  const { queryPlaces, keyPlaces, queries, keys } = layer
  const readers = new Float64Array(tokenCount(queryPlaces.map))
  for (const { window, key } of keysAt(layer, token)) {
    const column = attentionColumn(layer, head, key, window)
    const share = 1 / membersOf(keyPlaces, keyPlaces.sets[window * keys + key]).length
    for (let query = 0; query < queries; query++) {
      const reader = queryPlaces.centres[window * queries + query]
      if (reader >= 0) readers[reader] += column[query] * share
    }
  }
  const rows = new Float64Array(readers.length)
  for (const reader of queryPlaces.centres) if (reader >= 0) rows[reader]++
  return readers.map((sum, reader) => (rows[reader] > 0 ? sum / rows[reader] : 0))
}
