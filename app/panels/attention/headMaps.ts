/** One head's answer to a question, laid on the picture. */
import {
  type AttentionLayer,
  attentionRow,
  keysAt,
  laidOut,
  maskedKeys,
  mostOfMass,
  type Places,
  placeAt,
  type RowStatistics,
  readersOf,
  rowStatistics,
  rowsAt,
  tokenCount,
} from '../../../engine/index'
import type { Cells } from '../../figure/mapFigure'
import type { Asked, Direction, HeadChoice } from '../../state/attentionStore'
import { tokenOf } from './asked'

export interface HeadMap {
  readonly cells: Cells
  /** Weights on the tokens before the map's cells: class token, registers. */
  readonly extras: Float32Array
  /** Weight on zeros around the map. */
  readonly padding: number
  /** The largest weight on a cell. */
  readonly top: number
  /** Null when columns are shown, and where no single row answers. */
  readonly statistics: RowStatistics | null
  /** Cells that the query's windows hold, masked ones too; null when that is all of them. */
  readonly window: Uint8Array | null
}

export interface HeadQuestion {
  readonly asked: Asked
  readonly direction: Direction
  /** Share of the mass to keep. */
  readonly kept: number
}

/** Where the token that is asked about lies. */
export const askedPlaces = (layer: AttentionLayer, direction: Direction): Places =>
  direction === 'reads' ? layer.queryPlaces : layer.keyPlaces

/** Where the answer lies. */
export const answerPlaces = (layer: AttentionLayer, direction: Direction): Places =>
  direction === 'reads' ? layer.keyPlaces : layer.queryPlaces

/** Null where the token asks nothing here, or nothing reads it. */
export function headMap(
  layer: AttentionLayer,
  head: HeadChoice,
  { asked, direction, kept }: HeadQuestion,
  picture: { readonly height: number; readonly width: number },
): HeadMap | null {
  const token = tokenOf(asked, askedPlaces(layer, direction).map)
  const answer =
    direction === 'reads' ? rowsOf(layer, head, token, kept, picture) : columnOf(layer, head, token, kept)
  if (!answer) return null
  const { height, width, prefix } = answerPlaces(layer, direction).map
  const values = Float32Array.from(answer.tokens.subarray(prefix))
  const reach = reachOf(layer, token, direction)
  return {
    cells: { height, width, values, absent: reach.absent ?? undefined },
    extras: Float32Array.from(answer.tokens.subarray(0, prefix)),
    padding: answer.padding,
    top: answer.top,
    statistics: answer.statistics,
    window: reach.window,
  }
}

interface Answer {
  /** Weights by token of the map. */
  readonly tokens: Float64Array
  readonly padding: number
  readonly top: number
  readonly statistics: RowStatistics | null
}

/** Where several rows stand for one token, as in windows that overlap, their mean. */
function rowsOf(
  layer: AttentionLayer,
  head: HeadChoice,
  token: number,
  kept: number,
  picture: { readonly height: number; readonly width: number },
): Answer | null {
  const rows = rowsAt(layer, token)
  if (rows.length === 0) return null
  const places = layer.keyPlaces
  const tokens = new Float64Array(tokenCount(places.map))
  let padding = 0
  let top = 0
  let statistics: RowStatistics | null = null
  for (const { window, query } of rows) {
    const whole = attentionRow(layer, head, query, window)
    const row = kept < 1 ? mostOfMass(whole, kept) : whole
    const laid = laidOut(places, row, window)
    for (let at = 0; at < tokens.length; at++)
      tokens[at] = (tokens[at] ?? 0) + (laid.tokens[at] ?? 0) / rows.length
    padding += laid.padding / rows.length
    top = row.reduce((most, weight) => Math.max(most, weight), top)
    if (rows.length === 1) statistics = rowStatistics(layer, whole, { window, query }, picture)
  }
  return { tokens, padding, top, statistics }
}

function columnOf(layer: AttentionLayer, head: HeadChoice, token: number, kept: number): Answer | null {
  if (keysAt(layer, token).length === 0) return null
  const readers = readersOf(layer, head, token)
  const tokens = kept < 1 ? Float64Array.from(mostOfMass(Float32Array.from(readers), kept)) : readers
  const top = tokens.reduce((most, weight) => Math.max(most, weight), 0)
  return { tokens, padding: 0, top, statistics: null }
}

interface Reach {
  /** 1 where no weight can be; null where it can be everywhere. */
  readonly absent: Uint8Array | null
  readonly window: Uint8Array | null
}

const reaches = new WeakMap<AttentionLayer, Map<string, Reach>>()
/** Places that people come back to. */
const mostReaches = 512

/** Which cells a token can read, or be read from: the same for every head and every picture. */
function reachOf(layer: AttentionLayer, token: number, direction: Direction): Reach {
  const known = reaches.get(layer) ?? new Map<string, Reach>()
  reaches.set(layer, known)
  const key = `${direction} ${token}`
  const found = known.get(key)
  if (found) return found
  if (known.size >= mostReaches) known.clear()
  const made = findReach(layer, token, direction)
  known.set(key, made)
  return made
}

function findReach(layer: AttentionLayer, token: number, direction: Direction): Reach {
  const places = answerPlaces(layer, direction)
  const { height, width, prefix } = places.map
  const inWindow = new Uint8Array(height * width)
  const canRead = new Uint8Array(height * width)
  const mark = (member: number, isHidden: boolean) => {
    if (member < prefix) return
    inWindow[member - prefix] = 1
    if (!isHidden) canRead[member - prefix] = 1
  }
  if (direction === 'reads') {
    for (const { window, query } of rowsAt(layer, token)) {
      const hidden = maskedKeys(layer, query, window)
      for (let key = 0; key < layer.keys; key++) {
        const place = placeAt(places, window, key)
        if (place.kind === 'tokens') for (const member of place.tokens) mark(member, hidden?.[key] === 1)
      }
    }
  } else {
    for (const { window, key } of keysAt(layer, token)) {
      for (let query = 0; query < layer.queries; query++) {
        const reader = places.centres[window * layer.queries + query] ?? -1
        if (reader >= 0) mark(reader, maskedKeys(layer, query, window)?.[key] === 1)
      }
    }
  }
  return {
    absent: canRead.includes(0) ? canRead.map((can) => 1 - can) : null,
    window: inWindow.includes(0) ? inWindow : null,
  }
}
