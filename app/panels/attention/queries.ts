/** Which token a place on the picture is, in layers whose grids differ. */
import type { AttentionLayer, Grid } from '../../../engine/index'

/** The query people see first: CLS where there is one, else the middle patch. */
export function usualQuery({ grid, queries }: AttentionLayer): number {
  if (!grid) return Math.floor(queries / 2)
  return grid.prefix > 0 ? 0 : Math.floor(grid.height / 2) * grid.width + Math.floor(grid.width / 2)
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
  if (!from.grid || !to.grid) return usualQuery(to)
  const place = placeOf(from.grid, query)
  if (!place) return query < to.grid.prefix ? query : usualQuery(to)
  return tokenAt(to.grid, (place.column + 0.5) / from.grid.width, (place.row + 0.5) / from.grid.height)
}
