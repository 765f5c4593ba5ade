import { beforeAll, expect, test } from 'vitest'
import { contributions, sideHolding } from '../analysis/fieldMass'
import { effectiveField, placeInput } from '../autodiff/effectiveField'
import { findPreset } from '../catalogue'
import type { TuningCache } from '../gpu/tune'
import type { Shape } from '../graph/graph'
import { attentionRow, type Document, setAttributes, setInput } from '../index'
import { lower } from '../lower/lower'
import { dawn } from '../node/dawn'
import { runOnReference } from '../node/runOnReference'
import { evaluate } from '../ops/evaluate'
import { proceduralWeights } from '../weights/procedural'
import { safetensorsOf } from '../weights/testing/checkpoint'
import { EngineHost, type HostOptions } from './host'
import { pictureFor } from './picture'
import type { Reply } from './protocol'

let gpu: GPU

beforeAll(async () => {
  gpu = await dawn(process.env.VERTEBRA_ADAPTER)
})

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const forgetful: TuningCache = { read: async () => new Map(), write: async () => {} }

function newHost(of: GPU | undefined = gpu, options: Partial<HostOptions> = {}) {
  const replies: Reply[] = []
  const host = new EngineHost({
    gpu: of,
    post: (reply) => replies.push(reply),
    tuningCache: forgetful,
    soonMs: [0, 50],
    ...options,
  })
  const typesOf = (revision: number) =>
    replies.flatMap((reply) =>
      'revision' in reply && reply.revision === revision && reply.type !== 'progress' ? [reply.type] : [],
    )
  const last = <T extends Reply['type']>(type: T) =>
    replies.findLast((reply): reply is Extract<Reply, { type: T }> => reply.type === type)
  return { host, replies, typesOf, last }
}

function design(name: string, side: number) {
  const preset = findPreset(name)
  if (!preset) throw new Error(`there is no preset ${name}`)
  return setInput(preset.document, { height: side, width: side })
}

const vit = design('vit_tiny_patch16_224', 64)
const request = { batch: 1, picture: null, measure: false, attention: [], weights: null } as const

test('start tells which adapter there is', async () => {
  const { host, last } = newHost()
  host.receive({ type: 'start' })
  await host.idle()
  expect(last('device')?.device).toMatchObject({ available: true, hasTimestamps: true })
})

test('without WebGPU the reason is a sentence, and a run fails with it', async () => {
  const { host, replies } = newHost(undefined)
  const none = new EngineHost({
    gpu: undefined,
    post: (reply) => replies.push(reply),
    tuningCache: forgetful,
  })
  none.receive({ type: 'start' })
  none.receive({ type: 'run', revision: 1, document: vit, ...request })
  await none.idle()
  expect(replies.find(({ type }) => type === 'device')).toEqual({
    type: 'device',
    device: { available: false, reason: 'This browser has no WebGPU.' },
  })
  expect(replies.at(-1)).toMatchObject({ type: 'failed', revision: 1, code: 'NO_WEBGPU' })
  void host
})

test('a run reports its progress, answers logits and attention, and is measured', async () => {
  const { host, replies, typesOf, last } = newHost()
  host.receive({ type: 'run', revision: 1, document: vit, ...request, measure: true, attention: 'all' })
  await host.idle()
  expect(typesOf(1)).toEqual(['ran', 'measured'])
  const stages = replies.flatMap((reply) => (reply.type === 'progress' ? [reply.stage] : []))
  expect([...new Set(stages)]).toEqual(['planning', 'compiling', 'weights', 'running', 'measuring'])
  const result = last('ran')?.result
  expect(result?.logits).toHaveLength(1000)
  expect(result?.attention.map(({ path }) => path)).toEqual(
    Array.from({ length: 12 }, (_, block) => expect.stringMatching(new RegExp(`^blocks\\.${block}/`))),
  )
  const [layer] = result?.attention ?? []
  expect(layer).toMatchObject({
    heads: 3,
    kind: 'tokens',
    windows: 1,
    queries: 17,
    keys: 17,
    queryPlaces: { map: { height: 4, width: 4, prefix: 1 } },
    keyPlaces: { map: { height: 4, width: 4, prefix: 1 } },
    scores: { kind: 'products', width: 64 },
  })
  if (!layer) throw new Error('no layer')
  const row = attentionRow(layer, 0, 5)
  expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5)
  expect(result?.kernels.length).toBeGreaterThan(20)
  expect(last('measured')?.latency.median).toBeGreaterThan(0)
})

const openCpu = async () => {
  const ort = await import('onnxruntime-web')
  ort.env.logLevel = 'error'
  return ort
}

test.each([
  ['with a GPU', () => gpu],
  ['without one', () => undefined],
])('%s a design runs on the CPU, attention and latency included, as on the GPU', async (_, of) => {
  const run = async (host: EngineHost, processor: 'gpu' | 'cpu') => {
    host.receive({
      type: 'run',
      revision: 1,
      document: vit,
      ...request,
      attention: 'all',
      measure: true,
      processor,
    })
    await host.idle()
  }
  const onGpu = newHost()
  await run(onGpu.host, 'gpu')
  const onCpu = newHost(of(), { openCpu })
  await run(onCpu.host, 'cpu')
  const [expected, got] = [onGpu.last('ran')?.result, onCpu.last('ran')?.result]
  expect(got?.processor).toBe('cpu')
  const difference = (a?: Float32Array | null, b?: Float32Array | null) =>
    Math.max(...[...(a ?? [])].map((value, index) => Math.abs(value - (b?.[index] ?? Number.NaN))))
  expect(difference(expected?.logits, got?.logits)).toBeLessThan(1e-4)
  for (const layer of [0, 11]) {
    const [wanted, made] = [expected?.attention[layer], got?.attention[layer]]
    if (!wanted || !made) throw new Error('a layer is missing')
    expect(difference(attentionRow(wanted, 1, 5), attentionRow(made, 1, 5))).toBeLessThan(1e-4)
  }
  expect(onCpu.last('measured')?.latency).toMatchObject({ method: 'wall clock' })
  expect(onCpu.last('measured')?.latency.median).toBeGreaterThan(0)
})

test('what is looked at on the CPU is what the GPU shows', async () => {
  const document = design('resnet18', 32)
  const fields = []
  for (const processor of ['gpu', 'cpu'] as const) {
    const { host, last } = newHost(processor === 'gpu' ? gpu : undefined, { openCpu })
    host.receive({
      type: 'look',
      id: 1,
      kind: 'field',
      seat: 'main',
      processor,
      subject: { document, pictures: [], weights: null },
      question: { path: 'layer1/0', place: 27, rule: 'absolute', isRandom: false },
    })
    await host.idle()
    const looked = last('looked')
    if (looked?.kind !== 'field') throw new Error('no field came')
    fields.push(looked.answer.map.values)
  }
  const [onGpu = new Float32Array(), onCpu = new Float32Array()] = fields
  const most = Math.max(...onGpu)
  expect(Math.max(...onGpu.map((value, i) => Math.abs(value - (onCpu[i] ?? Number.NaN))))).toBeLessThan(
    1e-4 * most,
  )
})

test('weights of a file are used on the CPU, and a host without a CPU says so', async () => {
  const { host, last } = newHost(undefined, { openCpu })
  const { bytes, tensors } = checkpointOf(vit)
  host.receive({ type: 'readWeights', request: 1, bytes, document: vit })
  await host.idle()
  const weights = last('weightsRead')?.id ?? null
  host.receive({ type: 'run', revision: 1, document: vit, ...request, processor: 'cpu' })
  await host.idle()
  const before = last('ran')?.result.logits
  host.receive({ type: 'run', revision: 2, document: vit, ...request, weights, processor: 'cpu' })
  await host.idle()
  expect(last('ran')?.result.weights).toMatchObject({ fits: tensors.length })
  expect(last('ran')?.result.logits).not.toEqual(before)
  const bare = newHost(undefined)
  bare.host.receive({ type: 'run', revision: 1, document: vit, ...request, processor: 'cpu' })
  await bare.host.idle()
  expect(bare.last('failed')?.message).toContain('could not be loaded')
})

test('windows and routed regions come with their places, the same as from the plain evaluation', async () => {
  for (const [name, side] of [
    ['swin_tiny_patch4_window7_224', 64],
    ['biformer_tiny', 64],
  ] as const) {
    const { host, last } = newHost()
    host.receive({ type: 'run', revision: 1, document: design(name, side), ...request, attention: 'all' })
    await host.idle()
    const onGpu = last('ran')?.result.attention ?? []
    const plain = plainAttention(design(name, side))
    expect(onGpu.length).toBeGreaterThan(0)
    expect(onGpu.map(({ path, name }) => `${path} ${name}`)).toEqual(
      plain.map(({ path, name }) => `${path} ${name}`),
    )
    for (const [i, layer] of onGpu.entries()) {
      const other = plain[i]
      if (!other) throw new Error('no layer')
      expect([...layer.queryPlaces.centres]).toEqual([...other.queryPlaces.centres])
      expect([...layer.keyPlaces.centres]).toEqual([...other.keyPlaces.centres])
      const window = layer.windows - 1
      const [a, b] = [layer, other].map((each) => attentionRow(each, 'mean', 0, window))
      expect(
        Math.max(...[...(a ?? [])].map((weight, key) => Math.abs(weight - (b?.[key] ?? Number.NaN)))),
      ).toBeLessThan(2e-5)
    }
  }
})

/** The same design on the plain evaluation. */
const plainAttention = (document: Document) => runOnReference(lower(document), null).attention

test('only the mixers that are asked for answer', async () => {
  const { host, last } = newHost()
  const paths = ['blocks.3/attn', 'blocks.7/attn']
  host.receive({ type: 'run', revision: 1, document: vit, ...request, attention: paths })
  await host.idle()
  const { attention, attentionLeftOut } = last('ran')?.result ?? {}
  expect(attention?.map(({ path }) => path)).toEqual(paths)
  expect(attentionLeftOut).toEqual([])
})

test('a newer revision cancels the older one, which answers nothing more', async () => {
  const { host, typesOf } = newHost()
  host.receive({ type: 'run', revision: 1, document: design('resnet18', 64), ...request, measure: true })
  host.receive({ type: 'run', revision: 2, document: vit, ...request })
  await host.idle()
  expect(typesOf(1)).toEqual([])
  expect(typesOf(2)).toEqual(['ran'])
})

test('work that is taken back stops in its midst', async () => {
  const { host, replies, typesOf } = newHost()
  host.receive({ type: 'run', revision: 1, document: design('convnext_tiny', 64), ...request, measure: true })
  while (!replies.some((reply) => reply.type === 'progress' && reply.stage === 'compiling')) {
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  host.receive({ type: 'cancel', revision: 1 })
  await host.idle()
  expect(typesOf(1)).toEqual([])
})

test('a broken design fails with its node, and the next one runs', async () => {
  const { host, last, typesOf } = newHost()
  const broken = setAttributes(vit, ['blocks.0', 'attn'], { heads: 7 })
  host.receive({ type: 'run', revision: 1, document: broken, ...request })
  await host.idle()
  expect(last('failed')).toMatchObject({ revision: 1, code: 'DOCUMENT' })
  expect(last('failed')?.message).toContain('attn')
  host.receive({ type: 'run', revision: 2, document: vit, ...request })
  await host.idle()
  expect(typesOf(2)).toEqual(['ran'])
})

test('the last run is profiled, kernel by kernel', async () => {
  const { host, last } = newHost()
  host.receive({ type: 'run', revision: 1, document: vit, ...request, attention: 'all' })
  host.receive({ type: 'profile', revision: 1 })
  await host.idle()
  const profile = last('profiled')?.profile
  expect(profile?.kernels).toHaveLength(last('ran')?.result.kernels.length ?? -1)
  expect(profile?.kernels.every(({ median }) => median > 0)).toBe(true)
})

test('after a loss the device comes back and the next run works', async () => {
  const devices: GPUDevice[] = []
  const { host, replies, typesOf } = newHost(remembering(gpu, devices))
  host.receive({ type: 'run', revision: 1, document: vit, ...request })
  await host.idle()
  devices[0]?.destroy()
  while (!replies.some(({ type }) => type === 'deviceLost'))
    await new Promise((resolve) => setTimeout(resolve, 5))
  host.receive({ type: 'run', revision: 2, document: vit, ...request })
  await host.idle()
  expect(typesOf(2)).toEqual(['ran'])
  expect(devices).toHaveLength(2)
  expect(replies.some((reply) => reply.type === 'device' && reply.device.available)).toBe(true)
})

/** A host whose devices the test can take away. */
function remembering(host: GPU, devices: GPUDevice[]): GPU {
  return {
    async requestAdapter(options?: GPURequestAdapterOptions) {
      const adapter = await host.requestAdapter(options)
      if (!adapter) return null
      const requestDevice = adapter.requestDevice.bind(adapter)
      adapter.requestDevice = async (descriptor) => {
        const device = await requestDevice(descriptor)
        devices.push(device)
        return device
      }
      return adapter
    },
  } as GPU
}

test('a design that does not fit the adapter is refused with the figure before anything is allocated', async () => {
  const { host, last } = newHost()
  host.receive({ type: 'run', revision: 1, document: design('resnet18', 1024), ...request, batch: 16 })
  await host.idle()
  expect(last('failed')).toMatchObject({ revision: 1, code: 'MEMORY' })
  expect(last('failed')?.message).toMatch(/allows 134 MB per buffer/)
})

test('where tuning is allowed, a better variant is found in idle time and the design measured again', async () => {
  const winners = new Map<string, ReadonlyMap<string, string>>()
  const tuningCache: TuningCache = {
    read: async () => new Map(),
    write: async (adapter, found) => void winners.set(adapter, new Map(found)),
  }
  const { host, typesOf } = newHost(gpu, { tuningCache, tunesSoftware: true })
  host.receive({ type: 'run', revision: 1, document: vit, ...request, measure: true })
  await host.idle()
  expect(typesOf(1).slice(0, 2)).toEqual(['ran', 'measured'])
  expect([...winners.values()].flatMap((found) => [...found])).not.toEqual([])
})

test('a picture is run as it comes, and every picture of a batch gets the same answer', async () => {
  const { host, last } = newHost()
  const picture = Float32Array.from({ length: 64 * 64 * 3 }, (_, i) => Math.sin(i / 50))
  host.receive({ type: 'run', revision: 1, document: vit, ...request, picture })
  await host.idle()
  const single = last('ran')?.result.logits ?? new Float32Array()
  host.receive({ type: 'run', revision: 2, document: vit, ...request, picture, batch: 3 })
  await host.idle()
  const batch = last('ran')?.result.logits ?? new Float32Array()
  expect(batch).toHaveLength(3000)
  const worst = Math.max(
    ...batch.map((value, index) => Math.abs(value - (single[index % 1000] ?? Number.NaN))),
  )
  expect(worst).toBeLessThan(1e-4)
})

/** The design's weights in a file: other values than its rule gives. */
function checkpointOf(document: Document) {
  const tensors = lower(document).graph.nodes.flatMap(({ op, attrs, shape }) =>
    op === 'param'
      ? [{ name: attrs.name, shape, data: proceduralWeights(`other ${attrs.name}`, shape, attrs) }]
      : [],
  )
  return { tensors, bytes: safetensorsOf(tensors).buffer }
}

test('a design runs on the weights of a file, edits keep those that still fit, and without it they are as before', async () => {
  const { host, last } = newHost()
  const run = async (revision: number, document: Document, weights: string | null) => {
    host.receive({ type: 'run', revision, document, ...request, weights })
    await host.idle()
    return last('ran')?.result
  }
  const before = await run(1, vit, null)
  const { tensors, bytes } = checkpointOf(vit)
  host.receive({ type: 'readWeights', request: 7, bytes, document: vit })
  await host.idle()
  const read = last('weightsRead')
  expect(read).toMatchObject({ request: 7, report: { fits: tensors.length, wanted: tensors.length } })
  const id = read?.id ?? ''
  const withFile = await run(2, vit, id)
  expect(withFile?.weights).toEqual({ id, fits: tensors.length, wanted: tensors.length })
  expect(withFile?.logits).not.toEqual(before?.logits)
  expect(before?.classes).toBeNull()
  const [most = Number.NaN] = [...(withFile?.logits ?? [])].sort((a, b) => b - a)
  expect(withFile?.classes).toHaveLength(5)
  expect(withFile?.classes?.[0]?.value).toBe(most)
  const edited = await run(4, setAttributes(vit, ['blocks.0', 'mlp'], { mlpRatio: 2 }), id)
  // Two weights and a bias of each of twelve MLPs have other shapes now.
  expect(edited?.weights).toEqual({ id, fits: tensors.length - 36, wanted: tensors.length })
  expect((await run(5, vit, null))?.logits).toEqual(before?.logits)
  expect((await run(6, vit, id))?.logits).toEqual(withFile?.logits)
  host.receive({ type: 'forgetWeights', id })
  host.receive({ type: 'run', revision: 7, document: vit, ...request, weights: id, batch: 2 })
  await host.idle()
  expect(last('failed')?.message).toBe('the weights are not here any more; load the file again')
})

test('a file that is cut is refused with a sentence, and the next run is as before', async () => {
  const { host, last } = newHost()
  const { bytes } = checkpointOf(vit)
  host.receive({ type: 'readWeights', request: 1, bytes: bytes.slice(0, -4), document: vit })
  host.receive({ type: 'run', revision: 1, document: vit, ...request })
  await host.idle()
  expect(last('weightsRefused')?.message).toContain('it may be cut')
  expect(last('ran')?.result.weights).toBeNull()
})

test('a picture of another size is refused with both sizes', async () => {
  const { host, last } = newHost()
  host.receive({ type: 'run', revision: 1, document: vit, ...request, picture: new Float32Array(300) })
  await host.idle()
  expect(last('failed')).toMatchObject({ code: 'DOCUMENT' })
  expect(last('failed')?.message).toBe('the picture has 300 numbers, the design takes 64×64×3')
})

test.each(['compiling', 'weights', 'running', 'measuring'])(
  'a loss while %s is survived: the run is done again',
  async (stage) => {
    const devices: GPUDevice[] = []
    let isLost = false
    const { host, replies, typesOf } = newHost(remembering(gpu, devices))
    const receive = replies.push.bind(replies)
    replies.push = (reply) => {
      if (!isLost && reply.type === 'progress' && reply.stage === stage) {
        isLost = true
        setTimeout(() => devices[0]?.destroy(), 5)
      }
      return receive(reply)
    }
    host.receive({ type: 'run', revision: 1, document: vit, ...request, measure: true })
    await host.idle()
    expect(typesOf(1).at(-1)).toBe('measured')
    expect(replies.some(({ type }) => type === 'deviceLost')).toBe(true)
    expect(devices).toHaveLength(2)
  },
)

test.each([
  ['weights by their rule', ''],
  ['weights of a file', 'other '],
])('with %s a field is the gradient of one place, as the plain evaluation has it', async (_, prefix) => {
  const { host, last } = newHost()
  const document = design('resnet18', 32)
  const { bytes } = checkpointOf(document)
  if (prefix !== '') host.receive({ type: 'readWeights', request: 1, bytes, document })
  await host.idle()
  const weights = last('weightsRead')?.id ?? null
  host.receive({
    type: 'look',
    id: 1,
    kind: 'field',
    seat: 'main',
    subject: { document, pictures: [], weights },
    question: { path: 'layer1/0', place: 27, rule: 'absolute', isRandom: false },
  })
  await host.idle()
  const { graph, scopes } = lower(document)
  const field = effectiveField(graph, graph.scopes[scopes.get('layer1/0') ?? 0]?.output ?? 0)
  const place = new Float32Array(64)
  place[27] = 1
  const inputs = new Map([...pictureFor({ graph }, null, 1), [placeInput, place] as const])
  const params = ({
    attrs,
    shape,
  }: {
    attrs: { name: string; a: number; b: number }
    shape: readonly number[]
  }) => proceduralWeights(`${prefix}${attrs.name}`, shape, attrs)
  const expected = evaluate(field, { inputs, params }, field.outputs).get(field.outputs[0] ?? 0) ?? []
  const reply = last('looked')
  const got = reply?.kind === 'field' ? reply.answer.map.values : new Float32Array()
  expect(got.length).toBe(32 * 32)
  const { values: expectedMap } = contributions(Float32Array.from(expected), 32, 32)
  const most = Math.max(...expectedMap)
  expect(Math.max(...got.map((value, index) => Math.abs(value - (expectedMap[index] ?? 0))))).toBeLessThan(
    1e-5 * most,
  )
})

test('several pictures are averaged, each told as it comes; the positive rule is that of the plain evaluation', async () => {
  const { host, replies } = newHost()
  const document = design('resnet18', 32)
  const pictures = [1, 2, 3].map((seed) =>
    Float32Array.from({ length: 32 * 32 * 3 }, (_, i) => Math.sin(seed * i)),
  )
  const ask = (id: number, of: readonly Float32Array[]) =>
    host.receive({
      type: 'look',
      id,
      kind: 'field',
      seat: 'main',
      subject: { document, pictures: of, weights: null },
      question: { path: 'layer1/0', place: 27, rule: 'positive', isRandom: false },
    })
  ask(1, pictures)
  await host.idle()
  const answers = replies.flatMap((reply) =>
    reply.type === 'looked' && reply.kind === 'field' && reply.id === 1 ? [reply] : [],
  )
  expect(answers.map(({ answer, isFinal }) => [answer.pictures, isFinal])).toEqual([
    [1, false],
    [2, false],
    [3, true],
  ])
  const { graph, scopes } = lower(document)
  const field = effectiveField(graph, graph.scopes[scopes.get('layer1/0') ?? 0]?.output ?? 0, 'positive')
  const place = new Float32Array(64)
  place[27] = 1
  const expected = new Float64Array(32 * 32)
  for (const picture of pictures) {
    const inputs = new Map([...pictureFor({ graph }, picture, 1), [placeInput, place] as const])
    const params = ({ attrs, shape }: { attrs: { name: string; a: number; b: number }; shape: Shape }) =>
      proceduralWeights(attrs.name, shape, attrs)
    const gradient = evaluate(field, { inputs, params }, field.outputs).get(field.outputs[0] ?? 0) ?? []
    contributions(Float32Array.from(gradient), 32, 32, true).values.forEach((value, pixel) => {
      expected[pixel] = (expected[pixel] ?? 0) + value / 3
    })
  }
  const most = Math.max(...expected)
  expect(most).toBeGreaterThan(0)
  const { values } = answers[2]?.answer.map ?? { values: [] }
  expect(
    Math.max(...expected.map((value, pixel) => Math.abs(value - (values[pixel] ?? Number.NaN)))),
  ).toBeLessThan(1e-5 * most)
})

test('a profile stops for somebody who looks, and is done again afterwards', async () => {
  const { host, replies } = newHost()
  host.receive({ type: 'run', revision: 1, document: vit, ...request, measure: true })
  await host.idle()
  host.receive({ type: 'profile', revision: 1 })
  await pause(30)
  host.receive({
    type: 'look',
    id: 1,
    kind: 'field',
    seat: 'main',
    subject: { document: vit, pictures: [], weights: null },
    question: { path: 'patch_embed', place: 5, rule: 'absolute', isRandom: false },
  })
  await host.idle()
  const order = replies.flatMap(({ type }) => (type === 'looked' || type === 'profiled' ? [type] : []))
  expect(order).toEqual(['looked', 'profiled'])
})

test('the growth of a field is told depth by depth, with the sides of the field of each', async () => {
  const { host, replies, last } = newHost()
  const document = design('resnet18', 32)
  const subject = { document, pictures: [], weights: null }
  const base = { id: 1, type: 'look', seat: 'main', subject } as const
  const depths = [
    { path: 'layer1/0', place: 27, centre: { y: 14, x: 14 } },
    { path: 'layer2/0', place: 5, centre: { y: 12, x: 12 } },
  ]
  const question = { depths, shares: [0.5, 0.99], rule: 'absolute', isRandom: false } as const
  host.receive({ ...base, kind: 'fieldGrowth', question })
  await host.idle()
  const told = replies.flatMap((reply) =>
    reply.type === 'looked' && reply.kind === 'fieldGrowth' ? [reply.answer.depths.length] : [],
  )
  expect(told).toEqual([1, 2])
  const grown = last('looked')
  if (grown?.kind !== 'fieldGrowth') throw new Error('no growth came')
  for (const [index, { path, place, centre }] of depths.entries()) {
    const single = { path, place, rule: 'absolute', isRandom: false } as const
    host.receive({ ...base, id: 2 + index, kind: 'field', question: single })
    await host.idle()
    const field = last('looked')
    if (field?.kind !== 'field') throw new Error('no field came')
    const sides = [0.5, 0.99].map((share) => sideHolding(field.answer.map, centre, share))
    expect(grown.answer.depths[index]).toEqual({ path, sides })
  }
})

test('a newer field or run takes an older field back, and an unknown place is said', async () => {
  const { host, replies, last } = newHost()
  const ask = (id: number, path: string) =>
    host.receive({
      type: 'look',
      id,
      kind: 'field',
      seat: 'main',
      subject: { document: vit, pictures: [], weights: null },
      question: { path, place: 5, rule: 'absolute', isRandom: false },
    })
  ask(1, 'blocks.0')
  ask(2, 'nowhere')
  await host.idle()
  expect(replies.filter(({ type }) => type === 'looked')).toEqual([])
  expect(last('lookFailed')).toMatchObject({ id: 2, message: expect.stringContaining('nowhere') })
  ask(3, 'patch_embed')
  host.receive({ type: 'leave', id: 3 })
  ask(4, 'patch_embed')
  host.receive({ type: 'run', revision: 1, document: vit, ...request })
  await host.idle()
  expect(replies.filter(({ type }) => type === 'looked')).toEqual([])
  expect(last('ran')).toBeDefined()
})
