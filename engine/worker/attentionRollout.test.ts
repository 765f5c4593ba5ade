import { expect, test } from 'vitest'
import { findPreset } from '../catalogue'
import { setInput } from '../document/nodes'
import type { Grid } from '../graph/graph'
import { type HeadMerge, rollout, tokenCount } from '../index'
import { lower } from '../lower/lower'
import { evaluate, type Floats } from '../ops/evaluate'
import { proceduralWeights } from '../weights/procedural'
import { attentionLayer, attentionPlan, keptNodes } from './attentionLayers'
import type { AttentionMap } from './attentionMaps'

/** A preset on a small picture, in double precision: its records, and its tapped probabilities. */
function run(name: string, side: number) {
  const preset = findPreset(name)
  if (!preset) throw new Error(`there is no preset ${name}`)
  const lowered = lower(setInput(preset.document, { height: side, width: side }))
  const { graph } = lowered
  const { maps } = attentionPlan(lowered, 'all')
  const picture = Float64Array.from(
    { length: side * side * 3 },
    (_, i) => Math.sin(i / 7) + Math.cos(i / 311),
  )
  const values = evaluate(
    graph,
    {
      inputs: new Map([['input', picture]]),
      params: ({ attrs, shape }) => Float64Array.from(proceduralWeights(attrs.name, shape, attrs)),
    },
    [...keptNodes(graph, maps), ...maps.map(({ tap }) => tap)],
  )
  const valuesOf = (node: number) => values.get(node) ?? new Float64Array()
  return {
    layers: maps.map((map) => attentionLayer(graph, map, (node) => Float32Array.from(valuesOf(node)))),
    weights: maps.map((map) => ({ map, shape: graph.nodes[map.tap]?.shape ?? [], data: valuesOf(map.tap) })),
  }
}

interface Weights {
  readonly map: AttentionMap
  readonly shape: readonly number[]
  readonly data: Floats
}

/** Where the tokens of a layer lie, by a formula of its own: tokens of the map, none for padding. */
interface Geometry {
  readonly grid: Grid
  readonly query: (window: number, token: number) => readonly number[]
  readonly key: (window: number, token: number) => readonly number[]
}

const fuse: { readonly [M in HeadMerge]: (weights: readonly number[]) => number } = {
  mean: (weights) => weights.reduce((sum, weight) => sum + weight, 0) / weights.length,
  max: (weights) => Math.max(...weights),
  min: (weights) => Math.min(...weights),
}

/** The whole matrix ½A + ½I of a layer. */
function matrixOf(
  { shape, data }: Weights,
  { grid, query, key }: Geometry,
  fusion: HeadMerge = 'mean',
  discard = 0,
) {
  const [windows = 1, heads = 1, queries = 1, keys = 1] = shape
  const count = tokenCount(grid)
  const matrix = Array.from({ length: count }, () => new Float64Array(count))
  for (let window = 0; window < windows; window++) {
    for (let q = 0; q < queries; q++) {
      const row = Array.from({ length: keys }, (_, k) =>
        fuse[fusion](
          Array.from(
            { length: heads },
            (_, head) => data[((window * heads + head) * queries + q) * keys + k] ?? 0,
          ),
        ),
      )
      const least = [...row.keys()]
        .sort((a, b) => (row[a] ?? 0) - (row[b] ?? 0))
        .slice(0, Math.floor(keys * discard))
      for (const k of least) row[k] = 0
      for (const token of query(window, q)) {
        for (const [k, weight] of row.entries()) {
          const cells = key(window, k)
          for (const cell of cells) (matrix[token] ?? [])[cell] += weight / cells.length
        }
      }
    }
  }
  for (const [token, row] of matrix.entries()) {
    const sum = row.reduce((total, weight) => total + weight, 0)
    row.forEach((weight, cell) => {
      row[cell] = weight / sum / 2 + (cell === token ? 0.5 : 0)
    })
  }
  return matrix
}

const times = (vector: Float64Array, matrix: readonly Float64Array[]): Float64Array =>
  vector.map((_zero, column) =>
    matrix.reduce((sum, row, i) => sum + (vector[i] ?? 0) * (row[column] ?? 0), 0),
  )

/** Cells of a square map on another whose side is a multiple, or overlaps by halves. */
function onFiner(vector: Float64Array, from: number, to: number): Float64Array {
  const finer = new Float64Array(to * to)
  const overlap = (a: number, b: number) =>
    Math.max(0, Math.min((a + 1) / from, (b + 1) / to) - Math.max(a / from, b / to)) * from
  vector.forEach((mass, cell) => {
    for (let y = 0; y < to; y++) {
      for (let x = 0; x < to; x++) {
        const share = overlap(Math.floor(cell / from), y) * overlap(cell % from, x)
        finer[y * to + x] = (finer[y * to + x] ?? 0) + mass * share
      }
    }
  })
  return finer
}

function expectClose(found: Float64Array, expected: Float64Array): void {
  expect(found).toHaveLength(expected.length)
  const worst = Math.max(...found.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN))))
  expect(worst).toBeLessThan(1e-5)
}

const unit = (count: number, token: number) =>
  Float64Array.from({ length: count }, (_, i) => (i === token ? 1 : 0))

test('a vision transformer: the product of all matrices, in double precision', () => {
  const { layers, weights } = run('vit_tiny_patch16_224', 64)
  const alone = (_window: number, token: number) => [token]
  const geometry = { grid: { height: 4, width: 4, prefix: 1 }, query: alone, key: alone }
  const through = (options: { fusion?: HeadMerge; discard?: number; start?: number }, token: number) =>
    weights
      .slice(options.start ?? 0)
      .toReversed()
      .reduce<Float64Array>(
        (vector, layer) => times(vector, matrixOf(layer, geometry, options.fusion, options.discard)),
        unit(17, token),
      )
  for (const options of [{}, { fusion: 'max' }, { fusion: 'min', discard: 0.5 }, { start: 8 }] as const) {
    const found = rollout(layers, { token: 0, ...options })
    if (found.kind === 'none') throw new Error(found.reason)
    expectClose(found.tokens, through(options, 0))
    expect(found.elsewhere).toBe(0)
  }
  const mean = rollout(layers, { token: null })
  if (mean.kind === 'none') throw new Error(mean.reason)
  const all = Array.from({ length: 16 }, (_, cell) => through({}, cell + 1))
  expectClose(
    mean.tokens,
    unit(17, -1).map((_, token) => all.reduce((sum, vector) => sum + (vector[token] ?? 0) / 16, 0)),
  )
})

test('shifted windows: mass crosses the seams as the windows do, from stage to stage', () => {
  const { layers, weights } = run('swin_tiny_patch4_window7_224', 56)
  const sides = [14, 14, 7, 7, 4, 4, 4, 4, 4, 4, 2, 2]
  let vector: Float64Array = unit(4, 3)
  let side = 2
  for (const [i, layer] of [...weights.entries()].toReversed()) {
    const own = sides[i] ?? 1
    vector = onFiner(vector, side, own)
    side = own
    const window = Math.min(7, own)
    const shift = own > 7 && i % 2 === 1 ? 3 : 0
    const place = (at: number, token: number) => {
      const row = Math.floor(at / (own / window)) * window + Math.floor(token / window)
      const column = (at % (own / window)) * window + (token % window)
      return [((row + shift) % own) * own + ((column + shift) % own)]
    }
    const grid = { height: own, width: own, prefix: 0 }
    vector = times(vector, matrixOf(layer, { grid, query: place, key: place }))
  }
  const found = rollout(layers, { token: 3 })
  if (found.kind === 'none') throw new Error(found.reason)
  expect(found.map).toEqual({ height: 14, width: 14, prefix: 0 })
  expectClose(found.tokens, vector)
})

test('pooled keys spread evenly over their cells', () => {
  const { layers, weights } = run('pvt_v2_b0', 64)
  let vector: Float64Array = unit(4, 1)
  let side = 2
  for (const [i, layer] of [...weights.entries()].toReversed()) {
    const own = [16, 16, 8, 8, 4, 4, 2, 2][i] ?? 1
    vector = onFiner(vector, side, own)
    side = own
    const pool = own / 2
    const cells = (_window: number, key: number) =>
      Array.from({ length: pool * pool }, (_, at) => {
        const row = Math.floor(key / 2) * pool + Math.floor(at / pool)
        return row * own + (key % 2) * pool + (at % pool)
      })
    const grid = { height: own, width: own, prefix: 0 }
    vector = times(vector, matrixOf(layer, { grid, query: (_window, token) => [token], key: cells }))
  }
  const found = rollout(layers, { token: 1 })
  if (found.kind === 'none') throw new Error(found.reason)
  expectClose(found.tokens, vector)
})

test('patches keep what they have where only the class token asks, and it is no one’s before it exists', () => {
  const { layers } = run('cait_xxs24_224', 32)
  const found = rollout(layers, { token: 0 })
  if (found.kind === 'none') throw new Error(found.reason)
  expect(found.map).toEqual({ height: 2, width: 2, prefix: 0 })
  expect(found.elsewhere).toBeGreaterThan(0.25)
  expect(found.tokens.reduce((sum, mass) => sum + mass, found.elsewhere)).toBeCloseTo(1, 9)
})

test('stripes side by side and axes one after the other end where each of them reads', () => {
  const { layers } = run('CSWin_64_12211_tiny_224', 32)
  const first = layers.filter(({ path }) => path === layers[0]?.path)
  expect(first.map(({ name, followsMap }) => [name, followsMap])).toEqual([
    ['attns.0', false],
    ['attns.1', false],
  ])
  const found = rollout(first, { token: 8 * 3 + 5 })
  if (found.kind === 'none') throw new Error(found.reason)
  const reached = [...found.tokens.keys()].filter((token) => (found.tokens[token] ?? 0) > 0)
  expect(reached).toEqual(
    [...found.tokens.keys()].filter((token) => Math.floor(token / 8) === 3 || token % 8 === 5),
  )
})

test('channels have no way through, and several streams no single one', () => {
  expect(rollout(run('xcit_nano_12_p16_224', 32).layers, { token: null })).toMatchObject({
    kind: 'rollout',
    passed: expect.arrayContaining([expect.stringContaining('blocks.0')]),
  })
  expect(rollout([], { token: 0 })).toEqual({
    kind: 'none',
    reason: 'None of these layers has attention that lies on the picture.',
  })
  expect(rollout(run('crossvit_tiny_240', 48).layers, { token: 0 })).toMatchObject({
    kind: 'none',
    reason: expect.stringContaining('several streams'),
  })
})
