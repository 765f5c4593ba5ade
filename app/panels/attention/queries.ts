/** Which token a place on the picture is, in layers whose grids differ. */
import {
  type AttentionLayer,
  attentionRow,
  type Grid,
  type HeadMerge,
  laidOut,
  rowsAt,
} from '../../../engine/index'

/** A layer that has a map of queries and of keys. */
export const isDrawable = ({ kind, scores, queryPlaces, keyPlaces }: AttentionLayer): boolean =>
  kind === 'tokens' && scores.kind !== 'absent' && queryPlaces.map.height > 0 && keyPlaces.map.height > 0

/** A mixer may have several maps. */
export const layerId = ({ path, name }: AttentionLayer): string => (name ? `${path}#${name}` : path)

/** What a token of the query map reads, laid on the key map, and the row that says so. */
export function readingOf(layer: AttentionLayer, head: number | HeadMerge, token: number) {
  const [at = { window: 0, query: 0 }] = rowsAt(layer, token)
  const row = attentionRow(layer, head, at.query, at.window)
  return { at, row, tokens: Float32Array.from(laidOut(layer.keyPlaces, row, at.window).tokens) }
}

/** The query people see first: CLS where there is one that asks, else the middle patch. */
export function usualQuery(layer: AttentionLayer): number {
  const { map } = layer.queryPlaces
  if (map.prefix > 0 && rowsAt(layer, 0).length > 0) return 0
  return map.prefix + Math.floor(map.height / 2) * map.width + Math.floor(map.width / 2)
}

/** The token under a place, both axes 0..1. */
function tokenAt({ height, width, prefix }: Grid, x: number, y: number): number {
  const column = Math.min(width - 1, Math.max(0, Math.floor(x * width)))
  const row = Math.min(height - 1, Math.max(0, Math.floor(y * height)))
  return prefix + row * width + column
}

/** Row and column of a token; null for CLS and registers. */
export function placeOf(
  { width, prefix }: Grid,
  token: number,
): { readonly row: number; readonly column: number } | null {
  if (token < prefix) return null
  const index = token - prefix
  return { row: Math.floor(index / width), column: index % width }
}

/** The same place in another layer's grid; CLS stays CLS, and where there is none the middle is taken. */
export function sameQuery(from: AttentionLayer, query: number, to: AttentionLayer): number {
  const [here, there] = [from.queryPlaces.map, to.queryPlaces.map]
  const place = placeOf(here, query)
  if (!place) return query < there.prefix ? query : usualQuery(to)
  return tokenAt(there, (place.column + 0.5) / here.width, (place.row + 0.5) / here.height)
}
