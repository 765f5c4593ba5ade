/**
 * The page's side of the worker: sends the design when it changes, drops answers to older questions, and starts over when
 * the GPU goes away. What comes back is put into runStore; nobody else talks to the worker.
 */
import type {
  Document,
  LookedReplyOf,
  LookKind,
  LookOf,
  LookRequest,
  PositionWay,
  Reply,
  Request,
  WeightReport,
} from '../../engine/index'
import { useAttentionStore } from '../state/attentionStore'
import { analysisOf, errorsOf } from '../state/derived'
import { useDocumentStore } from '../state/documentStore'
import {
  type Asked,
  askAgain,
  eachLook,
  isSameAsked,
  type LookState,
  lookState,
  setLook,
  useLookStore,
} from '../state/lookStore'
import { canRun, useRunStore } from '../state/runStore'
import { useSessionStore } from '../state/sessionStore'
import { useWeightsStore } from '../state/weightsStore'

/** What a Worker is to us; tests give one that answers in the page. */
export interface WorkerPort {
  postMessage(message: Request, transfer?: Transferable[]): void
  onmessage: ((event: MessageEvent<Reply>) => void) | null
  onerror: ((event: ErrorEvent) => void) | null
  terminate(): void
}

interface ReadWeights {
  readonly id: string
  readonly report: WeightReport
}

interface Reading {
  readonly resolve: (read: ReadWeights) => void
  readonly reject: (error: Error) => void
}

const runDelayMs = 150
/** How long a run waits before it looks again for a picture that is being brought to the input's size. */
const pictureDelayMs = 40
/** A GPU that is lost twice within this time is not tried again unasked. */
const lossPatienceMs = 60_000

export class EngineClient {
  readonly #openWorker: () => WorkerPort
  readonly #onNotice: (notice: string) => void
  #worker: WorkerPort | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #lastLossMs = Number.NEGATIVE_INFINITY
  /** What the newest revision was asked for. */
  #asked: { readonly revision: number; readonly document: Document } | null = null
  #unsubscribe: (() => void)[] = []
  /** Weight files that the worker is reading, by request. */
  readonly #reading = new Map<number, Reading>()
  #readings = 0
  #looks = 0
  /** A new worker is being given the weights in use: nothing runs before it has them. */
  #isGivingWeights = false

  constructor(openWorker: () => WorkerPort, onNotice: (notice: string) => void) {
    this.#openWorker = openWorker
    this.#onNotice = onNotice
  }

  /** Opens the worker and follows the stores from now on. */
  start(): void {
    this.#open()
    this.#unsubscribe = [
      useDocumentStore.subscribe((state, before) => {
        if (state.opened !== before.opened) this.#forget()
        if (state.document !== before.document) this.#onDesignChange()
      }),
      useSessionStore.subscribe((state, before) => {
        if (state.batch !== before.batch || (state.isLive && !before.isLive)) this.requestRun()
      }),
      useRunStore.subscribe((state, before) => {
        if (state.picture !== before.picture) this.requestRun()
      }),
      useWeightsStore.subscribe(({ loaded }, before) => {
        if (loaded === before.loaded) return
        if (before.loaded && before.loaded.id !== loaded?.id) this.forgetWeights(before.loaded.id)
        this.requestRun()
      }),
    ]
  }

  stop(): void {
    clearTimeout(this.#timer)
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#worker?.terminate()
    this.#worker = null
  }

  /** A run soon, if runs are live; several requests in a row make one. */
  requestRun(): void {
    clearTimeout(this.#timer)
    if (!useSessionStore.getState().isLive) return
    this.#timer = setTimeout(() => this.runNow(), runDelayMs)
  }

  /** Runs the design as it stands, live or not. */
  runNow(): void {
    clearTimeout(this.#timer)
    if (!canRun(useRunStore.getState()) || this.#isGivingWeights) return
    const { document } = useDocumentStore.getState()
    if (!isRunnable(document)) return
    const { picture, isPicturePending } = useRunStore.getState()
    if (isPicturePending) {
      this.#timer = setTimeout(() => this.runNow(), pictureDelayMs)
      return
    }
    const { kept } = useAttentionStore.getState()
    const revision = this.#ask(document)
    this.#post({
      type: 'run',
      processor: useRunStore.getState().processor,
      revision,
      document,
      batch: useSessionStore.getState().batch,
      picture: picture && fits(picture.tensor, document) ? picture.tensor : null,
      measure: true,
      attention: kept?.design === document ? [kept.path] : 'all',
      weights: useWeightsStore.getState().loaded?.id ?? null,
    })
  }

  /** Has the worker read and keep a weight file. Rejects with an error whose message is a sentence. */
  async readWeights(file: Blob, document: Document, positions: PositionWay = 'timm'): Promise<ReadWeights> {
    const bytes = await file.arrayBuffer()
    if (!this.#worker) throw new Error('the engine is not running')
    this.#readings++
    const request = this.#readings
    const answer = new Promise<ReadWeights>((resolve, reject) =>
      this.#reading.set(request, { resolve, reject }),
    )
    this.#worker.postMessage({ type: 'readWeights', request, bytes, document, positions }, [bytes])
    return answer
  }

  forgetWeights(id: string): void {
    this.#post({ type: 'forgetWeights', id })
  }

  /** Measures each kernel of the last run again. */
  profile(): void {
    const { revision, ranDocument, result } = useRunStore.getState()
    if (result?.processor !== 'gpu' || !ranDocument || this.#asked?.document !== ranDocument) return
    useRunStore.getState().set({ status: { kind: 'running', stage: 'measuring', done: 0, total: 0 } })
    this.#post({ type: 'profile', revision })
  }

  /** Asks a question of one kind; a newer one takes it back. */
  ask<K extends LookKind>(kind: K, seat: string, asked: Asked<K>): void {
    const { processor } = useRunStore.getState()
    if (!canRun(useRunStore.getState()) || this.#isGivingWeights) return
    const before = lookState(useLookStore.getState(), kind, seat)
    if (before.status.kind !== 'failed' && isSameAsked(before.asked, asked)) return
    this.#looks++
    const id = this.#looks
    setLook(kind, seat, { id, asked, status: { kind: 'running', stage: 'planning', done: 0, total: 0 } })
    this.#post({ type: 'look', id, kind, seat, processor, ...asked } satisfies LookOf<K> as LookRequest)
  }

  /** Nobody looks any more. */
  leave(kind: LookKind, seat: string): void {
    const { id, status } = lookState(useLookStore.getState(), kind, seat)
    if (status.kind !== 'running') return
    this.#post({ type: 'leave', id })
    setLook(kind, seat, { asked: null, status: { kind: 'idle' } })
  }

  cancel(): void {
    clearTimeout(this.#timer)
    const { revision, status, set } = useRunStore.getState()
    if (status.kind !== 'running') return
    this.#post({ type: 'cancel', revision })
    set({ status: { kind: 'idle' } })
  }

  /** Throws the worker away and begins again: after a lost GPU, or when asked. */
  restart(): void {
    this.#worker?.terminate()
    this.#open()
  }

  #open(): void {
    const worker = this.#openWorker()
    worker.onmessage = (event) => {
      if (this.#worker === worker) this.#onReply(event.data)
    }
    worker.onerror = (event) => {
      if (this.#worker !== worker) return
      event.preventDefault()
      this.#onLoss(event.message || 'the engine stopped')
    }
    this.#worker = worker
    useRunStore.getState().set({ status: { kind: 'starting' } })
    this.#post({ type: 'start' })
    for (const { reject } of this.#reading.values()) reject(new Error('the engine was started again'))
    this.#reading.clear()
    void this.#giveWeightsAgain()
  }

  /** A new worker knows nothing of the file that the one before it had read. */
  async #giveWeightsAgain(): Promise<void> {
    const { loaded } = useWeightsStore.getState()
    if (!loaded) return
    const worker = this.#worker
    this.#isGivingWeights = true
    try {
      const { id } = await this.readWeights(
        loaded.file,
        useDocumentStore.getState().document,
        loaded.positions,
      )
      if (id !== loaded.id) throw new Error('it has changed')
    } catch (error) {
      if (this.#worker !== worker) return
      useWeightsStore.setState({ loaded: null })
      this.#onNotice(
        `${loaded.file.name} could not be read again: ${error instanceof Error ? error.message : error}. The weights are random now.`,
      )
    } finally {
      if (this.#worker === worker) {
        this.#isGivingWeights = false
        askAgain()
        this.requestRun()
      }
    }
  }

  /** Another design was opened: what was measured of the one before says nothing about it, nor does its run. */
  #forget(): void {
    this.cancel()
    const { revision, set } = useRunStore.getState()
    this.#asked = null
    set({
      revision: revision + 1,
      ranDocument: null,
      result: null,
      latency: null,
      latencyBefore: null,
      profile: null,
    })
  }

  #onDesignChange(): void {
    const { document } = useDocumentStore.getState()
    if (isRunnable(document)) this.requestRun()
    else this.cancel()
  }

  #ask(document: Document): number {
    // A run takes back what is being looked at.
    askAgain()
    const { revision: last, set } = useRunStore.getState()
    const revision = last + 1
    this.#asked = { revision, document }
    set({ revision, status: { kind: 'running', stage: 'planning', done: 0, total: 0 } })
    return revision
  }

  #post(message: Request): void {
    this.#worker?.postMessage(message)
  }

  #onReply(reply: Reply): void {
    const { revision, latency, set } = useRunStore.getState()
    if ('revision' in reply && reply.revision !== revision) return
    switch (reply.type) {
      case 'device':
        set({ device: reply.device, status: { kind: 'idle' }, hasDeviceBeenLost: false })
        if (canRun(useRunStore.getState())) this.requestRun()
        return
      case 'progress':
        set({ status: { kind: 'running', stage: reply.stage, done: reply.done, total: reply.total } })
        return
      case 'ran':
        set({
          result: reply.result,
          ranDocument: this.#asked?.document ?? null,
          profile: null,
          status: { kind: 'running', stage: 'measuring', done: 0, total: 0 },
        })
        return
      case 'measured':
        set({
          latency: reply.latency,
          measuredDocument: this.#asked?.document ?? null,
          latencyBefore: latency,
          status: { kind: 'idle' },
        })
        this.profile()
        return
      case 'profiled':
        set({ profile: reply.profile, status: { kind: 'idle' } })
        return
      case 'lookProgress': {
        const { stage, done, total } = reply
        this.#onLook(reply.id, { status: { kind: 'running', stage, done, total } })
        return
      }
      case 'looked':
        this.#onLooked(reply)
        return
      case 'lookFailed':
        this.#onLook(reply.id, { status: { kind: 'failed', message: reply.message } })
        return
      case 'failed':
        set({ status: { kind: 'failed', code: reply.code, message: reply.message } })
        if (reply.code === 'DEVICE_LOST') this.#onLoss(reply.message)
        return
      case 'weightsRead':
        this.#takeReading(reply.request)?.resolve({ id: reply.id, report: reply.report })
        return
      case 'weightsRefused':
        this.#takeReading(reply.request)?.reject(new Error(reply.message))
        return
      case 'deviceLost':
        this.#onLoss(reply.message)
        return
      default:
        reply satisfies never
    }
  }

  /** Those whose newest question this was; answers to older ones say nothing. */
  #onLook(id: number, part: Partial<LookState<LookKind>>): void {
    eachLook((kind, seat, state) => {
      if (state.id === id && state.asked) setLook(kind, seat, part)
    })
  }

  #onLooked<K extends LookKind>({ id, kind, seat, answer: value, isFinal }: LookedReplyOf<K>): void {
    const { id: newest, asked } = lookState(useLookStore.getState(), kind, seat)
    if (id !== newest || !asked) return
    const answer = { to: asked, value }
    setLook<K>(kind, seat, isFinal ? { answer, status: { kind: 'idle' } } : { answer })
  }

  #takeReading(request: number): Reading | undefined {
    const answer = this.#reading.get(request)
    this.#reading.delete(request)
    return answer
  }

  #onLoss(message: string): void {
    const now = performance.now()
    const isRepeated = now - this.#lastLossMs < lossPatienceMs
    this.#lastLossMs = now
    useRunStore.getState().set({
      hasDeviceBeenLost: true,
      status: { kind: 'failed', code: 'DEVICE_LOST', message },
    })
    if (isRepeated) {
      this.#worker?.terminate()
      this.#worker = null
      this.#onNotice('The GPU stopped twice. Your design is safe; it runs again when you press Restart.')
    } else {
      this.#onNotice('The GPU stopped and is being started again. Your design is safe.')
      this.restart()
    }
  }
}

/** A design with errors keeps its numbers, but nothing is run. */
function isRunnable(document: Document): boolean {
  const analysis = analysisOf(document)
  return analysis.totals.complete && errorsOf(analysis).length === 0
}

const fits = (tensor: Float32Array, { input }: Document): boolean =>
  tensor.length === input.height * input.width * 3
