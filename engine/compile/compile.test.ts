import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Graph } from '../graph/graph'
import { evaluate } from '../ops/evaluate'
import { randomBindings, randomGraph, randomValues } from '../ops/testing/randomGraph'
import { type CompileOptions, compile } from './compile'
import { plainDevice } from './testing/adapter'
import { interpret } from './testing/interpret'

function expectSameAsEvaluated(graph: Graph, options: Partial<CompileOptions> = {}) {
  const bindings = randomBindings(graph)
  const values = evaluate(graph, bindings)
  const plan = compile(graph, { device: plainDevice, ...options })
  const results = interpret(plan, { inputs: bindings.inputs, weight: randomValues })
  graph.outputs.forEach((output, i) => {
    const expected = values.get(output) as ArrayLike<number>
    const scale = Math.max(1, ...Array.from(expected, Math.abs))
    const worst = Math.max(...Array.from(expected, (value, j) => Math.abs(value - results[i][j]) / scale), 0)
    const hasNaN = results[i].some((value, j) => Number.isNaN(value) && !Number.isNaN(expected[j]))
    expect({ output, worst: worst < 1e-6 ? 0 : worst, hasNaN }).toEqual({ output, worst: 0, hasNaN: false })
  })
}

test('a compiled graph computes what the graph says', () => {
  fc.assert(
    fc.property(randomGraph(), (graph) => expectSameAsEvaluated(graph)),
    { numRuns: 300 },
  )
})

test('without fusion too', () => {
  fc.assert(
    fc.property(randomGraph(), (graph) => expectSameAsEvaluated(graph, { fuse: false })),
    { numRuns: 100 },
  )
})

test('named calls may be ignored', () => {
  fc.assert(
    fc.property(randomGraph(), (graph) => expectSameAsEvaluated(graph, { matchCalls: false })),
    { numRuns: 100 },
  )
})
