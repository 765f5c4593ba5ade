import fc from 'fast-check'
import { expect, test } from 'vitest'
import { placeAt, tokenCount } from '../analysis/attention/places'
import type { Graph, Grid, Shape } from '../graph/graph'
import type { AttentionLayer, Places } from '../index'
import { build, find } from '../modules/testing/build'
import { evaluate, type Floats } from '../ops/evaluate'
import type { Attributes } from '../schema/schema'
import { proceduralWeights } from '../weights/procedural'
import { attentionLayer, attentionPlan, keptNodes } from './attentionLayers'
import type { AttentionMap } from './attentionMaps'

interface Built {
  readonly graph: Graph
  readonly maps: readonly AttentionMap[]
  readonly layers: readonly AttentionLayer[]
  readonly valuesWith: (input: Floats) => ReadonlyMap<number, Floats>
  readonly input: Float64Array
}

/** A module with attention on an input of this shape, and the records of a run. */
function built(id: string, shape: Shape, attrs: Attributes = {}, grid: Grid | null = null): Built {
  const { graph } = build(find(id), [shape], attrs, grid)
  const scope = graph.scopes.find(({ path }) => path === 'x')?.id ?? 0
  const isLive = graph.nodes.map(() => true)
  const { maps } = attentionPlan({ graph, scopes: new Map([['x', scope]]), isLive }, 'all')
  const wanted = keptNodes(graph, maps)
  const input = Float64Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) =>
    Math.sin(12.9898 * i + 3),
  )
  const params = ({ attrs, shape }: Parameters<NonNullable<Parameters<typeof evaluate>[1]['params']>>[0]) =>
    Float64Array.from(proceduralWeights(attrs.name, shape, attrs))
  const valuesWith = (x: Floats) => evaluate(graph, { inputs: new Map([['x0', x]]), params }, wanted)
  const values = valuesWith(input)
  const layers = maps.map((map) =>
    attentionLayer(graph, map, (node) => Float32Array.from(values.get(node) ?? [])),
  )
  return { graph, maps, layers, valuesWith, input }
}

/** The tokens of [n, t, h, d] that each token of the input map moves, tried one by one. */
function movedBy(
  { graph, valuesWith, input }: Built,
  node: number,
  map: Grid,
): readonly ReadonlySet<number>[] {
  const shape = graph.nodes[node]?.shape ?? []
  const perToken = (shape[2] ?? 1) * (shape[3] ?? 1)
  const channels = input.length / tokenCount(map)
  const before = valuesWith(input).get(node) ?? []
  return Array.from({ length: tokenCount(map) }, (_, token) => {
    // So little that no other region is chosen.
    const moved = input.map((value, i) =>
      Math.floor(i / channels) === token ? value + 1e-7 * Math.cos(i) : value,
    )
    const after = valuesWith(moved).get(node) ?? []
    const tokens = new Set<number>()
    before.forEach((value, i) => {
      if (after[i] !== value) tokens.add(Math.floor(i / perToken))
    })
    return tokens
  })
}

function expectPlaces(places: Places, moved: readonly ReadonlySet<number>[]): void {
  for (let at = 0; at < places.sets.length; at++) {
    const place = placeAt(places, Math.floor(at / places.count), at % places.count)
    const expected = moved.flatMap((tokens, token) => (tokens.has(at) ? [token] : []))
    expect(place.kind === 'tokens' ? [...place.tokens] : []).toEqual(expected)
    if (place.kind === 'tokens') expect(expected).toContain(place.centre)
  }
}

/** Queries and keys of every call lie where the cells that move them lie. */
function expectAsPerturbed(id: string, shape: Shape, attrs: Attributes, grid: Grid | null = null): void {
  const all = built(id, shape, attrs, grid)
  for (const [i, { scores }] of all.maps.entries()) {
    const layer = all.layers[i]
    if (scores.kind !== 'products' || !layer) continue
    const map = grid ?? { height: shape[1] ?? 1, width: shape[2] ?? 1, prefix: 0 }
    expect(layer.queryPlaces.map).toEqual(map)
    expect(layer.keyPlaces.map).toEqual(map)
    expectPlaces(layer.queryPlaces, movedBy(all, scores.q, map))
    expectPlaces(layer.keyPlaces, movedBy(all, scores.k, map))
  }
}

const sides = { h: fc.integer({ min: 3, max: 9 }), w: fc.integer({ min: 3, max: 9 }) }
const map = ({ h, w }: { readonly h: number; readonly w: number }): Shape => [1, h, w, 8]

test('windows, shifted and padded, hold the cells that move them', () => {
  const options = fc.record({
    ...sides,
    windowSize: fc.integer({ min: 2, max: 5 }),
    shifted: fc.boolean(),
    padding: fc.constantFrom('swin', 'masked', 'twins'),
  })
  fc.assert(
    fc.property(options, ({ windowSize, shifted, padding, ...sides }) =>
      expectAsPerturbed('windowAttention', map(sides), { heads: 2, windowSize, shifted, padding }),
    ),
    { numRuns: 40 },
  )
})

test('halos hold the cells that move them', () => {
  const options = fc.record({
    ...sides,
    blockSize: fc.integer({ min: 2, max: 4 }),
    haloSize: fc.integer({ min: 0, max: 2 }),
    stride: fc.integer({ min: 1, max: 2 }),
  })
  fc.assert(
    fc.property(options, ({ blockSize, haloSize, stride, ...sides }) =>
      expectAsPerturbed('haloAttention', map(sides), { heads: 2, blockSize, haloSize, stride }),
    ),
    { numRuns: 25 },
  )
})

test('dilated windows hold the cells that move them', () => {
  const options = fc.record({
    ...sides,
    windowSize: fc.integer({ min: 2, max: 4 }),
    interval: fc.constantFrom(null, 1, 2, 3),
  })
  fc.assert(
    fc.property(options, ({ windowSize, interval, ...sides }) =>
      expectAsPerturbed('dilatedAttention', map(sides), { heads: 2, windowSize, interval }),
    ),
    { numRuns: 30 },
  )
})

test('pooled and convolved keys hold the cells that move them', () => {
  const reduction = fc.record({
    ...sides,
    attrs: fc.oneof(
      fc.record({ reduction: fc.constant('conv'), ratio: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ reduction: fc.constant('pool'), poolSize: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ reduction: fc.constant('run'), run: fc.integer({ min: 1, max: 5 }) }),
    ),
  })
  fc.assert(
    fc.property(reduction, ({ attrs, ...sides }) =>
      expectAsPerturbed('spatialReduction', map(sides), { heads: 2, ...attrs }),
    ),
    { numRuns: 40 },
  )
  const convolved = fc.record({
    // On a smaller map a kernel of five reads everything everywhere: see the next test.
    h: fc.integer({ min: 4, max: 9 }),
    w: fc.integer({ min: 4, max: 9 }),
    kernelSize: fc.constantFrom(1, 3, 5),
    stride: fc.integer({ min: 1, max: 2 }),
    prefix: fc.integer({ min: 0, max: 2 }),
  })
  fc.assert(
    fc.property(convolved, ({ h, w, prefix, ...attrs }) =>
      expectAsPerturbed(
        'convProjection',
        [1, prefix + h * w, 8],
        { heads: 2, ...attrs },
        { height: h, width: w, prefix },
      ),
    ),
    { numRuns: 25 },
  )
})

test('where every query is made from the whole map, each stands for its own cell, and keys for all of them', () => {
  const grid = { height: 3, width: 3, prefix: 0 }
  const { layers } = built('convProjection', [1, 9, 8], { heads: 2, kernelSize: 5, stride: 1 }, grid)
  const [layer] = layers
  if (!layer) throw new Error('there is no map')
  const whole = [0, 1, 2, 3, 4, 5, 6, 7, 8]
  for (const token of whole) {
    const own = { kind: 'tokens', tokens: Int32Array.of(token), centre: token }
    expect(placeAt(layer.queryPlaces, 0, token)).toEqual(own)
    expect(placeAt(layer.keyPlaces, 0, token)).toEqual({
      kind: 'tokens',
      tokens: Int32Array.from(whole),
      centre: 4,
    })
  }
})

test('neighbourhoods, stripes, focal levels and routed regions hold the cells that move them', () => {
  expectAsPerturbed('neighbourhoodAttention', [1, 6, 7, 8], { heads: 2, kernelSize: 3 })
  expectAsPerturbed('crossShaped', [1, 6, 6, 8], { heads: 2, stripe: 2 })
  expectAsPerturbed('hiLoAttention', [1, 6, 6, 32], {})
  expectAsPerturbed('focalAttention', [1, 6, 9, 8], { heads: 2, windowSize: 3, expand: 1, focalWindow: 3 })
  expectAsPerturbed('biLevelRouting', [1, 7, 8, 8], { heads: 2, regions: 3, topk: 2 })
  expectAsPerturbed('attentionDownsample', [1, 6, 6, 8], { heads: 2, dim: 16 })
})

test('a convolved query stands for the cell in its middle, at the borders too', () => {
  const grid = { height: 5, width: 6, prefix: 1 }
  const { layers } = built('convProjection', [1, 31, 8], { heads: 2, kernelSize: 3, stride: 1 }, grid)
  const places = layers[0]?.queryPlaces
  expect([...(places?.centres ?? [])]).toEqual(Array.from({ length: 31 }, (_, token) => token))
})
