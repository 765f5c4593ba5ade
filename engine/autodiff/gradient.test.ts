import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Graph, Value } from '../graph/graph'
import { attention } from '../nn/attention'
import { layerNorm } from '../nn/layerNorm'
import { ModuleBuilder } from '../nn/moduleBuilder'
import { averagePool, maxPool } from '../nn/pool'
import { rmsNorm } from '../nn/rmsNorm'
import { softmax } from '../nn/softmax'
import { Builder } from '../ops/builder'
import { evaluate, type Floats } from '../ops/evaluate'
import { randomGraph } from '../ops/testing/randomGraph'
import { verifyGraph } from '../ops/verify'
import { gradient } from './gradient'
import { areClose, slopes } from './testing/differences'

/** The values of all outputs, for inputs by name. */
function valuesOf(graph: Graph, inputs: { readonly [name: string]: readonly number[] }): number[][] {
  const bindings = new Map(Object.entries(inputs).map(([name, data]) => [name, Float64Array.from(data)]))
  const weights = { a: 2, b: 5 } as const
  const values = evaluate(graph, {
    inputs: bindings,
    params: ({ attrs: { name } }): Floats => Float64Array.of(weights[name as 'a' | 'b']),
  })
  return graph.outputs.map((id) => [...(values.get(id) ?? [])])
}

const ones = (b: Builder, { shape }: Value) =>
  b.broadcast(
    b.constant(
      [1],
      shape.map(() => 1),
    ),
    shape,
  )

test('the gradient of x² is 2x, weighted by the seed', () => {
  const b = new Builder()
  const x = b.input('x', [3])
  const squares = gradient(b.finish([b.square(x)]), { wrt: [x.id] })
  expect(valuesOf(squares, { x: [1, 2, 3], seed: [1, 10, 0] })).toEqual([[2, 40, 0]])
})

test('all paths to a value add up, and what was broadcast is summed', () => {
  const b = new Builder()
  const x = b.input('x', [1, 2])
  // y = x x + 3 x, once per row of three.
  const y = b.mul(b.add(b.mul(x, x), b.mul(x, 3)), b.number(1, b.input('rows', [3, 2])))
  const graph = gradient(b.finish([y]), { seed: ones, wrt: [x.id] })
  expect(valuesOf(graph, { x: [1, 10] })).toEqual([[3 * (2 + 3), 3 * (20 + 3)]])
})

test('inputs, weights and values on the way have gradients; what the output does not see has zeros', () => {
  const b = new Builder()
  const x = b.input('x', [1])
  const other = b.input('other', [2])
  const weight = (name: string) => b.param(name, [1], { role: 'trainable', a: 0, b: 1 })
  const inner = b.mul(x, weight('a'))
  const y = b.mul(b.square(inner), weight('b'))
  const wrt = [x, weight('a'), weight('b'), inner, other, y].map(({ id }) => id)
  const graph = gradient(b.finish([y]), { seed: ones, wrt })
  // y = 5 (2x)² at x = 3.
  expect(valuesOf(graph, { x: [3] })).toEqual([[120], [180], [36], [60], [0, 0], [1]])
})

test('nothing passes a stopGradient', () => {
  const b = new Builder()
  const x = b.input('x', [1])
  const y = b.mul(b.stopGradient(b.square(x)), x)
  expect(valuesOf(gradient(b.finish([y]), { seed: ones, wrt: [x.id] }), { x: [3] })).toEqual([[9]])
})

test('a gradient can be differentiated again', () => {
  const b = new Builder()
  const x = b.input('x', [1])
  const first = gradient(b.finish([b.mul(b.square(x), x)]), { seed: ones, wrt: [x.id] })
  const second = gradient(first, { seed: ones, wrt: [x.id] })
  expect(valuesOf(second, { x: [4] })).toEqual([[6 * 4]])
})

test('nodes keep their ids and scopes, and only what is needed comes after them', () => {
  const b = new Builder()
  const x = b.input('x', [2, 2])
  const w = b.param('w', [2, 2], { role: 'trainable', a: 0, b: 1 })
  const product = b.scope('mixer', 'mixer', () => b.dot(x, w, { contract: [[1], [0]] }))
  const graph = b.finish([product])
  const made = gradient(graph, { wrt: [w.id] })
  expect(made.nodes.slice(0, graph.nodes.length)).toEqual(graph.nodes)
  const added = made.nodes.slice(graph.nodes.length)
  // The seed, xᵀ seed, and no gradient by x.
  expect(added.map(({ op }) => op)).toEqual(['input', 'dot', 'transpose'])
  expect(new Set(added.map(({ scope }) => made.scopes[scope].path))).toEqual(new Set(['mixer']))
})

test('a call keeps its name where only its result is read, and loses it where an inner value is differentiated', () => {
  const b = new Builder()
  const x = b.input('x', [1, 3, 1, 2])
  const rolled = b.roll(x, { axis: 1, shift: 1 })
  const graph = b.finish([attention(b, rolled, rolled, rolled, 1)])
  expect(graph.calls.map(({ name }) => name)).toEqual(['roll', 'softmax', 'attention'])
  const probabilities = graph.nodes.findIndex(({ op }) => op === 'tap')
  const made = gradient(graph, { output: probabilities, wrt: [x.id] })
  expect(made.calls.map(({ name }) => name)).toEqual(['roll', 'softmax'])
  verifyGraph(made)
})

test('a call whose constants alone are read keeps its name', () => {
  const b = new Builder()
  const x = b.input('x', [1, 5, 5, 2])
  const graph = b.finish([averagePool(b, x, { kernel: 3, stride: 1, padding: 1, countIncludePad: false })])
  const made = gradient(graph, { wrt: [x.id] })
  expect(made.calls.map(({ name }) => name)).toEqual(['averagePool'])
  verifyGraph(made)
})

test('attention is differentiated as a whole, but where a bias or its inside is asked for', () => {
  const b = new Builder()
  const x = b.input('x', [2, 5, 3, 4])
  const bias = b.input('bias', [3, 5, 5])
  const made = attention(b, x, b.mul(x, 2), b.exp(x), 0.5, bias)
  const graph = b.finish([made])
  const namesOf = (wrt: readonly number[]) => gradient(graph, { wrt }).calls.map(({ name }) => name)
  const whole = ['attentionLogSum', 'attentionSlopes', 'attentionByQueries', 'attentionByKeys']
  expect(namesOf([x.id])).toEqual(['softmax', 'attention', ...whole])
  expect(namesOf([bias.id])).not.toContain('attentionLogSum')
  const probabilities = graph.nodes.findIndex(({ op }) => op === 'tap')
  expect(namesOf([x.id, probabilities])).not.toContain('attentionLogSum')
})

test('a max pool gives the gradient to the first of the largest, overlapping windows to each its own', () => {
  const b = new Builder()
  const x = b.input('x', [1, 4, 4, 1])
  const graph = b.finish([maxPool(b, x, { kernel: 3, stride: 2, padding: 1 })])
  const picture = [1, 1, 0, 0, 0, 5, 5, 0, 0, 0, 0, 0, 7, 0, 0, 7]
  const seed = [1, 10, 100, 1000]
  expect(valuesOf(gradient(graph, { wrt: [x.id] }), { x: picture, seed })).toEqual([
    // The first two windows share the 5 on the left, the last two have a 7 each.
    [0, 0, 0, 0, 0, 11, 0, 0, 0, 0, 0, 0, 100, 0, 0, 1000],
  ])
})

test('norms are differentiated from the statistics of their rows, softmax from its result', () => {
  const b = new ModuleBuilder()
  const x = b.input('x', [3, 8])
  const made = softmax(b, rmsNorm(b, layerNorm(b, x, { name: 'one', eps: 1e-5 }), { name: 'two', eps: 1e-5 }))
  const { calls } = gradient(b.finish([made]), { wrt: [x.id] })
  expect(calls.map(({ name }) => name)).toEqual([
    'layerNorm',
    'rmsNorm',
    'softmax',
    'rmsNormStatistics',
    'layerNormStatistics',
  ])
})

test('random programs: reverse mode equals finite differences', () => {
  // Differences see through a stopGradient.
  fc.assert(
    fc.property(randomGraph({ without: ['stopGradient'], maxSteps: 8 }), (graph) => {
      const found = slopes(graph, { points: 3 })
      // Few programs have a kink at every point that was tried, as where two equal values compete.
      fc.pre(found !== null)
      for (const { name, analytic, numeric } of found ?? [])
        expect(areClose(analytic, numeric), `${name}: ${analytic} and ${numeric}`).toBe(true)
    }),
    { numRuns: 150 },
  )
})

test('gradients keep to the grammar of graphs', () => {
  fc.assert(
    fc.property(randomGraph({ maxSteps: 8 }), (graph) => {
      const sources = graph.nodes.filter(({ op }) => op === 'input' || op === 'param')
      verifyGraph(gradient(graph, { wrt: sources.map(({ id }) => id) }))
    }),
    { numRuns: 100 },
  )
})
