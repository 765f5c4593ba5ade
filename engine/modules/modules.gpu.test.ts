import { beforeAll, describe, expect, test } from 'vitest'
import { compile } from '../compile/compile'
import type { OpenDevice } from '../gpu/device'
import { Session } from '../gpu/session'
import type { Graph, Shape, Value } from '../graph/graph'
import { openNodeDevice } from '../node/dawn'
import { evaluate } from '../ops/evaluate'
import { randomBindings, randomValues } from '../ops/testing/randomGraph'
import { modules } from '.'
import { mixers } from './mixer'
import { build } from './testing/build'
import { testedAt } from './testing/shapes'

let device: OpenDevice
let session: Session
/** Weights of two modules may have one name and other values. */
let runs = 0

beforeAll(async () => {
  device = await openNodeDevice(process.env.VERTEBRA_ADAPTER)
  session = new Session(device)
})

test.each(modules.map((module) => [module.id, module] as const))('%s runs', async (id, module) => {
  const { from, attrs } = testedAt(id)
  await expectSameOnGpu(build(module, from, attrs).graph)
})

/** Where MetaFormers have their mixers: on early large maps, in the long middle, behind a class token. */
const slots: readonly (readonly [shape: Shape, grid: Value['grid']])[] = [
  [[1, 56, 56, 96], null],
  [[1, 14, 14, 384], null],
  [[1, 197, 384], { height: 14, width: 14, prefix: 1 }],
]

describe.each(mixers.map((mixer) => [mixer.id, mixer] as const))('%s', (_, mixer) => {
  test.each(slots)('has a plan for %j', (shape, grid) => {
    // Maps of pairs that are convolved themselves need more than the 128 MiB in one piece that every adapter allows.
    const { traits } = device
    const limits = { ...traits.limits, maxStorageBufferBindingSize: 2 ** 30, maxBufferSize: 2 ** 30 }
    const plan = compile(build(mixer, [shape], {}, grid).graph, { device: { ...traits, limits } })
    expect(plan.outputs.map((output) => output.shape)).toEqual([shape])
  })

  test('runs on a map and behind a class token', async () => {
    await expectSameOnGpu(build(mixer, [[1, 14, 14, 96]]).graph)
    await expectSameOnGpu(build(mixer, [[1, 65, 32]], {}, { height: 8, width: 8, prefix: 1 }).graph)
  })
})

async function expectSameOnGpu(graph: Graph): Promise<void> {
  const [output = 0] = graph.outputs
  const bindings = randomBindings(graph)
  const expected = evaluate(graph, bindings).get(output) ?? []
  const plan = compile(graph, { device: device.traits })
  const arrays = new Map(
    plan.weights.map(({ key, shape, a, b }) => [key, randomValues(key, shape, { a, b })]),
  )
  const loaded = await session.load(plan, { given: { source: `random ${++runs}`, arrays } })
  const inputs = new Map([...bindings.inputs].map(([name, data]) => [name, Float32Array.from(data)]))
  const [result = []] = await loaded.run(inputs)
  let scale = 0
  let worst = 0
  for (const [i, value] of expected.entries()) {
    scale = Math.max(scale, Math.abs(value))
    worst = Math.max(worst, Math.abs(value - (result[i] ?? Number.NaN)))
  }
  expect(scale).toBeGreaterThan(0)
  expect(worst / scale).toBeLessThan(1e-5)
}
