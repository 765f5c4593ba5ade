import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Graph } from '../graph/graph'
import { Builder } from '../ops/builder'
import { evaluate, type Floats } from '../ops/evaluate'
import { randomBindings, randomGraph } from '../ops/testing/randomGraph'
import { verifyGraph } from '../ops/verify'
import { pushforward } from './pushforward'
import { dotProducts } from './testing/dotProducts'

function resultOf(graph: Graph, inputs: { readonly [name: string]: readonly number[] }): number[] {
  const bindings = new Map(Object.entries(inputs).map(([name, data]) => [name, Float64Array.from(data)]))
  return [...(evaluate(graph, { inputs: bindings }).get(graph.outputs[0]) as Floats)]
}

test('x² moves by 2 x v', () => {
  const b = new Builder()
  const x = b.input('x', [3])
  const made = pushforward(b.finish([b.square(x)]), { input: x.id })
  expect(resultOf(made, { x: [1, 2, 3], tangent: [1, 10, 0] })).toEqual([2, 40, 0])
})

test('all ways from the input to the output add up, and inner nodes can move too', () => {
  const b = new Builder()
  const x = b.input('x', [2])
  const inner = b.mul(x, 3)
  const y = b.add(b.sum(b.mul(x, inner), [0]), inner)
  const graph = b.finish([y])
  // y[i] = 3 Σ x² + 3 x[i].
  expect(resultOf(pushforward(graph, { input: x.id }), { x: [1, 2], tangent: [1, -1] })).toEqual([-3, -9])
  // y[i] = Σ x z + z[i], z alone.
  expect(resultOf(pushforward(graph, { input: inner.id }), { x: [1, 2], tangent: [1, -1] })).toEqual([0, -2])
})

test('what the output does not see moves nothing; the output moves as itself', () => {
  const b = new Builder()
  const x = b.input('x', [2])
  const other = b.input('other', [3])
  const graph = b.finish([b.square(x)])
  expect(resultOf(pushforward(graph, { input: other.id }), { x: [1, 2] })).toEqual([0, 0])
  const self = pushforward(graph, { input: graph.outputs[0] })
  expect(resultOf(self, { tangent: [5, 7] })).toEqual([5, 7])
})

test('random programs: <J v, u> = <v, Jᵀ u>, and neither grammar nor inputs grow', () => {
  fc.assert(
    fc.property(randomGraph({ maxSteps: 8 }), (graph) => {
      for (const input of graph.nodes.filter(({ op }) => op === 'input' || op === 'param')) {
        const made = pushforward(graph, { input: input.id })
        verifyGraph(made)
        expect(
          made.nodes.some(({ op, attrs }) => op === 'input' && 'name' in attrs && attrs.name === 'cotangent'),
        ).toBe(false)
        const { forward, backward, size } = dotProducts(graph, input.id, randomBindings(graph))
        expect(Math.abs(forward - backward)).toBeLessThanOrEqual(1e-9 * size)
      }
    }),
    { numRuns: 100 },
  )
})
