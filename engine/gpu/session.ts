/** One device at work: loads plans onto it and keeps what the next plan can use again. */
import type { Plan, Step, WeightPlan } from '../compile/plan'
import { DeviceLostError, KernelError } from '../errors'
import { elements } from '../graph/graph'
import type { TensorId } from '../kernels/spec'
import { ActivationBuffers, LastingTensors } from './buffers'
import { Cancelled, type IsCancelled, never, stopIf } from './cancel'
import { makeCommands, type Range, type Runnable } from './commands'
import { contentsOf, type GivenWeights } from './contents'
import { type OpenDevice, pause } from './device'
import { LoadedPlan } from './loadedPlan'
import { PipelineCache } from './pipelines'
import { proceduralStep } from './proceduralStep'
import { Pace, Submitter } from './submit'

export interface LoadOptions {
  /** Weights to use instead of the procedural ones, by state_dict key. */
  readonly given?: GivenWeights | null
  readonly onProgress?: (stage: 'compiling' | 'weights', done: number, total: number) => void
  readonly isCancelled?: IsCancelled
}

export class Session {
  readonly device: OpenDevice
  readonly pipelines: PipelineCache
  private readonly activations: ActivationBuffers
  private readonly lasting: LastingTensors
  private readonly pace = new Pace()
  private loaded: LoadedPlan | null = null
  private given: GivenWeights | null = null

  constructor(device: OpenDevice) {
    this.device = device
    this.pipelines = new PipelineCache(device.gpu)
    this.activations = new ActivationBuffers(device.gpu)
    this.lasting = new LastingTensors(device.gpu)
  }

  /** Whether this very plan is the one that is loaded: its buffers hold what the last run left. */
  isLoaded(plan: Plan): boolean {
    return this.loaded?.plan === plan
  }

  /**
   * Makes a plan ready to run: pipelines, buffers, weights. Another plan that was loaded is given up, whatever happens.
   * Throws Cancelled, KernelError, DeviceLostError.
   */
  async load(plan: Plan, options: LoadOptions = {}): Promise<LoadedPlan> {
    const { given = null, onProgress = () => {}, isCancelled = never } = options
    if (this.loaded && this.isLoaded(plan) && this.given === given) return this.loaded
    this.loaded?.destroy()
    this.loaded = null
    this.given = given
    const contents = contentsOf(plan, given)
    const work = new WeightWork(plan, contents, this.lasting)
    const makers = work.missingWeights.map((weight) => proceduralStep(weight, this.device.traits))
    const steps: readonly Runnable[] = [...makers, ...work.missingSteps, ...plan.steps]
    await this.pipelines.prepare(
      steps.flatMap((step) => step.dispatches.map((dispatch) => ({ dispatch, label: step.label }))),
      (done, total) => onProgress('compiling', done, total),
      isCancelled,
    )
    stopIf(isCancelled)
    return await this.guarded('loading', async () => {
      const rangeOf = this.allocate(plan, contents, work)
      try {
        await this.makeWeights(plan, contents, work, given, rangeOf, options)
      } catch (error) {
        for (const name of work.added) this.lasting.forget(name)
        throw error
      }
      for (const name of work.passing) this.lasting.forget(name)
      this.lasting.keep(new Set([...work.inUse].map((tensor) => contents.get(tensor) ?? '')))
      const { gpu, traits } = this.device
      const commands = await makeCommands(gpu, traits, this.pipelines, plan.steps, rangeOf)
      this.loaded = new LoadedPlan(this, plan, commands, rangeOf)
      return this.loaded
    })
  }

  submitter(isCancelled: IsCancelled): Submitter {
    return new Submitter(this.device.gpu, this.pace, isCancelled)
  }

  /**
   * Runs GPU work and turns what the device says about it into our errors. A lost device answers nothing or zeros without
   * complaint, so it is asked before success is reported.
   */
  async guarded<T>(doing: string, work: () => Promise<T>): Promise<T> {
    const { gpu, loss } = this.device
    if (loss.sentence) throw new DeviceLostError(loss.sentence)
    gpu.pushErrorScope('internal')
    gpu.pushErrorScope('out-of-memory')
    const outcome = await work().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    )
    const outOfMemory = await gpu.popErrorScope().catch(() => null)
    const internal = await gpu.popErrorScope().catch(() => null)
    if ('error' in outcome && outcome.error instanceof Cancelled) throw outcome.error
    // What fails because the device goes may fail a moment before the device says that it went.
    if ('error' in outcome) await Promise.race([loss.happened, pause(20)])
    if (loss.sentence) throw new DeviceLostError(loss.sentence)
    if (outOfMemory) {
      throw new KernelError(
        `${this.device.traits.name} ran out of memory while ${doing}; choose a smaller input, batch or model.`,
      )
    }
    if ('error' in outcome) throw outcome.error
    const complaint = internal?.message ?? this.device.takeComplaint()
    if (complaint)
      throw new KernelError(`internal: the graphics device complained while ${doing}: ${complaint}`)
    return outcome.value
  }

  destroy(): void {
    this.loaded?.destroy()
    this.activations.destroy()
    this.lasting.destroy()
  }

  private allocate(
    plan: Plan,
    contents: ReadonlyMap<TensorId, string>,
    work: WeightWork,
  ): (tensor: TensorId) => Range {
    const passing = new Set(plan.tensors.filter(({ id }) => !contents.has(id)).map(({ buffer }) => buffer))
    const buffers = this.activations.allocate(plan.buffers.filter(({ id }) => passing.has(id)))
    for (const tensor of work.needed) {
      const name = contents.get(tensor) ?? ''
      if (this.lasting.get(name)) continue
      this.lasting.add(name, plan.tensors[tensor]?.bytes ?? 0)
      work.added.add(name)
    }
    return (tensor) => {
      const held = this.lasting.get(contents.get(tensor) ?? '')
      if (held) return held
      const planned = plan.tensors[tensor]
      const buffer = planned && buffers.get(planned.buffer)
      if (!buffer) throw new KernelError(`internal: tensor ${tensor} has no buffer`)
      return { buffer, offset: planned.offset, bytes: planned.bytes }
    }
  }

  /** Fills what is missing: constants and given weights from memory, the rest by the procedural rule, then `prepare`. */
  private async makeWeights(
    plan: Plan,
    contents: ReadonlyMap<TensorId, string>,
    work: WeightWork,
    given: GivenWeights | null,
    rangeOf: (tensor: TensorId) => Range,
    { onProgress = () => {}, isCancelled = never }: LoadOptions,
  ): Promise<void> {
    const { gpu, traits } = this.device
    for (const { tensor, data } of plan.constants) {
      if (work.added.has(contents.get(tensor) ?? '')) await upload(gpu, rangeOf(tensor), data)
    }
    const procedural: WeightPlan[] = []
    for (const weight of work.missingWeights) {
      const data = given?.arrays.get(weight.key)
      if (data) await upload(gpu, rangeOf(weight.tensor), partOf(data, weight))
      else procedural.push(weight)
    }
    const steps = [...procedural.map((weight) => proceduralStep(weight, traits)), ...work.missingSteps]
    const commands = await makeCommands(gpu, traits, this.pipelines, steps, rangeOf)
    try {
      const submitter = this.submitter(isCancelled)
      for (const [done, list] of commands.steps.entries()) {
        if (done % 16 === 0) onProgress('weights', done, steps.length)
        for (const command of list) await submitter.add(command)
      }
      await submitter.finish()
      onProgress('weights', steps.length, steps.length)
    } finally {
      commands.destroy()
    }
  }
}

/** Which lasting tensors this plan needs that the session does not hold, and what it takes to make them. */
class WeightWork {
  readonly missingWeights: readonly WeightPlan[]
  readonly missingSteps: readonly Step[]
  /** Everything that must exist at some time while loading. */
  readonly needed: ReadonlySet<TensorId>
  /** What the steps of a forward read. */
  readonly inUse: ReadonlySet<TensorId>
  /** Contents that only `prepare` reads: freed after it. */
  readonly passing: ReadonlySet<string>
  /** Contents that were allocated for this load. */
  readonly added = new Set<string>()

  constructor(plan: Plan, contents: ReadonlyMap<TensorId, string>, lasting: LastingTensors) {
    const read = plan.steps.flatMap((step) => step.dispatches.flatMap((dispatch) => dispatch.bindings))
    const asked = [...read, ...plan.outputs].map(({ tensor }) => tensor)
    this.inUse = new Set(asked.filter((tensor) => contents.has(tensor)))
    const isMissing = (tensor: TensorId) => !lasting.get(contents.get(tensor) ?? '')
    const needed = new Set([...this.inUse].filter(isMissing))
    const steps: Step[] = []
    for (const step of [...plan.prepare].reverse()) {
      if (!needed.has(step.spec.out.tensor)) continue
      steps.unshift(step)
      for (const { tensor } of step.dispatches.flatMap((dispatch) => dispatch.bindings)) {
        if (contents.has(tensor) && isMissing(tensor)) needed.add(tensor)
      }
    }
    const inUseContents = new Set([...this.inUse].map((tensor) => contents.get(tensor)))
    this.needed = needed
    this.missingSteps = steps
    this.missingWeights = plan.weights.filter(({ tensor }) => needed.has(tensor))
    this.passing = new Set(
      [...needed]
        .map((tensor) => contents.get(tensor) ?? '')
        .filter((name) => name !== '' && !inUseContents.has(name)),
    )
  }
}

const partOf = (data: Float32Array, { first, shape }: WeightPlan): Float32Array =>
  data.subarray(first, first + elements(shape))

const uploadedAtOnce = 16 * 2 ** 20

/** In pieces, with a wait now and then, so that a large file does not fill the queue. */
async function upload(gpu: GPUDevice, { buffer, offset }: Range, data: Float32Array): Promise<void> {
  for (let at = 0; at < data.byteLength; at += uploadedAtOnce) {
    const bytes = Math.min(uploadedAtOnce, data.byteLength - at)
    gpu.queue.writeBuffer(buffer, offset + at, data.buffer, data.byteOffset + at, bytes)
    if (at > 0 && at % (4 * uploadedAtOnce) === 0) await gpu.queue.onSubmittedWorkDone()
  }
}
