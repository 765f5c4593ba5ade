import { expect, test } from 'vitest'
import { cellOf, keysAt, laidOut, placeAt, rowsAt } from '../analysis/attention/places'
import { readersOf } from '../analysis/attention/readers'
import { attentionRow } from '../analysis/attention/row'
import { findPreset } from '../catalogue'
import { setInput } from '../document/nodes'
import type { Grid, Shape } from '../graph/graph'
import type { AttentionLayer, Places } from '../index'
import { lower } from '../lower/lower'
import { modules } from '../modules'
import { build, find } from '../modules/testing/build'
import { testedAt } from '../modules/testing/shapes'
import { attentionTensor } from '../node/verify/attentionRows'
import { evaluate } from '../ops/evaluate'
import type { Attributes } from '../schema/schema'
import { proceduralWeights } from '../weights/procedural'
import { attentionLayer, attentionPlan, keptNodes } from './attentionLayers'

/** The records of a module on these inputs, and what the program taps. */
function run(id: string, from: readonly Shape[], attrs: Attributes = {}, grid: Grid | null = null) {
  const { graph } = build(find(id), from, attrs, grid)
  const scope = graph.scopes.find(({ path }) => path === 'x')?.id ?? 0
  const design = { graph, scopes: new Map([['x', scope]]), isLive: graph.nodes.map(() => true) }
  const { maps } = attentionPlan(design, 'all')
  const inputs = new Map(
    graph.nodes.flatMap(({ op, attrs, shape }) => {
      const values = Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
        Math.sin(12.9898 * i + 3),
      )
      return op === 'input' ? [[attrs.name, values] as const] : []
    }),
  )
  const values = evaluate(
    graph,
    { inputs, params: ({ attrs, shape }) => proceduralWeights(attrs.name, shape, attrs) },
    [...keptNodes(graph, maps), ...maps.map(({ tap }) => tap)],
  )
  const valuesOf = (node: number) => Float32Array.from(values.get(node) ?? [])
  return {
    layers: maps.map((map) => attentionLayer(graph, map, valuesOf)),
    tapped: maps.map(({ tap }) => valuesOf(tap)),
    tensors: maps.map((map) => attentionTensor(graph, map, valuesOf)?.data),
  }
}

/** One picture of the two that modules are tested with. */
const alone = (shape: Shape): Shape => [1, ...shape.slice(1)]
const withAttention = modules.filter((module) => {
  const { from, attrs } = testedAt(module.id)
  return (
    from.length > 0 &&
    build(module, from, attrs).graph.nodes.some(
      ({ op, attrs }) => op === 'tap' && 'name' in attrs && attrs.name === 'attention',
    )
  )
})

test('the list of modules with attention is not empty', () => {
  expect(withAttention.length).toBeGreaterThan(40)
})

test.each(withAttention.map(({ id }) => id))('all rows of %s are what the program computes', (id) => {
  const { from, attrs } = testedAt(id)
  const { layers, tapped, tensors } = run(id, from.map(alone), attrs)
  expect(layers.length).toBeGreaterThan(0)
  for (const [i, expected] of tapped.entries()) {
    const found = tensors[i] ?? new Float32Array()
    expect(found).toHaveLength(expected.length)
    const worst = found.reduce(
      (most, weight, at) => Math.max(most, Math.abs(weight - (expected[at] ?? Number.NaN))),
      0,
    )
    expect(worst).toBeLessThan(2e-6)
  }
})

test.each(withAttention.map(({ id }) => id))('of two pictures the first one’s rows of %s are kept', (id) => {
  const { from, attrs } = testedAt(id)
  if (from.some(([n]) => n !== 2)) return
  const { layers } = run(id, from, attrs)
  const single = run(id, from.map(alone), attrs)
  for (const [i, layer] of layers.entries()) {
    const other = single.layers[i]
    if (!other) throw new Error('no layer')
    const sizes = ({ windows, heads, queries, keys, kind, name }: AttentionLayer) => ({
      windows,
      heads,
      queries,
      keys,
      kind,
      name,
    })
    expect(sizes(layer)).toEqual(sizes(other))
    for (const window of [0, layer.windows - 1]) {
      const [a, b] = [layer, other].map((each) =>
        attentionRow(each, layer.heads - 1, layer.queries - 1, window),
      )
      expect(
        [...(a ?? [])]
          .map((weight, key) => Math.abs(weight - (b?.[key] ?? Number.NaN)))
          .every((d) => d < 1e-6),
      ).toBe(true)
    }
    expect([...layer.queryPlaces.centres]).toEqual([...other.queryPlaces.centres])
    expect([...layer.keyPlaces.centres]).toEqual([...other.keyPlaces.centres])
  }
})

/** `row,column` of the cells that tokens stand for; `.` for padding. */
function cells(places: Places, window: number): string {
  return Array.from({ length: places.count }, (_, i) => {
    const place = placeAt(places, window, i)
    if (place.kind !== 'tokens') return place.kind === 'padding' ? '.' : '?'
    const of = [...place.tokens].map((token) => {
      const cell = cellOf(places.map, token)
      return cell ? `${cell.row},${cell.column}` : `special ${token}`
    })
    return of.length > 4 ? `${of.length}` : of.join('+')
  }).join(' ')
}
const only = (layers: readonly AttentionLayer[], name = ''): AttentionLayer => {
  const layer = layers.find((each) => each.name === name)
  if (!layer) throw new Error(`no map ${name} among ${layers.map((each) => each.name).join()}`)
  return layer
}

test('outlook: the places of a window look at each other, and windows overlap', () => {
  const layer = only(run('outlook', [[1, 4, 4, 8]], { heads: 2, kernelSize: 3, stride: 2 }).layers)
  expect(layer).toMatchObject({ kind: 'tokens', windows: 4, heads: 2, queries: 9, keys: 9 })
  const first = '. . . . 0,0 0,1 . 1,0 1,1'
  expect(cells(layer.queryPlaces, 0)).toBe(first)
  expect(cells(layer.keyPlaces, 0)).toBe(first)
  expect(cells(layer.keyPlaces, 3)).toBe('1,1 1,2 1,3 2,1 2,2 2,3 3,1 3,2 3,3')
  // Cell 1,1 lies in all four windows.
  expect(rowsAt(layer, 5)).toEqual([
    { window: 0, query: 8 },
    { window: 1, query: 6 },
    { window: 2, query: 2 },
    { window: 3, query: 0 },
  ])
})

test('a neighbourhood that is gathered by its own scores: every position is a window of one query', () => {
  for (const scores of ['head', 'channel']) {
    const { layers } = run('standAloneAttention', [[1, 3, 4, 8]], { heads: 2, kernelSize: 3, scores })
    const layer = only(layers)
    expect(layer).toMatchObject({ windows: 12, heads: scores === 'head' ? 2 : 8, queries: 1, keys: 9 })
    expect(cells(layer.queryPlaces, 5)).toBe('1,1')
    expect(cells(layer.keyPlaces, 5)).toBe('0,0 0,1 0,2 1,0 1,1 1,2 2,0 2,1 2,2')
    expect(cells(layer.keyPlaces, 0)).toBe('. . . . 0,0 0,1 . 1,0 1,1')
  }
})

test('routed regions: the router chooses regions, the attention reads their cells', () => {
  const { layers } = run('biLevelRouting', [[1, 4, 4, 8]], { heads: 2, regions: 2, topk: 1 })
  const router = only(layers, 'router/routing_act')
  expect(router).toMatchObject({ mixes: false, windows: 4, heads: 1, queries: 1, keys: 1 })
  const attention = only(layers, 'attn_act')
  expect(attention).toMatchObject({ mixes: true, windows: 4, queries: 4, keys: 4 })
  for (let region = 0; region < 4; region++) {
    const chosen = placeAt(router.keyPlaces, region, 0)
    if (chosen.kind !== 'tokens') throw new Error('nothing chosen')
    const read = [0, 1, 2, 3].flatMap((key) => {
      const place = placeAt(attention.keyPlaces, region, key)
      return place.kind === 'tokens' ? [...place.tokens] : []
    })
    expect(read).toEqual([...chosen.tokens])
  }
})

test('one context per sub-grid: every cell of it shares the row', () => {
  const layer = only(run('separableAttention', [[1, 4, 4, 8]], { interval: 2 }).layers)
  expect(layer).toMatchObject({ windows: 4, heads: 1, queries: 1, keys: 4 })
  expect(cells(layer.keyPlaces, 1)).toBe('0,1 0,3 2,1 2,3')
  expect(rowsAt(layer, 4 * 2 + 3)).toEqual([{ window: 1, query: 0 }])
})

test('attention between channels, branches and gates has no place', () => {
  const channels = only(run('crossCovariance', [[1, 4, 4, 8]], { heads: 2 }).layers)
  expect(channels).toMatchObject({ kind: 'channels', windows: 1, heads: 2, queries: 4, keys: 4 })
  const branches = only(run('permutator', [[1, 4, 4, 8]], { segments: 4 }).layers)
  expect(branches).toMatchObject({ kind: 'channels', windows: 1, queries: 8, keys: 3 })
})

test('a class token asks and nobody else', () => {
  const grid = { height: 3, width: 3, prefix: 1 }
  const layer = only(run('classAttention', [[1, 10, 8]], { heads: 2 }, grid).layers)
  expect(layer.queryPlaces.map).toEqual(grid)
  expect(rowsAt(layer, 0)).toEqual([{ window: 0, query: 0 }])
  expect(rowsAt(layer, 5)).toEqual([])
  expect(cells(layer.keyPlaces, 0)).toBe('special 0 0,0 0,1 0,2 1,0 1,1 1,2 2,0 2,1 2,2')
})

test('queries of another stream lie on their own map, common ones where their answers go', () => {
  const other = only(
    run(
      'crossAttention',
      [
        [1, 5, 8],
        [1, 9, 8],
        [1, 9, 8],
      ],
      { heads: 2 },
    ).layers,
  )
  expect(other.queryPlaces.map).toEqual({ height: 0, width: 0, prefix: 5 })
  expect(other.keyPlaces.map).toEqual({ height: 0, width: 0, prefix: 9 })
  const common = only(
    run(
      'globalQueryAttention',
      [
        [1, 4, 4, 8],
        [1, 2, 2, 8],
      ],
      { heads: 2 },
    ).layers,
  )
  expect(cells(common.queryPlaces, 3)).toBe('2,2 2,3 3,2 3,3')
  expect(cells(common.keyPlaces, 3)).toBe('2,2 2,3 3,2 3,3')
})

test('axes are two maps with names, and the second asks from where the first put its answers', () => {
  const { layers } = run('axialAttention', [[1, 3, 4, 8]], { heads: 2 })
  expect(layers.map(({ name, followsMap }) => [name, followsMap])).toEqual([
    ['height', false],
    ['width', true],
  ])
  expect(cells(only(layers, 'height').keyPlaces, 1)).toBe('0,1 1,1 2,1')
  expect(cells(only(layers, 'width').queryPlaces, 1)).toBe('1,0 1,1 1,2 1,3')
  expect(cells(only(layers, 'width').keyPlaces, 1)).toBe('1,0 1,1 1,2 1,3')
})

test('a strided query answers for the cells around it', () => {
  const layer = only(run('attentionDownsample', [[1, 6, 6, 8]], { heads: 2, dim: 16 }).layers)
  expect(layer).toMatchObject({ queries: 9, keys: 36 })
  expect(rowsAt(layer, 6 * 2 + 4)).toEqual([{ window: 0, query: 5 }])
  expect(rowsAt(layer, 6 * 3 + 4)).toEqual([{ window: 0, query: 5 }])
})

test('a row that is laid out keeps its mass, and readers are its transpose', () => {
  const layer = only(run('spatialReduction', [[1, 5, 4, 8]], { heads: 2, ratio: 2 }).layers)
  const rows = Array.from({ length: 20 }, (_, token) =>
    laidOut(layer.keyPlaces, attentionRow(layer, 1, token), 0),
  )
  for (const { tokens, padding, nowhere } of rows) {
    expect(tokens.reduce((sum, weight) => sum + weight, padding + nowhere)).toBeCloseTo(1, 6)
  }
  for (const token of [0, 7, 15]) {
    const readers = readersOf(layer, 1, token)
    rows.forEach(({ tokens }, query) => {
      expect(readers[query]).toBeCloseTo(tokens[token] ?? Number.NaN, 6)
    })
    expect(keysAt(layer, token)).toEqual([
      { window: 0, key: Math.floor(token / 8) * 2 + Math.floor((token % 4) / 2) },
    ])
  }
  // The fifth row of cells fits no key.
  expect(keysAt(layer, 17)).toEqual([])
})

test('what does not fit beside the others is named, and comes when it is asked for', () => {
  const preset = findPreset('nat_mini')
  if (!preset) throw new Error('there is no preset nat_mini')
  const lowered = lower(preset.document)
  const { maps, leftOut } = attentionPlan(lowered, 'all')
  expect(maps.length + leftOut.length).toBe(18)
  const [first] = leftOut
  expect(first?.bytes).toBeGreaterThan(1e6)
  const asked = attentionPlan(lowered, [first?.path ?? ''])
  expect(asked.maps.map(({ path }) => path)).toEqual([first?.path])
  expect(asked.leftOut).toEqual([])
})

test('weights of more than 1024 tokens by 1024 are not kept, and a sentence says so', () => {
  const { graph } = build(find('talkingHeads'), [[1, 40, 40, 8]], { heads: 2 })
  const scope = graph.scopes.find(({ path }) => path === 'x')?.id ?? 0
  const { maps } = attentionPlan(
    { graph, scopes: new Map([['x', scope]]), isLive: graph.nodes.map(() => true) },
    'all',
  )
  expect(keptNodes(graph, maps)).toEqual([])
  const [layer] = maps.map((map) => attentionLayer(graph, map, () => new Float32Array()))
  expect(layer).toMatchObject({
    queries: 1600,
    scores: {
      kind: 'absent',
      reason:
        'Its weights would be 1600 × 1600 numbers per head, and nothing of more than 1024 × 1024 is kept; choose a smaller picture.',
    },
  })
})

test('the gates of squeeze-and-excitation come when they are asked for, one weight per channel', () => {
  const preset = findPreset('seresnet50')
  if (!preset) throw new Error('there is no preset seresnet50')
  const lowered = lower(setInput(preset.document, { height: 64, width: 64 }))
  const { maps, leftOut } = attentionPlan(lowered, 'all')
  expect(maps).toEqual([])
  expect(leftOut.map(({ why }) => why)).toEqual(Array(16).fill('gate'))
  const [first] = leftOut
  const [gate] = attentionPlan(lowered, [first?.path ?? '']).maps
  if (!gate) throw new Error('no gate')
  const layer = attentionLayer(lowered.graph, gate, () => Float32Array.from({ length: 256 }, (_, i) => i))
  expect(layer).toMatchObject({ kind: 'channels', name: 'gate', windows: 1, heads: 1, queries: 1, keys: 256 })
  expect(attentionRow(layer, 0, 0)[17]).toBe(17)
})
