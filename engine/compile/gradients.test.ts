import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gradient } from '../autodiff/gradient'
import { evaluate } from '../ops/evaluate'
import { randomBindings, randomGraph, randomValues } from '../ops/testing/randomGraph'
import { compile } from './compile'
import { plainDevice } from './testing/adapter'
import { interpret } from './testing/interpret'

test('gradients compile like any other program, for random graphs', () => {
  fc.assert(
    fc.property(randomGraph({ maxSteps: 8 }), (graph) => {
      const sources = graph.nodes.filter(({ op }) => op === 'input' || op === 'param')
      const backward = gradient(graph, { wrt: sources.map(({ id }) => id) })
      const bindings = randomBindings(backward)
      const values = evaluate(backward, bindings)
      const plan = compile(backward, { device: plainDevice })
      const results = interpret(plan, { inputs: bindings.inputs, weight: randomValues })
      backward.outputs.forEach((output, i) => {
        const expected = Array.from(values.get(output) ?? [])
        const scale = Math.max(1, ...expected.map(Math.abs))
        const worst = expected.reduce(
          (most, value, j) => Math.max(most, Math.abs(value - (results[i]?.[j] ?? Number.NaN))),
          0,
        )
        expect(worst / scale).toBeLessThan(1e-6)
      })
    }),
    { numRuns: 150 },
  )
})
