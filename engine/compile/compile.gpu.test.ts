import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { gradient } from '../autodiff/gradient'
import type { OpenDevice } from '../gpu/device'
import { Session } from '../gpu/session'
import { elements, type Graph } from '../graph/graph'
import { lower } from '../lower/lower'
import { openNodeDevice } from '../node/dawn'
import { evaluate } from '../ops/evaluate'
import { randomBindings, randomGraph, randomValues } from '../ops/testing/randomGraph'
import { presets } from '../presets'
import { compile } from './compile'
import { matches } from './matches'

let device: OpenDevice
let session: Session

beforeAll(async () => {
  device = await openNodeDevice(process.env.VERTEBRA_ADAPTER)
  session = new Session(device)
})

test('what runs on the GPU is what the graph says, for random graphs', async () => {
  await fc.assert(fc.asyncProperty(randomGraph(), expectSameOnGpu), { numRuns: 300, endOnFailure: true })
})

test('so are gradients', async () => {
  const gradients = randomGraph({ maxSteps: 8 }).map((graph) => {
    const sources = graph.nodes.filter(({ op }) => op === 'input' || op === 'param')
    return gradient(graph, { wrt: sources.map(({ id }) => id) })
  })
  await fc.assert(fc.asyncProperty(gradients, expectSameOnGpu), { numRuns: 25, endOnFailure: true })
})

test.each(oneOfEveryKind())('named calls may be ignored in %s', async (_, graph) => {
  const [input] = graph.nodes.filter(({ op }) => op === 'input')
  const picture = randomValues('x', input?.shape ?? [])
  const results: Float32Array[] = []
  for (const matchCalls of [true, false]) {
    const plan = compile(graph, { device: device.traits, matchCalls })
    const loaded = await session.load(plan)
    results.push(...(await loaded.run(new Map(plan.inputs.map(({ name }) => [name, picture])))))
  }
  const [matched, ignored] = results.map((result) => Array.from(result))
  const scale = Math.max(...(matched ?? []).map(Math.abs))
  const worst = Math.max(...(matched ?? []).map((value, i) => Math.abs(value - (ignored?.[i] ?? Number.NaN))))
  expect(scale).toBeGreaterThan(0)
  expect(worst / scale).toBeLessThan(1e-4)
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

function largestWeight({ nodes }: Graph): number {
  return Math.max(...nodes.map(({ op, shape }) => (op === 'param' ? elements(shape) : 0)))
}

/** For every call that a kernel serves, the smallest of the families' first members on small pictures that makes it. */
function oneOfEveryKind(): [string, Graph][] {
  const smallest = new Map<string, [string, Graph]>()
  const families = new Map(presets.toReversed().map((preset) => [preset.family, preset]))
  for (const { id, document } of families.values()) {
    const { graph } = lower({ ...document, input: { ...document.input, height: 64, width: 64 } })
    // Some designs are made for one size of picture.
    if (graph.outputs.length === 0 || largestWeight(graph) > 2 ** 25) continue
    for (const { name } of graph.calls) {
      const known = smallest.get(name)?.[1]
      if (name in matches && (!known || graph.nodes.length < known.nodes.length))
        smallest.set(name, [id, graph])
    }
  }
  return [...new Map(smallest.values())]
}
