import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  type Latency,
  type Profile,
  type Reply,
  type Request,
  type RunResult,
  setAttributes,
  setName,
} from '../../engine/index'
import { useAttentionStore } from '../state/attentionStore'
import { useDocumentStore } from '../state/documentStore'
import { pathOf } from '../state/paths'
import { useRunStore } from '../state/runStore'
import { useSessionStore } from '../state/sessionStore'
import { useWeightsStore } from '../state/weightsStore'
import { presetDocument } from '../testing/presetDocument'
import { EngineClient, type WorkerPort } from './EngineClient'

/** A worker that writes down what it is asked and answers when told to. */
class FakeWorker implements WorkerPort {
  readonly requests: Request[] = []
  isTerminated = false
  onmessage: WorkerPort['onmessage'] = null
  onerror: WorkerPort['onerror'] = null
  postMessage(message: Request): void {
    this.requests.push(message)
  }
  terminate(): void {
    this.isTerminated = true
  }
  answer(reply: Reply): void {
    this.onmessage?.({ data: reply } as MessageEvent<Reply>)
  }
  last<T extends Request['type']>(type: T): Extract<Request, { type: T }> | undefined {
    return this.requests.findLast(
      (request): request is Extract<Request, { type: T }> => request.type === type,
    )
  }
}

const gpu: Reply = {
  type: 'device',
  device: {
    available: true,
    name: 'Test adapter',
    isSoftware: true,
    hasTimestamps: true,
    hasSubgroups: false,
    hasF16: false,
  },
}
const result: RunResult = {
  processor: 'gpu',
  logits: null,
  weights: null,
  classes: null,
  attention: [],
  attentionLeftOut: [],
  memory: { weightBytes: 1, activationBytes: 2, largestCopy: null },
  kernels: [],
}
const latency = (median: number): Latency => ({
  median,
  p10: median,
  p90: median,
  runs: 5,
  samples: [median],
  method: 'timestamps',
})

let workers: FakeWorker[]
let notices: string[]
let client: EngineClient
const worker = () => workers.at(-1) as FakeWorker
const state = () => useRunStore.getState()
const rename = (name: string) =>
  useDocumentStore.getState().apply('Rename', (document) => setName(document, name))

beforeEach(() => {
  vi.useFakeTimers()
  workers = []
  notices = []
  useDocumentStore.setState({
    document: presetDocument('vit_tiny_patch16_224'),
    past: [],
    future: [],
    preview: null,
  })
  useSessionStore.setState({ isLive: true, batch: 1 })
  useRunStore.setState({ ...useRunStore.getInitialState() })
  useWeightsStore.setState({ ...useWeightsStore.getInitialState() })
  client = new EngineClient(
    () => {
      workers.push(new FakeWorker())
      return worker()
    },
    (notice) => notices.push(notice),
  )
  client.start()
  worker().answer(gpu)
  vi.runAllTimers()
})
afterEach(() => {
  client.stop()
  vi.useRealTimers()
})

test('the design runs as soon as there is a GPU', () => {
  expect(worker().last('run')).toMatchObject({ revision: 1, batch: 1, measure: true, attention: 'all' })
  expect(state().status).toEqual({ kind: 'running', stage: 'planning', done: 0, total: 0 })
})

test('one mixer’s maps are kept where that was asked, until the design changes', () => {
  const { document } = useDocumentStore.getState()
  useAttentionStore.setState({ kept: { design: document, path: 'blocks.3/attn' } })
  client.runNow()
  expect(worker().last('run')).toMatchObject({ attention: ['blocks.3/attn'] })
  rename('Another')
  vi.runAllTimers()
  expect(worker().last('run')).toMatchObject({ attention: 'all' })
  useAttentionStore.setState({ kept: null })
})

test('edits in quick succession make one run, of the last design', () => {
  rename('A')
  rename('B')
  vi.runAllTimers()
  const runs = worker().requests.filter((request) => request.type === 'run')
  expect(runs).toHaveLength(2)
  expect(worker().last('run')?.document.name).toBe('B')
})

test('a run waits for the picture that is being brought to another input size', () => {
  const runs = () => worker().requests.filter((request) => request.type === 'run').length
  const before = runs()
  state().set({ isPicturePending: true })
  rename('A')
  vi.advanceTimersByTime(1000)
  expect(runs()).toBe(before)
  state().set({ isPicturePending: false })
  vi.runAllTimers()
  expect(runs()).toBe(before + 1)
  expect(worker().last('run')?.document.name).toBe('A')
})

test('answers to an older revision are dropped', () => {
  rename('A')
  vi.runAllTimers()
  worker().answer({ type: 'ran', revision: 1, result })
  expect(state().result).toBeNull()
  worker().answer({ type: 'ran', revision: 2, result })
  expect(state().result).toBe(result)
  expect(state().ranDocument?.name).toBe('A')
})

test('a measured run asks for the profile, and the latency before it is kept', () => {
  worker().answer({ type: 'ran', revision: 1, result })
  worker().answer({ type: 'measured', revision: 1, latency: latency(5) })
  expect(worker().last('profile')).toEqual({ type: 'profile', revision: 1 })
  rename('A')
  vi.runAllTimers()
  worker().answer({ type: 'ran', revision: 2, result })
  worker().answer({ type: 'measured', revision: 2, latency: latency(3) })
  expect(state().latency?.median).toBe(3)
  expect(state().latencyBefore?.median).toBe(5)
})

test('until an edit is measured, the latency belongs to the design before it', () => {
  worker().answer({ type: 'ran', revision: 1, result })
  worker().answer({ type: 'measured', revision: 1, latency: latency(5) })
  const before = useDocumentStore.getState().document
  rename('A')
  vi.runAllTimers()
  worker().answer({ type: 'ran', revision: 2, result })
  expect(state().measuredDocument).toBe(before)
  worker().answer({ type: 'measured', revision: 2, latency: latency(3) })
  expect(state().measuredDocument?.name).toBe('A')
})

test('a paused page runs only when told to', () => {
  useSessionStore.getState().setLive(false)
  rename('A')
  vi.runAllTimers()
  expect(worker().last('run')?.revision).toBe(1)
  client.runNow()
  expect(worker().last('run')?.document.name).toBe('A')
})

test('a broken design is not sent, and what runs is stopped', () => {
  useDocumentStore
    .getState()
    .apply('Break', (document) => setAttributes(document, pathOf('blocks.0/attn'), { heads: 7 }))
  vi.runAllTimers()
  expect(worker().last('cancel')).toEqual({ type: 'cancel', revision: 1 })
  expect(worker().last('run')?.revision).toBe(1)
  expect(state().status).toEqual({ kind: 'idle' })
})

test('another design shows nothing of the one before, not even what is still on its way', () => {
  worker().answer({ type: 'ran', revision: 1, result })
  worker().answer({ type: 'measured', revision: 1, latency: latency(5) })
  useSessionStore.getState().setLive(false)
  useDocumentStore.getState().open(presetDocument('resnet50'), 'Open ResNet-50', 'preset')
  worker().answer({ type: 'profiled', revision: 1, profile: { kernels: [] } as unknown as Profile })
  vi.runAllTimers()
  expect(state()).toMatchObject({ ranDocument: null, result: null, latency: null, profile: null })
})

test('a failure is kept as its sentence', () => {
  worker().answer({
    type: 'failed',
    revision: 1,
    code: 'MEMORY',
    message: 'Needs 3 GB; this device allows 1 GB.',
  })
  expect(state().status).toEqual({
    kind: 'failed',
    code: 'MEMORY',
    message: 'Needs 3 GB; this device allows 1 GB.',
  })
})

test('a lost GPU is started again once by itself, with the design as it stands', () => {
  worker().answer({ type: 'deviceLost', message: 'driver reset' })
  expect(workers).toHaveLength(2)
  expect(workers[0]?.isTerminated).toBe(true)
  expect(notices[0]).toContain('Your design is safe')
  worker().answer(gpu)
  vi.runAllTimers()
  expect(worker().last('run')).toBeDefined()

  worker().answer({ type: 'deviceLost', message: 'driver reset' })
  expect(workers).toHaveLength(2)
  expect(state().hasDeviceBeenLost).toBe(true)
  client.restart()
  expect(workers).toHaveLength(3)
})

test('without a GPU nothing is run by itself, and the reason is there', () => {
  worker().answer({ type: 'device', device: { available: false, reason: 'This browser has no WebGPU.' } })
  rename('A')
  vi.runAllTimers()
  expect(worker().last('run')?.revision).toBe(1)
  expect(state().device).toEqual({ available: false, reason: 'This browser has no WebGPU.' })
  state().set({ processor: 'cpu' })
  client.runNow()
  expect(worker().last('run')).toMatchObject({ processor: 'cpu', document: { name: 'A' } })
})

const whole = {
  wanted: 152,
  fits: 152,
  namesOf: 'timm',
  resampled: [],
  positions: null,
  missing: [],
  unexpected: [],
  ignored: 0,
  misshapen: [],
  notFinite: [],
}
const fileNamed = (name: string) => new File([new Uint8Array([1, 2, 3])], name)

/** Lets the file be read, and answers the worker's part. */
async function readAs(id: string): Promise<void> {
  await vi.waitFor(() => expect(worker().last('readWeights')).toBeDefined())
  const request = worker().last('readWeights')?.request ?? 0
  worker().answer({ type: 'weightsRead', request, id, report: whole })
}

test('a weight file goes to the worker, and runs ask for it from the moment that it is loaded', async () => {
  const file = fileNamed('a.safetensors')
  const reading = client.readWeights(file, useDocumentStore.getState().document)
  await readAs('A')
  expect(await reading).toEqual({ id: 'A', report: whole })
  expect(worker().last('readWeights')?.bytes.byteLength).toBe(3)
  expect(worker().last('run')?.weights).toBeNull()
  useWeightsStore.setState({ loaded: { id: 'A', file } })
  vi.runAllTimers()
  expect(worker().last('run')).toMatchObject({ revision: 2, weights: 'A' })
  useWeightsStore.setState({ loaded: null })
  vi.runAllTimers()
  expect(worker().last('forgetWeights')).toEqual({ type: 'forgetWeights', id: 'A' })
  expect(worker().last('run')).toMatchObject({ revision: 3, weights: null })
})

test('a refused weight file is an error with the worker’s sentence', async () => {
  const reading = client.readWeights(fileNamed('cut.safetensors'), useDocumentStore.getState().document)
  const refused = expect(reading).rejects.toThrow('it may be cut')
  await vi.waitFor(() => expect(worker().last('readWeights')).toBeDefined())
  worker().answer({ type: 'weightsRefused', request: 1, message: 'it may be cut' })
  await refused
})

test('a new worker is given the weights again before anything runs on it', async () => {
  useWeightsStore.setState({ loaded: { id: 'A', file: fileNamed('a.safetensors') } })
  client.restart()
  worker().answer(gpu)
  vi.runAllTimers()
  expect(worker().last('run')).toBeUndefined()
  await readAs('A')
  await vi.waitFor(() => {
    vi.runAllTimers()
    expect(worker().last('run')?.weights).toBe('A')
  })
})

test('weights that cannot be read again are given up with a notice', async () => {
  useWeightsStore.setState({ loaded: { id: 'A', file: fileNamed('a.safetensors') } })
  client.restart()
  worker().answer(gpu)
  await readAs('B')
  await vi.waitFor(() => {
    vi.runAllTimers()
    expect(worker().last('run')?.weights).toBeNull()
  })
  expect(notices.at(-1)).toContain('a.safetensors could not be read again: it has changed')
})
