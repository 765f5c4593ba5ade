/**
 * What one token gathered through many layers: r ← r (½A + ½I), layer by layer from the last to the first, where ½I stands for the
 * residual connection. A is never made: a vector goes through, whatever the attention. What lies between the attentions (MLPs, convolutions,
 * mixers without attention) counts as keeping every token in its place.
 * Abnar, Zuidema 2020, https://arxiv.org/abs/2005.00928
 */
import type { Grid } from '../../graph/graph'
import { type AttentionLayer, nowhere, type Places, padding } from './layer'
import { rowsAt, tokenCount } from './places'
import { type HeadMerge, mergedRow } from './row'

export interface RolloutOptions {
  /** A token of the last layer's query map; null for the mean over all cells of the map. */
  readonly token: number | null
  /** Index of the first layer that counts; 0 by default. */
  readonly start?: number
  /** How the heads of a layer become one map; the mean by default. */
  readonly fusion?: HeadMerge
  /** The share of the keys of every row, those of the smallest weights, that is left out; 0 by default. */
  readonly discard?: number
}

export type Rollout =
  | {
      readonly kind: 'rollout'
      /** Of the first layer's keys. */
      readonly map: Grid
      /** What was read of every token of this map. */
      readonly tokens: Float64Array
      /** What was read of tokens that are not on this map; together with `tokens` 1. */
      readonly elsewhere: number
      /** Paths of mixers that were passed as if they did nothing: their attention has no places, or was not kept. */
      readonly passed: readonly string[]
    }
  /** `reason` is a sentence for people. */
  | { readonly kind: 'none'; readonly reason: string }

/** Through the layers up to the last; to end earlier, give fewer. */
export function rollout(
  layers: readonly AttentionLayer[],
  { token, start = 0, fusion = 'mean', discard = 0 }: RolloutOptions,
): Rollout {
  const mixers = mixersOf(layers.slice(start).filter(({ mixes }) => mixes))
  const usable = mixers.filter(isUsable)
  const last = usable.at(-1)
  if (!last) return none('None of these layers has attention that lies on the picture.')
  if (usable.slice(1).some(([{ isChained }]) => !isChained)) {
    return none(
      'This design computes attention in several streams side by side, and there is no one way back through all of them.',
    )
  }
  let map = last[last.length - 1].queryPlaces.map
  let flow: Flow = { tokens: beginning(map, token), elsewhere: 0 }
  for (const mixer of usable.toReversed()) {
    const asking = mixer[mixer.length - 1].queryPlaces.map
    const read = mixer[0].keyPlaces.map
    flow = onto(flow, map, asking)
    flow = halves(onto(flow, asking, read), through(mixer, flow, { fusion, discard }))
    map = read
  }
  const passed = mixers.filter((mixer) => !usable.includes(mixer)).map(([{ path }]) => path)
  return { kind: 'rollout', map, ...flow, passed }
}

/** The maps of one mixer. */
type Mixer = readonly [AttentionLayer, ...AttentionLayer[]]

function mixersOf(layers: readonly AttentionLayer[]): readonly Mixer[] {
  const mixers: [AttentionLayer, ...AttentionLayer[]][] = []
  for (const layer of layers) {
    const last = mixers.at(-1)
    if (last && last[0].path === layer.path) last.push(layer)
    else mixers.push([layer])
  }
  return mixers
}

/** Every map lies on the picture, and those side by side on the same one. */
const isUsable = (mixer: Mixer): boolean =>
  mixer.every(
    ({ kind, scores, queryPlaces, keyPlaces }) =>
      kind === 'tokens' &&
      scores.kind !== 'absent' &&
      tokenCount(queryPlaces.map) > 0 &&
      tokenCount(keyPlaces.map) > 0,
  ) &&
  inSteps(mixer).every(([first, ...others]) =>
    others.every(
      ({ queryPlaces, keyPlaces }) =>
        isSameMap(queryPlaces.map, first.queryPlaces.map) && isSameMap(keyPlaces.map, first.keyPlaces.map),
    ),
  )

const isSameMap = (a: Grid, b: Grid): boolean =>
  a.height === b.height && a.width === b.width && a.prefix === b.prefix

const none = (reason: string): Rollout => ({ kind: 'none', reason })

interface Flow {
  /** Per token of a map. */
  readonly tokens: Float64Array
  readonly elsewhere: number
}

function beginning(map: Grid, token: number | null): Float64Array {
  const tokens = new Float64Array(tokenCount(map))
  if (token !== null) tokens[token] = 1
  else tokens.fill(1 / (tokens.length - map.prefix || 1), tokens.length > map.prefix ? map.prefix : 0)
  return tokens
}

function halves(a: Flow, b: Flow): Flow {
  return {
    tokens: a.tokens.map((value, token) => (value + b.tokens[token]) / 2),
    elsewhere: (a.elsewhere + b.elsewhere) / 2,
  }
}

interface Fusing {
  readonly fusion: HeadMerge
  readonly discard: number
}

/** One mixer: maps that follow each other one after the other, maps side by side as their mean, weighted by their heads. */
function through(mixer: Mixer, flow: Flow, fusing: Fusing): Flow {
  let current = flow
  let map = mixer[mixer.length - 1].queryPlaces.map
  for (const beside of inSteps(mixer).toReversed()) {
    const [{ queryPlaces, keyPlaces }] = beside
    current = onto(current, map, queryPlaces.map)
    current = readBy(beside, current, fusing)
    map = keyPlaces.map
  }
  return onto(current, map, mixer[0].keyPlaces.map)
}

function inSteps(mixer: Mixer): readonly Mixer[] {
  const steps: [AttentionLayer, ...AttentionLayer[]][] = []
  for (const layer of mixer) {
    const last = steps.at(-1)
    if (last && !layer.followsMap) last.push(layer)
    else steps.push([layer])
  }
  return steps
}

/** A token that asks nothing keeps what it has. */
function readBy(beside: Mixer, { tokens, elsewhere }: Flow, fusing: Fusing): Flow {
  const [first] = beside
  const read = { tokens: new Float64Array(tokenCount(first.keyPlaces.map)), elsewhere }
  const still = new Float64Array(tokens.length)
  tokens.forEach((mass, token) => {
    if (mass === 0) return
    const asked = beside.flatMap((layer) => {
      const rows = rowsAt(layer, token)
      return rows.map((row) => ({ layer, ...row, weight: layer.heads / rows.length }))
    })
    if (asked.length === 0) {
      still[token] = mass
      return
    }
    const all = asked.reduce((sum, { weight }) => sum + weight, 0)
    for (const { layer, window, query, weight } of asked) {
      const row = fusedRow(layer, fusing, window, query)
      read.elsewhere += spread(layer.keyPlaces, row, window, (mass * weight) / all, read.tokens)
    }
  })
  const kept = onto({ tokens: still, elsewhere: 0 }, first.queryPlaces.map, first.keyPlaces.map)
  return {
    tokens: read.tokens.map((value, token) => value + kept.tokens[token]),
    elsewhere: read.elsewhere + kept.elsewhere,
  }
}

/**
 * Adds what a row reads, and returns what of it lies on no token of the map. Zeros around the map are no one's. Weights that
 * no softmax made may be negative: their size counts.
 */
function spread(
  places: Places,
  row: Float64Array,
  window: number,
  mass: number,
  onTokens: Float64Array,
): number {
  const first = window * row.length
  let sum = 0
  for (let key = 0; key < row.length; key++)
    if (places.sets[first + key] !== padding) sum += Math.abs(row[key])
  if (sum === 0) return mass
  let lost = 0
  for (let key = 0; key < row.length; key++) {
    const set = places.sets[first + key]
    const share = (mass * Math.abs(row[key])) / sum
    if (set === nowhere) lost += share
    if (set < 0) continue
    const [from, to] = [places.starts[set], places.starts[set + 1]]
    for (let i = from; i < to; i++) onTokens[places.members[i]] += share / (to - from)
  }
  return lost
}

function fusedRow(
  layer: AttentionLayer,
  { fusion, discard }: Fusing,
  window: number,
  query: number,
): Float64Array {
  const row = remembered(layer, fusion, window, query)
  const left = Math.floor(row.length * discard)
  if (left === 0) return row
  const kept = Float64Array.from(row)
  for (const key of [...row.keys()].sort((a, b) => row[a] - row[b]).slice(0, left)) kept[key] = 0
  return kept
}

/** Rows of the last fusion: another token, or another share to discard, asks for the same ones. */
function remembered(layer: AttentionLayer, fusion: HeadMerge, window: number, query: number): Float64Array {
  // What would be tokens × tokens over 1024 is computed again and again instead.
  if (layer.queries > 1024 && layer.keys > 1024) return mergedRow(layer, fusion, query, window)
  const known = fusedRows.get(layer)
  const rows = known?.fusion === fusion ? known.rows : new Map<number, Float64Array>()
  if (rows !== known?.rows) fusedRows.set(layer, { fusion, rows })
  const at = window * layer.queries + query
  const row = rows.get(at) ?? mergedRow(layer, fusion, query, window)
  rows.set(at, row)
  return row
}
const fusedRows = new WeakMap<
  AttentionLayer,
  { readonly fusion: HeadMerge; readonly rows: Map<number, Float64Array> }
>()

/** The same on another map of the picture: a cell spreads over the cells that it covers, by area. */
function onto({ tokens, elsewhere }: Flow, from: Grid, to: Grid): Flow {
  if (isSameMap(from, to)) return { tokens, elsewhere }
  const moved = new Float64Array(tokenCount(to))
  const common = Math.min(from.prefix, to.prefix)
  moved.set(tokens.subarray(0, common))
  let lost = tokens.subarray(common, from.prefix).reduce((sum, mass) => sum + mass, 0)
  const [rows, columns] = [shares(from.height, to.height), shares(from.width, to.width)]
  for (let token = from.prefix; token < tokens.length; token++) {
    const cell = token - from.prefix
    const [down, right] = [rows[Math.floor(cell / from.width)], columns[cell % from.width]]
    if (down.length * right.length === 0) lost += tokens[token]
    for (const [row, high] of down) {
      for (const [column, wide] of right)
        moved[to.prefix + row * to.width + column] += tokens[token] * high * wide
    }
  }
  return { tokens: moved, elsewhere: elsewhere + lost }
}

/** For every part of an axis cut into `from`: the parts of the axis cut into `to` that it covers, and how much of it lies in each. */
function shares(from: number, to: number): readonly (readonly (readonly [part: number, share: number])[])[] {
  return Array.from({ length: from }, (_, part) => {
    const [start, end] = [(part * to) / from, ((part + 1) * to) / from]
    const covered: [number, number][] = []
    for (let other = Math.floor(start); other < Math.min(to, end); other++) {
      const share = (Math.min(end, other + 1) - Math.max(start, other)) / (end - start)
      if (share > 1e-9) covered.push([other, share])
    }
    return covered
  })
}
