import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { OpenDevice } from '../gpu/device'
import { Session } from '../gpu/session'
import type { Graph } from '../graph/graph'
import { openNodeDevice } from '../node/dawn'
import { evaluate } from '../ops/evaluate'
import { randomBindings, randomGraph, randomValues } from '../ops/testing/randomGraph'
import { compile } from './compile'

let device: OpenDevice
let session: Session

beforeAll(async () => {
  device = await openNodeDevice(process.env.VERTEBRA_ADAPTER)
  session = new Session(device)
})

test('what runs on the GPU is what the graph says, for random graphs', async () => {
  await fc.assert(fc.asyncProperty(randomGraph(), expectSameOnGpu), { numRuns: 300, endOnFailure: true })
})

async function expectSameOnGpu(graph: Graph) {
  const bindings = randomBindings(graph)
  const values = evaluate(graph, bindings)
  const plan = compile(graph, { device: device.traits })
  const arrays = new Map(
    plan.weights.map(({ key, shape, a, b }) => [key, randomValues(key, shape, { a, b })]),
  )
  const loaded = await session.load(plan, { given: { source: 'random', arrays } })
  const inputs = new Map([...bindings.inputs].map(([name, data]) => [name, Float32Array.from(data)]))
  const results = await loaded.run(inputs)
  graph.outputs.forEach((output, i) => {
    const expected = Array.from(values.get(output) ?? [])
    const scale = Math.max(1, ...expected.map(Math.abs))
    const worst = expected.reduce(
      (most, value, j) => Math.max(most, Math.abs(value - (results[i]?.[j] ?? Number.NaN))),
      0,
    )
    expect(worst / scale).toBeLessThan(1e-4)
  })
}
