/** The record of one attention map that a run gives to its views. */
import type { Grid } from '../../graph/graph'

export interface AttentionLayer {
  /** Scope path of the mixer's instance. */
  readonly path: string
  /** What tells this map from the others of its mixer: `attns.0`, `height`; empty where it is the only one. */
  readonly name: string
  /** Attention between channels, branches or learned tokens has no place on the picture. */
  readonly kind: 'tokens' | 'channels'
  /** Maps per picture: every window has `queries` rows of its own. */
  readonly windows: number
  readonly heads: number
  /** Of one window. */
  readonly queries: number
  readonly keys: number
  /** Where every query of every window lies, and every key. */
  readonly queryPlaces: Places
  readonly keyPlaces: Places
  readonly scores: Scores
  /** Whether its weights gather values; those of a router only choose. */
  readonly mixes: boolean
  /** All attention before it lies on its way: there is one stream. */
  readonly isChained: boolean
  /** Its queries come out of an earlier map of the same mixer, and not beside it. */
  readonly followsMap: boolean
}

export type Scores = Products | Probabilities | Absent

/** softmax(q kᵀ scale + bias). */
export interface Products {
  readonly kind: 'products'
  /** Channels of one query and one key. */
  readonly width: number
  readonly scale: number
  /** [windows, heads, queries, width] */
  readonly q: Float32Array
  /** [windows, heads, keys, width] */
  readonly k: Float32Array
  readonly bias?: ScoreBias | undefined
}

/** What is added to the scores; an axis of size 1 repeats, and so do windows. */
export interface ScoreBias {
  readonly shape: readonly [windows: number, heads: number, queries: number, keys: number]
  readonly values: Float32Array
}

/** Weights that no product of queries and keys gives, as they are: [windows, heads, queries, keys]. */
export interface Probabilities {
  readonly kind: 'probabilities'
  readonly values: Float32Array
}

/** Too large to be kept. */
export interface Absent {
  readonly kind: 'absent'
  /** A sentence for people. */
  readonly reason: string
}

/**
 * Where tokens lie on a map. Tokens of the map are counted as everywhere in views: first those that lie nowhere on it (class token,
 * registers), `map.prefix` of them, then its cells row by row.
 *
 * A token of the attention may stand for one token of the map, or for several: pooled keys, convolved queries.
 */
export interface Places {
  readonly map: Grid
  /** Queries, or keys, of one window. */
  readonly count: number
  /** Per window and token, [windows, tokens]: the set that it stands for, or `padding`, or `nowhere`. */
  readonly sets: Int32Array
  /** Set i holds members[starts[i]] … members[starts[i + 1] − 1], ascending. */
  readonly starts: Int32Array
  readonly members: Int32Array
  /** [windows, tokens]: the one token of the map in the middle of the set; below 0 as in `sets`. */
  readonly centres: Int32Array
}

/** Zeros around the map, or beside it. */
export const padding = -1
/** A learned token or a channel. */
export const nowhere = -2
