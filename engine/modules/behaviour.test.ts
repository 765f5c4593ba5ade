import { expect, test } from 'vitest'
import type { Shape, Value } from '../graph/graph'
import { ModuleBuilder } from '../nn/moduleBuilder'
import { evaluate } from '../ops/evaluate'
import { type Attributes, completeAttributes, slotAttributes, slotModule } from '../schema/schema'
import { modules } from '.'

test('pooling subtracts the token from the mean of its neighbours inside the map', () => {
  const [corner, edge, , , middle] = run('pooling', [[1, 3, 3, 1]], [[1, 2, 3, 4, 5, 6, 7, 8, 9]])
  // Means of {1, 2, 4, 5}, of {1 … 6} and of all nine.
  expect(corner).toBeCloseTo(3 - 1)
  expect(edge).toBeCloseTo(3.5 - 2)
  expect(middle).toBeCloseTo(5 - 5)
})

test('a class token passes a mixer of maps unchanged', () => {
  const grid = { height: 2, width: 2, prefix: 1 }
  const [token, ...patches] = run('pooling', [[1, 5, 1]], [[100, 1, 2, 3, 4]], {}, grid)
  expect(token).toBe(100)
  expect(patches).toEqual([1.5, 0.5, -0.5, -1.5])
})

test('global pooling does not count the class token', () => {
  const grid = { height: 2, width: 2, prefix: 1 }
  expect(run('globalPool', [[1, 5, 1]], [[100, 1, 2, 3, 4]], {}, grid)).toEqual([2.5])
})

test('tokens find back to their map', () => {
  const grid = { height: 2, width: 2, prefix: 1 }
  expect(run('toMap', [[1, 5, 1]], [[100, 1, 2, 3, 4]], {}, grid)).toEqual([1, 2, 3, 4])
})

test('the class-token head reads the first token', () => {
  const features = run('classTokenHead', [[1, 3, 2]], [[7, 8, 1, 2, 3, 4]], { classes: 0 })
  expect(features).toEqual([7, 8])
})

test('random mixing gives row m the weights of row m', () => {
  const tokens = [1, 10, 100, 1000]
  const mixed = run('randomMixing', [[1, 4, 1]], [tokens], {}, null, ({ shape }) =>
    Float64Array.from({ length: shape[0] ** 2 }, (_, i) => (i === 2 * 4 + 3 ? 1 : 0)),
  )
  expect(mixed).toEqual([0, 0, 1000, 0])
})

test('the spatial MLP mixes positions and keeps channels apart', () => {
  const shape: Shape = [1, 4, 2]
  const before = run('spatialMlp', [shape], [[1, 2, 3, 4, 5, 6, 7, 8]])
  const after = run('spatialMlp', [shape], [[1, 2, 3, 4, 5, 6, 7, 80]])
  const changed = before.map((value, index) => value !== after[index])
  expect(changed).toEqual([false, true, false, true, false, true, false, true])
})

test('BranchScale is ResScale and LayerScale around one add', () => {
  const [shortcut, branch] = [
    [1, 2],
    [30, 40],
  ]
  const scaled = run(
    'branchScale',
    [
      [1, 1, 2],
      [1, 1, 2],
    ],
    [shortcut, branch],
    {},
    null,
    ({ attrs }) => Float64Array.from(attrs.name.endsWith('res_scale') ? [2, 3] : [10, 100]),
  )
  expect(scaled).toEqual([1 * 2 + 30 * 10, 2 * 3 + 40 * 100])
})

test.each([
  ['relu6', -1, 0],
  ['relu6', 7, 6],
  ['squaredRelu', 3, 9],
  ['squaredRelu', -3, 0],
  ['hardswish', 1, 4 / 6],
  ['silu', 1, 1 / (1 + Math.exp(-1))],
  // Φ(1) from a table of the normal distribution.
  ['gelu', 1, 0.841344746],
  ['starRelu', 2, 0.8944 * 4 - 0.4472],
  ['noActivation', -5, -5],
])('%s of %d is %d', (id, x, y) => {
  const parameters = ({ attrs }: { attrs: { a: number } }) => Float64Array.from([attrs.a])
  expect(run(id, [[1, 1, 1]], [[x]], {}, null, parameters)[0]).toBeCloseTo(y, 6)
})

test.each([
  ['layerNorm', {}],
  ['modifiedLayerNorm', {}],
  ['groupNorm', { groups: 2 }],
])('%s gives mean 0 and variance 1 where it looks', (id, attrs) => {
  const picture = Array.from({ length: 16 }, (_, i) => Math.sin(i * i))
  const plain = run(id, [[1, 2, 2, 4]], [picture], attrs, null, ({ attrs, shape }) =>
    new Float64Array(shape[0]).fill(attrs.a),
  )
  const looked = {
    layerNorm: plain.slice(0, 4),
    modifiedLayerNorm: plain,
    groupNorm: plain.filter((_, i) => i % 4 < 2),
  }[id] as number[]
  const mean = looked.reduce((sum, value) => sum + value, 0) / looked.length
  const variance = looked.reduce((sum, value) => sum + (value - mean) ** 2, 0) / looked.length
  expect(mean).toBeCloseTo(0, 6)
  expect(variance).toBeCloseTo(1, 3)
})

type Parameters = (node: { shape: readonly number[]; attrs: { name: string; a: number } }) => Float64Array

/** Weights that differ from each other and from 1, so that a mix-up shows. */
const someWeights: Parameters = ({ shape }) =>
  Float64Array.from(
    { length: shape.reduce((product, size) => product * size, 1) },
    (_, i) => 0.5 + 0.1 * Math.cos(i),
  )

/** One module at work. */
function run(
  id: string,
  shapes: readonly Shape[],
  values: readonly (readonly number[])[],
  attrs: Attributes = {},
  grid: Value['grid'] = null,
  params: Parameters = someWeights,
): number[] {
  const b = new ModuleBuilder({
    buildModule: (b, slot, inputs) => buildOne(slotModule(slot), b, inputs, slotAttributes(slot)),
  })
  const inputs = shapes.map((shape, index) => b.input(`x${index}`, shape, grid))
  const output = b.instance('x', 'x', {}, () => buildOne(id, b, inputs, attrs))
  const graph = b.finish([output])
  const bindings = new Map(values.map((data, index) => [`x${index}`, Float64Array.from(data)]))
  return [...(evaluate(graph, { inputs: bindings, params }).get(output.id) ?? [])]
}

function buildOne(id: string, b: ModuleBuilder, inputs: readonly Value[], attrs: Attributes): Value {
  const module = modules.find((candidate) => candidate.id === id)
  if (!module) throw new Error(`no module ${id}`)
  return module.build(b, inputs, completeAttributes(module.attrs, attrs))
}
