/** From the picture to rows and keys, and back. */
import type { Grid } from '../../graph/graph'
import { type AttentionLayer, nowhere, type Places, padding } from './layer'

/** A row of an attention map. */
export interface RowIndex {
  readonly window: number
  readonly query: number
}

/** Tokens of a map: those before the grid and its cells. */
export const tokenCount = ({ height, width, prefix }: Grid): number => prefix + height * width

/** Row and column of a token of a map; null for one that lies nowhere on it. */
export function cellOf(
  { width, prefix }: Grid,
  token: number,
): { readonly row: number; readonly column: number } | null {
  if (token < prefix) return null
  return { row: Math.floor((token - prefix) / width), column: (token - prefix) % width }
}

/** What a query or a key stands for. */
export type Place =
  /** `tokens` of the map, ascending, with the one in their middle. */
  | { readonly kind: 'tokens'; readonly tokens: Int32Array; readonly centre: number }
  | { readonly kind: 'padding' }
  | { readonly kind: 'nowhere' }

/** `token` is a query or a key of the window. */
export function placeAt(places: Places, window: number, token: number): Place {
  const at = window * places.count + token
  const set = places.sets[at] ?? nowhere
  if (set === padding) return { kind: 'padding' }
  if (set < 0) return { kind: 'nowhere' }
  const tokens = membersOf(places, set)
  return { kind: 'tokens', tokens, centre: places.centres[at] ?? nowhere }
}

/**
 * The rows whose query stands for a token of the query map: one for most attentions, several where windows overlap, none
 * for a token that asks nothing. Where queries lie on a coarser grid, the nearest.
 */
export function rowsAt(layer: AttentionLayer, token: number): readonly RowIndex[] {
  const { queryPlaces: places, queries } = layer
  const found = byCentre(places).get(token) ?? nearestCovering(places, token)
  return found.map((at) => ({ window: Math.floor(at / queries), query: at % queries }))
}

/** The keys that stand for a token of the key map, alone or among others. */
export function keysAt(
  layer: AttentionLayer,
  token: number,
): readonly { readonly window: number; readonly key: number }[] {
  const { keyPlaces: places, keys } = layer
  const found = covering(places).get(token) ?? []
  return found.map((at) => ({ window: Math.floor(at / keys), key: at % keys }))
}

/** The weights of a row laid on the key map: a key that stands for several tokens spreads evenly over them. */
export interface LaidRow {
  /** One weight per token of the key map. */
  readonly tokens: Float64Array
  /** The weight on zeros around the map. */
  readonly padding: number
  /** The weight on learned tokens. */
  readonly nowhere: number
}

export function laidOut(places: Places, row: ArrayLike<number>, window: number): LaidRow {
  const tokens = new Float64Array(tokenCount(places.map))
  const lost = { padding: 0, nowhere: 0 }
  const first = window * row.length
  for (let key = 0; key < row.length; key++) {
    const weight = row[key] as number
    const set = places.sets[first + key] ?? nowhere
    if (set < 0) {
      lost[set === padding ? 'padding' : 'nowhere'] += weight
      continue
    }
    const [from, to] = [places.starts[set] as number, places.starts[set + 1] as number]
    const share = weight / (to - from)
    for (let i = from; i < to; i++) {
      const token = places.members[i] as number
      tokens[token] = (tokens[token] as number) + share
    }
  }
  return { tokens, ...lost }
}

/** The tokens of a set. */
export function membersOf({ starts, members }: Places, set: number): Int32Array {
  return members.subarray(starts[set], starts[set + 1])
}

type Index = ReadonlyMap<number, readonly number[]>

/** Where the sets of an attention's tokens lie, by token of the map: made once. */
const byCentre = remembered((places) => {
  const index = new Map<number, number[]>()
  places.centres.forEach((token, at) => {
    if (token >= 0) entry(index, token).push(at)
  })
  return index
})

const covering = remembered((places) => {
  const index = new Map<number, number[]>()
  places.sets.forEach((set, at) => {
    if (set >= 0) for (const token of membersOf(places, set)) entry(index, token).push(at)
  })
  return index
})

/** Of the queries that stand for the token among others, or lie on a coarser grid around it, the first that is nearest. */
function nearestCovering(places: Places, token: number): readonly number[] {
  const covers = covering(places).get(token) ?? (token < places.map.prefix ? [] : strided(places))
  const distances = covers.map((at) => distance(places.map, places.centres[at] ?? nowhere, token))
  return covers.slice(distances.indexOf(Math.min(...distances))).slice(0, 1)
}

/** All queries, if they ask for every so many rows and columns. */
function strided(places: Places): readonly number[] {
  const known = stridedQueries.get(places)
  if (known) return known
  const { map, centres } = places
  const cells = [...centres].flatMap((token) => cellOf(map, token) ?? [])
  const rows = new Set(cells.map(({ row }) => row))
  const columns = new Set(cells.map(({ column }) => column))
  const isGrid = cells.length === centres.length && rows.size * columns.size === cells.length
  const isCoarse = rows.size > 1 && columns.size > 1 && cells.length < map.height * map.width
  const all = isGrid && isCoarse ? [...centres.keys()] : []
  stridedQueries.set(places, all)
  return all
}
const stridedQueries = new WeakMap<Places, readonly number[]>()

function distance(map: Grid, a: number, b: number): number {
  const [from, to] = [cellOf(map, a), cellOf(map, b)]
  return from && to ? Math.hypot(from.row - to.row, from.column - to.column) : 0
}

function entry(index: Map<number, number[]>, token: number): number[] {
  const known = index.get(token)
  if (known) return known
  const made: number[] = []
  index.set(token, made)
  return made
}

function remembered(make: (places: Places) => Index): (places: Places) => Index {
  const known = new WeakMap<Places, Index>()
  return (places) => {
    const index = known.get(places) ?? make(places)
    known.set(places, index)
    return index
  }
}
