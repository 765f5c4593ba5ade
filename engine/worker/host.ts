/**
 * The engine behind the messages of protocol.ts: takes requests, posts replies, never throws past one. It knows no worker and no
 * page, so that tests drive it in Node.
 */
import type { AttentionLayer } from '../analysis/attention/layer'
import { analyze } from '../analyze'
import { compile } from '../compile/compile'
import type { Plan } from '../compile/plan'
import { DeviceLostError, KernelError, VertebraError } from '../errors'
import { Cancelled, type IsCancelled, stopIf } from '../gpu/cancel'
import type { GivenWeights } from '../gpu/contents'
import { DeviceKeeper } from '../gpu/keeper'
import { measureLatency } from '../gpu/measure'
import { profileSteps } from '../gpu/profile'
import type { Session } from '../gpu/session'
import { Tuner, type TuningCache } from '../gpu/tune'
import type { Graph } from '../graph/graph'
import { lower } from '../lower/lower'
import '../modules'
import type { Lowered } from '../lower/lowered'
import { topClasses } from '../weights/topClasses'
import { type AttentionPlan, attentionLayer, attentionPlan, keptNodes } from './attentionLayers'
import { CpuProcessor, type OnnxRuntime } from './cpuProcessor'
import { DesignError, outputOf } from './designError'
import { gpuPlanner, planOf } from './gpuPlanner'
import { looks } from './looks'
import { measureReady } from './measureReady'
import { pictureFor } from './picture'
import type {
  FailureCode,
  KernelReport,
  LookedReply,
  LookedReplyOf,
  LookOf,
  LookRequest,
  Reply,
  Request,
  RunResult,
  Stage,
} from './protocol'
import type { AnswerOf, LookKind } from './questions'
import { type MatchedWeights, WeightFiles } from './weightFiles'

export interface HostOptions {
  /** `navigator.gpu`, or Dawn in Node. */
  readonly gpu: GPU | undefined
  readonly post: (reply: Reply, transfer: ArrayBuffer[]) => void
  readonly tuningCache: TuningCache
  /** Loads the runtime for the CPU; without it nothing runs there. */
  readonly openCpu?: () => Promise<OnnxRuntime>
  /** Waits before the tries to get a device back after a loss. */
  readonly soonMs?: readonly number[]
  /** Tune also on a software adapter, which computes on the cores that draw the page. */
  readonly tunesSoftware?: boolean
}

type RunRequest = Extract<Request, { type: 'run' }>
type WeightsRequest = Extract<Request, { type: 'readWeights' }>

/** The plans of one design: as people run it, and with Q and K of its attention layers kept. */
interface Prepared {
  /** What they were made from; the same again needs no new plan. */
  readonly key: string
  readonly epoch: number
  readonly lowered: Lowered
  readonly plan: Plan
  readonly attention: AttentionPlan
  /** Also gives what the attention layers are made from; null where there are none. */
  readonly capture: Plan | null
  readonly weights: MatchedWeights | null
}

interface PreparedForCpu {
  readonly key: string
  readonly lowered: Lowered
  readonly output: number
  readonly attention: AttentionPlan
  readonly matched: MatchedWeights | null
}

export class EngineHost {
  private readonly post: HostOptions['post']
  private readonly keeper: DeviceKeeper
  private readonly tuningCache: TuningCache
  private readonly tunesSoftware: boolean
  private tuner: { readonly adapter: string; readonly tuner: Tuner } | null = null
  private prepared: Prepared | null = null
  private preparedCpu: PreparedForCpu | null = null
  /** What looks keep from one question to the next, by kind and slot. */
  private readonly keptByLooks = new Map<string, { readonly key: string; readonly made: unknown }>()
  private readonly weightFiles = new WeightFiles()
  private readonly cpu: CpuProcessor
  /** Newest revision that asked for work, and newest that was taken back: older work stops at its next await. */
  private newest = Number.NEGATIVE_INFINITY
  private cancelled = Number.NEGATIVE_INFINITY
  /** Newest look of each kind and seat, and those that were taken back before they began or ended. */
  private readonly newestLooks = new Map<string, number>()
  private readonly leftLooks = new Set<number>()
  /** Looks that were asked for and have not begun. */
  private looksWaiting = 0
  private readonly givenOf = new WeakMap<Graph, MatchedWeights>()
  /** One job at a time: they share one device. */
  private queue: Promise<void> = Promise.resolve()

  constructor({ gpu, post, tuningCache, openCpu, soonMs, tunesSoftware = false }: HostOptions) {
    this.post = post
    this.cpu = new CpuProcessor(openCpu ?? noCpu)
    this.tuningCache = tuningCache
    this.tunesSoftware = tunesSoftware
    this.keeper = new DeviceKeeper(gpu, {
      onLoss: (sentence) => this.reportLoss(sentence),
      onReturn: () => this.enqueue(() => this.reportDevice()),
      ...(soonMs && { soonMs }),
    })
  }

  receive(request: Request): void {
    switch (request.type) {
      case 'start':
        this.enqueue(() => this.reportDevice())
        return
      case 'run':
        this.begin(request.revision, () =>
          request.processor === 'cpu' ? this.runOnCpu(request) : this.run(request),
        )
        return
      case 'readWeights':
        this.enqueue(async () => this.readWeights(request))
        return
      case 'forgetWeights':
        this.enqueue(async () => this.weightFiles.forget(request.id))
        return
      case 'profile':
        this.newest = Math.max(this.newest, request.revision)
        this.inBackground(request.revision, (isStopped) => this.profile(request.revision, isStopped))
        return
      case 'look':
        this.beginLook(request)
        return
      case 'leave':
        this.leftLooks.add(request.id)
        return
      case 'cancel':
        this.cancelled = Math.max(this.cancelled, request.revision)
        return
      default:
        request satisfies never
    }
  }

  private beginLook(request: LookRequest): void {
    const { id, kind, seat } = request
    const who = `${kind} ${seat}`
    this.newestLooks.set(who, id)
    this.looksWaiting++
    const { newest } = this
    const isCancelled = () =>
      this.newestLooks.get(who) !== id || this.leftLooks.has(id) || newest < this.newest
    this.enqueue(async () => {
      this.looksWaiting--
      try {
        await this.look(request, isCancelled)
      } catch (error) {
        if (error instanceof Cancelled || isCancelled()) return
        const message = error instanceof Error ? error.message : String(error)
        this.send({ type: 'lookFailed', id, message })
      } finally {
        this.leftLooks.delete(id)
      }
    })
  }

  /** Resolves when everything received so far is answered. */
  async idle(): Promise<void> {
    let seen: Promise<void> | null = null
    while (seen !== this.queue) {
      seen = this.queue
      await seen
    }
  }

  private begin(revision: number, job: () => Promise<void>): void {
    this.newest = Math.max(this.newest, revision)
    this.enqueue(async () => {
      try {
        stopIf(this.isCancelled(revision))
        await this.withDevice(job, revision)
      } catch (error) {
        this.fail(revision, error)
      }
    })
  }

  /** Work that can wait: somebody who looks does not, so it stops for a look and is done again behind it. */
  private inBackground(revision: number, job: (isStopped: IsCancelled) => Promise<void>): void {
    const isCancelled = this.isCancelled(revision)
    const isStopped = () => isCancelled() || this.looksWaiting > 0
    this.enqueue(async () => {
      try {
        stopIf(isStopped)
        await this.withDevice(() => job(isStopped), revision)
      } catch (error) {
        if (error instanceof Cancelled && !isCancelled()) this.inBackground(revision, job)
        else this.fail(revision, error)
      }
    })
  }

  private enqueue(job: () => Promise<void>): void {
    this.queue = this.queue.then(job)
  }

  private isCancelled(revision: number): IsCancelled {
    return () => revision < this.newest || revision <= this.cancelled
  }

  /** A job that the loss of the device interrupted is done again on the next one. */
  private async withDevice(job: () => Promise<void>, revision: number): Promise<void> {
    try {
      await job()
    } catch (error) {
      if (!(error instanceof DeviceLostError)) throw error
      stopIf(this.isCancelled(revision))
      await job()
    }
  }

  // --- the device ------------------------------------------------------------------------------------------------

  private async reportDevice(): Promise<void> {
    const search = await this.keeper.session()
    if (!search.found) {
      this.send({ type: 'device', device: { available: false, reason: search.reason } })
      return
    }
    const { name, isSoftware, hasTimestamps, hasSubgroups, hasF16 } = search.session.device.traits
    this.send({
      type: 'device',
      device: { available: true, name, isSoftware, hasTimestamps, hasSubgroups, hasF16 },
    })
  }

  private reportLoss(sentence: string): void {
    this.prepared = null
    this.send({ type: 'deviceLost', message: sentence })
    this.enqueue(() => this.reportDevice())
  }

  /** Throws NoDeviceError. */
  private async session(): Promise<Session> {
    const search = await this.keeper.session()
    if (!search.found) throw new NoDeviceError(search.reason)
    return search.session
  }

  private async tunerFor(session: Session): Promise<Tuner> {
    const adapter = session.device.traits.name
    if (this.tuner?.adapter !== adapter) {
      this.tuner = { adapter, tuner: await Tuner.open(adapter, this.tuningCache) }
    }
    return this.tuner.tuner
  }

  // --- running ---------------------------------------------------------------------------------------------------

  private async run(request: RunRequest): Promise<void> {
    const { revision, measure } = request
    const isCancelled = this.isCancelled(revision)
    this.progress(revision, 'planning', 0, 1)
    const session = await this.session()
    const prepared = await this.prepare(request, session)
    stopIf(isCancelled)
    const { lowered, plan, attention, capture, weights } = prepared
    const load = (loaded: Plan) =>
      session.load(loaded, {
        given: weights?.given ?? null,
        isCancelled,
        onProgress: (stage, done, total) => this.progress(revision, stage, done, total),
      })
    const loaded = await load(capture ?? plan)
    stopIf(isCancelled)
    this.progress(revision, 'running', 0, 1)
    const outputs = await loaded.run(pictureFor(lowered, request.picture, request.batch), isCancelled)
    await this.sendResult(revision, weights, {
      processor: 'gpu',
      logits: outputs[0] ?? null,
      attention: layersOf(lowered, attention, outputs),
      attentionLeftOut: attention.leftOut,
      memory: plan.memory,
      kernels: plan.steps.map(kernelReport),
    })
    // Latency is that of the design by itself: nothing is kept for the views.
    if (!measure) return
    const bare = capture ? await load(plan) : loaded
    if (capture) bare.setInputs(pictureFor(lowered, request.picture, request.batch))
    this.progress(revision, 'measuring', 0, 1)
    this.send({ type: 'measured', revision, latency: await measureLatency(bare, { isCancelled }) })
    this.inBackground(revision, async (isStopped) => {
      await this.improve(request, session, isStopped).catch((error: unknown) => {
        // The design has its answer: what could not be improved stays as it was.
        if (!(error instanceof KernelError)) throw error
      })
    })
  }

  /** Plans of this design; those of the last run when nothing but the picture is new. */
  private async prepare(request: RunRequest, session: Session): Promise<Prepared> {
    const { document, batch, weights } = request
    const key = JSON.stringify([document, batch, request.attention, weights])
    if (this.prepared?.key === key && this.prepared.epoch === this.keeper.epoch) return this.prepared
    const lowered = lower(document, { batch })
    const output = outputOf(lowered)
    const attention = attentionPlan(lowered, request.attention)
    const kept = keptNodes(lowered.graph, attention.maps)
    const { choose } = await this.tunerFor(session)
    const planFor = (outputs: readonly number[]) =>
      compile(lowered.graph, { outputs, device: session.device.traits, tuning: choose })
    const plan = planFor([output])
    const capture = kept.length > 0 ? planFor([output, ...kept]) : null
    const matched = weights === null ? null : this.weightFiles.match(weights, lowered.graph)
    this.prepared = { key, epoch: this.keeper.epoch, lowered, plan, attention, capture, weights: matched }
    return this.prepared
  }

  /**
   * In idle time: measures variants that were never tried on this adapter, and when a better one is found, measures the design
   * again with it. On a software adapter this is left to the command line.
   */
  private async improve(request: RunRequest, session: Session, isCancelled: IsCancelled): Promise<void> {
    const tuner = await this.tunerFor(session)
    const { prepared } = this
    if (!prepared || !tuner.hasWork(prepared.plan)) return
    if (session.device.traits.isSoftware && !this.tunesSoftware) return
    const given = prepared.weights?.given ?? null
    const trial = await session.load(prepared.plan, { given, isCancelled })
    const { isBetter } = await tuner.tune(trial, { isCancelled })
    if (!isBetter) return
    this.prepared = null
    const { plan, lowered, weights } = await this.prepare(request, session)
    const loaded = await session.load(plan, { given: weights?.given ?? null, isCancelled })
    loaded.setInputs(pictureFor(lowered, request.picture, request.batch))
    const latency = await measureLatency(loaded, { isCancelled })
    this.send({ type: 'measured', revision: request.revision, latency })
  }

  private async profile(revision: number, isCancelled: IsCancelled): Promise<void> {
    const session = await this.session()
    if (!this.prepared) throw new KernelError('internal: nothing has run that could be profiled')
    const { plan, lowered, weights } = this.prepared
    const isWarm = session.isLoaded(plan)
    const loaded = await session.load(plan, { given: weights?.given ?? null, isCancelled })
    // Real numbers in every buffer: NaNs and denormals would change the times of a software adapter.
    const batch = lowered.graph.nodes.find((node) => node.op === 'input')?.shape[0] ?? 1
    if (!isWarm) await loaded.run(pictureFor(lowered, null, batch), isCancelled)
    const profile = await profileSteps(loaded, {
      budgetMs: session.device.traits.isSoftware ? 1500 : 5000,
      isCancelled,
      onProgress: (done, total) => this.progress(revision, 'measuring', done, total),
    })
    this.send({ type: 'profiled', revision, profile })
  }

  private async look<K extends LookKind>(request: LookOf<K>, isCancelled: IsCancelled): Promise<void> {
    const { id, kind, seat, subject, question, processor = 'gpu' } = request
    stopIf(isCancelled)
    const onProgress = (stage: Stage, done: number, total: number) =>
      this.send({ type: 'lookProgress', id, stage, done, total })
    const session = processor === 'cpu' ? null : await this.session()
    const tell = (answer: AnswerOf<K>, isFinal: boolean) =>
      // One of the union's kinds; the compiler cannot tell which.
      this.send({ type: 'looked', id, kind, seat, answer, isFinal } satisfies LookedReplyOf<K> as LookedReply)
    const about = `${processor} ${this.keeper.epoch} ${subject.weights} ${JSON.stringify(subject.document)}`
    const kept = <T>(slot: string, key: string, make: () => T): T => {
      const name = `${kind} ${seat} ${slot}`
      const before = this.keptByLooks.get(name)
      if (before?.key === `${key} ${about}`) return before.made as T
      const made = make()
      this.keptByLooks.set(name, { key: `${key} ${about}`, made })
      return made
    }
    const answer = await looks[kind](question, {
      subject,
      plan: session
        ? gpuPlanner(session.device.traits)
        : (graph, { outputs = graph.outputs } = {}) => ({ graph, outputs }),
      isCancelled,
      progress: onProgress,
      tell: (part) => tell(part, false),
      kept,
      load: async (planned, design, isRandom = false) => {
        const given = subject.weights === null || isRandom ? null : this.givenFor(subject.weights, design)
        if (!session) return await this.cpu.load(planned, given)
        return await session.load(planOf(planned), { given, isCancelled, onProgress })
      },
    })
    stopIf(isCancelled)
    tell(answer, true)
  }

  /** The same object for the same graph: a plan that is loaded with it need not be loaded again. */
  private givenFor(weights: string, graph: Graph): GivenWeights {
    let byGraph = this.givenOf.get(graph)
    if (byGraph?.id !== weights) {
      byGraph = this.weightFiles.match(weights, graph)
      this.givenOf.set(graph, byGraph)
    }
    return byGraph.given
  }

  private async runOnCpu(request: RunRequest): Promise<void> {
    const { revision, document, batch, measure } = request
    const isCancelled = this.isCancelled(revision)
    this.progress(revision, 'planning', 0, 1)
    const { lowered, output, attention, matched } = this.preparedForCpu(request)
    const { graph } = lowered
    const kept = keptNodes(graph, attention.maps)
    const given = matched?.given ?? null
    const capture = await this.cpu.load({ graph, outputs: [output, ...kept] }, given)
    stopIf(isCancelled)
    this.progress(revision, 'running', 0, 1)
    const inputs = pictureFor(lowered, request.picture, batch)
    const outputs = await capture.run(inputs, isCancelled)
    const { memory } = analyze(document).totals
    await this.sendResult(revision, matched, {
      processor: 'cpu',
      logits: outputs[0] ?? null,
      attention: layersOf(lowered, attention, outputs),
      attentionLeftOut: attention.leftOut,
      memory: { weightBytes: memory.weightBytes, activationBytes: memory.activationBytes, largestCopy: null },
      kernels: [],
    })
    if (!measure) return
    const bare = kept.length > 0 ? await this.cpu.load({ graph, outputs: [output] }, given) : capture
    this.progress(revision, 'measuring', 0, 1)
    this.send({ type: 'measured', revision, latency: await measureReady(bare, inputs, isCancelled) })
  }

  /** The same graph for the same design, so that its model is found again. */
  private preparedForCpu({ document, batch, attention, weights }: RunRequest): PreparedForCpu {
    const key = JSON.stringify([document, batch, attention, weights])
    if (this.preparedCpu?.key !== key) {
      const lowered = lower(document, { batch })
      this.preparedCpu = {
        key,
        lowered,
        output: outputOf(lowered),
        attention: attentionPlan(lowered, attention),
        matched: weights === null ? null : this.weightFiles.match(weights, lowered.graph),
      }
    }
    return this.preparedCpu
  }

  private readWeights({ request, bytes, document, positions }: WeightsRequest): void {
    try {
      const id = this.weightFiles.add(bytes, positions)
      const { report } = this.weightFiles.match(id, lower(document, { batch: 1 }).graph)
      this.send({ type: 'weightsRead', request, id, report })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.send({ type: 'weightsRefused', request, message })
    }
  }

  // --- replies ---------------------------------------------------------------------------------------------------

  private progress(revision: number, stage: Stage, done: number, total: number): void {
    this.send({ type: 'progress', revision, stage, done, total })
  }

  private async sendResult(
    revision: number,
    weights: MatchedWeights | null,
    run: Omit<RunResult, 'weights' | 'classes'>,
  ): Promise<void> {
    const hasMeaning = weights !== null && weights.report.fits > 0
    const result = {
      ...run,
      weights: weights && { id: weights.id, fits: weights.report.fits, wanted: weights.report.wanted },
      classes: hasMeaning && run.logits ? await topClasses(run.logits.subarray(0, 1000)) : null,
    }
    const arrays = [result.logits, ...result.attention.flatMap(arraysOf)]
    const transfer = arrays.flatMap((array) => (array ? [array.buffer as ArrayBuffer] : []))
    this.post({ type: 'ran', revision, result }, transfer)
  }

  private send(reply: Reply): void {
    this.post(reply, [])
  }

  private fail(revision: number, error: unknown): void {
    if (error instanceof Cancelled || this.isCancelled(revision)()) return
    const message = error instanceof Error ? error.message : String(error)
    const code = failureCode(error)
    this.send({
      type: 'failed',
      revision,
      code,
      message: code === 'INTERNAL' && !message.startsWith('internal:') ? `internal: ${message}` : message,
    })
  }
}

const noCpu = () => Promise.reject(new Error('there is none here'))

class NoDeviceError extends Error {}

function failureCode(error: unknown): FailureCode {
  if (error instanceof NoDeviceError) return 'NO_WEBGPU'
  if (error instanceof DeviceLostError) return 'DEVICE_LOST'
  if (error instanceof DesignError) return 'DOCUMENT'
  if (error instanceof KernelError) return error.message.startsWith('internal:') ? 'INTERNAL' : 'MEMORY'
  return error instanceof VertebraError && !error.message.startsWith('internal:') ? 'DOCUMENT' : 'INTERNAL'
}

function kernelReport({
  label,
  spec,
  variant,
  scopes,
  cost,
  dispatches,
}: Plan['steps'][number]): KernelReport {
  return {
    label,
    family: spec.family,
    variant: variant.name,
    scopes,
    shape: spec.out.view.shape,
    macs: cost.macs,
    bytes: cost.bytesRead + cost.bytesWritten,
    source: dispatches[0]?.source ?? '',
  }
}

/** Output 0 is the design's; then come the nodes that the layers are made from. */
function layersOf(
  { graph }: Lowered,
  { maps }: AttentionPlan,
  [, ...kept]: readonly Float32Array[],
): readonly AttentionLayer[] {
  const nodes = keptNodes(graph, maps)
  return maps.map((map) =>
    attentionLayer(graph, map, (node) => {
      const values = kept[nodes.indexOf(node)]
      if (!values) throw new KernelError(`internal: the plan did not keep what ${map.path} attends by`)
      return values
    }),
  )
}

/** The large arrays of a layer that nothing else holds. */
const arraysOf = ({ scores }: AttentionLayer): readonly Float32Array[] => {
  if (scores.kind === 'products') return [scores.q, scores.k]
  return scores.kind === 'probabilities' ? [scores.values] : []
}
