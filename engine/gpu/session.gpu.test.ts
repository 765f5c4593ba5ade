import { beforeAll, expect, test } from 'vitest'
import type { Plan, Step } from '../compile/plan'
import type { Dispatch } from '../kernels/kernel'
import type { Operand } from '../kernels/spec'
import { openNodeDevice } from '../node/dawn'
import { Cancelled } from './cancel'
import type { OpenDevice } from './device'
import { measureLatency } from './measure'
import { profileSteps } from './profile'
import { Session } from './session'

let device: OpenDevice

beforeAll(async () => {
  device = await openNodeDevice(process.env.VERTEBRA_ADAPTER)
})

/** y = x * w + c over n numbers, by a shader of the test's own. */
const source = `
struct Sizes { count: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> c: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(1) @binding(0) var<uniform> sizes: Sizes;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < sizes.count) { y[id.x] = x[id.x] * w[id.x] + c[0]; }
}`

const count = 100

function handMadePlan({ c = 3, b = 0.5 } = {}): Plan {
  const tensor = (id: number, label: string, size = count) => ({
    id,
    shape: [size],
    bytes: size * 4,
    buffer: id,
    offset: 0,
    label,
  })
  const operand = (id: number): Operand => ({
    tensor: id,
    view: { shape: [count], strides: [1], offset: 0 },
  })
  const dispatch: Dispatch = {
    source,
    bindings: [
      { tensor: 0, access: 'read' },
      { tensor: 1, access: 'read' },
      { tensor: 2, access: 'read' },
      { tensor: 3, access: 'read_write' },
    ],
    uniforms: new Uint8Array(new Uint32Array([count, 0, 0, 0]).buffer),
    workgroups: [2, 1, 1],
  }
  const step: Step = {
    spec: {
      family: 'map',
      fused: { expression: { kind: 'number', value: 0 }, operands: [operand(0), operand(1), operand(2)] },
      out: operand(3),
    },
    variant: { name: 'only' },
    variants: [{ name: 'only' }],
    dispatches: [dispatch],
    cost: { macs: count, bytesRead: count * 8, bytesWritten: count * 4 },
    nodes: [],
    scopes: ['block'],
    label: 'map',
  }
  const tensors = [tensor(0, 'x'), tensor(1, 'w'), tensor(2, 'c', 1), tensor(3, 'y')]
  return {
    tensors,
    buffers: tensors.map(({ id, bytes }) => ({
      id,
      bytes: Math.ceil(bytes / 256) * 256,
      use: (['input', 'weights', 'constant', 'output'] as const)[id] ?? 'activation',
    })),
    weights: [{ key: 'block.weight', tensor: 1, shape: [count], first: 0, a: 1, b }],
    constants: [{ tensor: 2, data: new Float32Array([c]) }],
    prepare: [],
    steps: [step],
    inputs: [{ name: 'input', tensor: 0, shape: [count] }],
    outputs: [{ node: 0, tensor: 3, shape: [count] }],
    memory: { weightBytes: count * 4, activationBytes: count * 8, largestCopy: null },
  }
}

const ones = new Map([['input', new Float32Array(count).fill(1)]])

test('a plan runs and answers its outputs', async () => {
  const session = new Session(device)
  const given = {
    source: 'test',
    arrays: new Map([['block.weight', Float32Array.from({ length: count }, (_, i) => i)]]),
  }
  const loaded = await session.load(handMadePlan(), { given })
  const [y] = await loaded.run(ones)
  expect(y?.[0]).toBe(3)
  expect(y?.[99]).toBe(102)
  const again = await loaded.run(new Map([['input', new Float32Array(count).fill(2)]]))
  expect(again[0]?.[99]).toBe(201)
  session.destroy()
})

test('an edit that leaves a weight alone does not make it again', async () => {
  const session = new Session(device)
  const made: number[] = []
  const onProgress = (stage: string, _done: number, total: number) => {
    if (stage === 'weights') made.push(total)
  }
  await session.load(handMadePlan(), { onProgress })
  expect(made.at(-1)).toBe(1)
  await session.load(handMadePlan({ c: 7 }), { onProgress })
  expect(made.at(-1)).toBe(0)
  await session.load(handMadePlan({ b: 0.25 }), { onProgress })
  expect(made.at(-1)).toBe(1)
  session.destroy()
})

test('a missing or wrongly sized input is an error that says so', async () => {
  const session = new Session(device)
  const loaded = await session.load(handMadePlan())
  await expect(loaded.run(new Map())).rejects.toThrow('the plan reads input')
  await expect(loaded.run(new Map([['input', new Float32Array(3)]]))).rejects.toThrow('3 numbers came, 100')
  session.destroy()
})

test('a shader that does not compile is named with its line', async () => {
  const session = new Session(device)
  const plan = handMadePlan()
  const [step] = plan.steps
  if (!step) throw new Error('no step')
  const broken = { ...step, dispatches: step.dispatches.map((d) => ({ ...d, source: 'fn main( {' })) }
  await expect(session.load({ ...plan, steps: [broken] })).rejects.toThrow(
    /internal: the shader of map.*line 1/,
  )
  // and the session still works
  await expect(session.load(plan)).resolves.toBeDefined()
  session.destroy()
})

test('cancelled work stops with Cancelled and leaves the session usable', async () => {
  const session = new Session(device)
  await expect(session.load(handMadePlan({ b: 0.125 }), { isCancelled: () => true })).rejects.toThrow(
    Cancelled,
  )
  const loaded = await session.load(handMadePlan({ b: 0.125 }))
  expect((await loaded.run(ones))[0]?.[0]).toBeGreaterThan(3)
  session.destroy()
})

test('latency and the time of each step are measured', async () => {
  const session = new Session(device)
  const loaded = await session.load(handMadePlan())
  await loaded.run(ones)
  const latency = await measureLatency(loaded, { budgetMs: 100 })
  expect(latency.median).toBeGreaterThan(0)
  expect(latency.p10).toBeLessThanOrEqual(latency.p90)
  expect(latency.method).toBe('timestamps')
  const profile = await profileSteps(loaded, { budgetMs: 100 })
  expect(profile.kernels).toHaveLength(1)
  expect(profile.kernels[0]?.median).toBeGreaterThan(0)
  expect(profile.kernels[0]?.repeats).toBeGreaterThan(1)
  session.destroy()
})

test('a destroyed device is reported as lost, not as zeros', async () => {
  const own = await openNodeDevice(process.env.VERTEBRA_ADAPTER)
  const session = new Session(own)
  const loaded = await session.load(handMadePlan())
  own.gpu.destroy()
  await own.loss.happened
  await expect(loaded.run(ones)).rejects.toThrow('The device was given back.')
})
