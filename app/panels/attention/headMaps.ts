/** One head's answer to a question, laid on the picture. */
import {
  type AttentionLayer,
  attentionColumn,
  attentionRow,
  keysAt,
  laidOut,
  maskedKeys,
  mostOfMass,
  type Places,
  placeAt,
  type RowStatistics,
  rowStatistics,
  rowsAt,
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
  const answers =
    direction === 'reads' ? rowsOf(layer, head, token, kept) : columnsOf(layer, head, token, kept)
  if (answers.length === 0) return null
  const places = answerPlaces(layer, direction)
  const { height, width, prefix } = places.map
  const tokens = new Float64Array(prefix + height * width)
  let padding = 0
  for (const { weights, window, share } of answers) {
    const laid = laidOut(places, weights, window)
    for (let at = 0; at < tokens.length; at++) tokens[at] = (tokens[at] ?? 0) + share * (laid.tokens[at] ?? 0)
    padding += share * laid.padding
  }
  const values = Float32Array.from(tokens.subarray(prefix))
  const reach = reachOf(layer, token, direction)
  const only = direction === 'reads' && answers.length === 1 ? answers[0] : undefined
  return {
    cells: { height, width, values, absent: reach.absent ?? undefined },
    extras: Float32Array.from(tokens.subarray(0, prefix)),
    padding,
    top: values.reduce((most, value) => Math.max(most, value), 0),
    statistics: only
      ? rowStatistics(layer, only.weights, { window: only.window, query: only.index }, picture)
      : null,
    window: reach.window,
  }
}

interface Answer {
  readonly weights: Float32Array
  readonly window: number
  /** Query of a row, key of a column. */
  readonly index: number
  /** Where several rows stand for one token they are averaged. */
  readonly share: number
}

function rowsOf(layer: AttentionLayer, head: HeadChoice, token: number, kept: number): readonly Answer[] {
  const rows = rowsAt(layer, token)
  return rows.map(({ window, query }) => {
    const row = attentionRow(layer, head, query, window)
    return {
      weights: kept < 1 ? mostOfMass(row, kept) : row,
      window,
      index: query,
      share: 1 / rows.length,
    }
  })
}

/** A key that stands for several tokens is read for each of them by its part. */
function columnsOf(layer: AttentionLayer, head: HeadChoice, token: number, kept: number): readonly Answer[] {
  return keysAt(layer, token).map(({ window, key }) => {
    const column = attentionColumn(layer, head, key, window)
    const place = placeAt(layer.keyPlaces, window, key)
    return {
      weights: kept < 1 ? mostOfMass(column, kept) : column,
      window,
      index: key,
      share: 1 / (place.kind === 'tokens' ? place.tokens.length : 1),
    }
  })
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
  const mark = (window: number, at: number, isHidden: boolean) => {
    const place = placeAt(places, window, at)
    if (place.kind !== 'tokens') return
    for (const member of place.tokens) {
      if (member < prefix) continue
      inWindow[member - prefix] = 1
      if (!isHidden) canRead[member - prefix] = 1
    }
  }
  if (direction === 'reads') {
    for (const { window, query } of rowsAt(layer, token)) {
      const hidden = maskedKeys(layer, query, window)
      for (let key = 0; key < layer.keys; key++) mark(window, key, hidden?.[key] === 1)
    }
  } else {
    for (const { window, key } of keysAt(layer, token)) {
      for (let query = 0; query < layer.queries; query++)
        mark(window, query, maskedKeys(layer, query, window)?.[key] === 1)
    }
  }
  return {
    absent: canRead.includes(0) ? canRead.map((can) => 1 - can) : null,
    window: inWindow.includes(0) ? inWindow : null,
  }
}
