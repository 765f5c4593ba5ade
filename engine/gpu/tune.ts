/**
 * The tuner: for each kind of problem in a plan, measures the variants that its kernel offers and keeps the winner for this
 * adapter. A static choice reaches about 80 % of each GPU's own best on average and 44 % at worst (llama.cpp#22241).
 */
import type { Plan, Step } from '../compile/plan'
import { KernelError } from '../errors'
import { elements, type Shape } from '../graph/graph'
import { kernels } from '../kernels'
import type { Kernel, Variant } from '../kernels/kernel'
import type { AttentionSpec, Fused, Operand, Spec } from '../kernels/spec'
import { type IsCancelled, never, stopIf } from './cancel'
import { makeCommands } from './commands'
import type { LoadedPlan } from './loadedPlan'
import { timeRepeats } from './profile'
import { Timestamps } from './timestamps'

/** Winners by adapter, kept between sessions: IndexedDB in the browser, a folder in Node. */
export interface TuningCache {
  read(adapter: string): Promise<ReadonlyMap<string, string>>
  write(adapter: string, winners: ReadonlyMap<string, string>): Promise<void>
}

export interface TuneOptions {
  readonly budgetMs?: number
  readonly isCancelled?: IsCancelled
  readonly onProgress?: (done: number, total: number) => void
}

export interface TuneReport {
  /** Kinds of problems measured now, and those that the budget left for another time. */
  readonly measured: readonly Measured[]
  readonly left: number
  /** Whether a plan compiled again would use other variants. */
  readonly isBetter: boolean
}
interface Measured {
  readonly problem: string
  readonly winner: string
  /** Milliseconds by variant, the static choice first. */
  readonly times: readonly { readonly variant: string; readonly ms: number; readonly compileMs: number }[]
}

const mostVariants = 6
/** A pipeline must earn back its compilation within so many forwards. */
const forwardsToEarnBack = 200
const readings = 3
const readingMs = 4
/** The winner must be faster by more than the noise. */
const leastGain = 0.97

export class Tuner {
  private readonly adapter: string
  private readonly cache: TuningCache
  private winners = new Map<string, string>()

  private constructor(adapter: string, cache: TuningCache) {
    this.adapter = adapter
    this.cache = cache
  }

  /** A tuner that knows what was found on this adapter before. */
  static async open(adapter: string, cache: TuningCache): Promise<Tuner> {
    const tuner = new Tuner(adapter, cache)
    tuner.winners = new Map(await cache.read(adapter))
    return tuner
  }

  /** For compile: the name of the winner for this kind of problem, if one is known. */
  readonly choose = (spec: Spec): string | undefined => this.winners.get(problemKey(spec))

  /** Whether `tune` would find something to measure. */
  hasWork(plan: Plan): boolean {
    return this.problemsOf(plan).length > 0
  }

  /** Measures what is not known yet, the most expensive problems first, until the budget is spent. */
  async tune(loaded: LoadedPlan, options: TuneOptions = {}): Promise<TuneReport> {
    const { budgetMs = 2000, isCancelled = never, onProgress = () => {} } = options
    const { device } = loaded.session
    const problems = this.problemsOf(loaded.plan)
    const started = performance.now()
    const measured: Measured[] = []
    let isBetter = false
    await loaded.session.guarded('tuning', async () => {
      const clock = device.traits.hasTimestamps ? new Timestamps(device.gpu, readings) : null
      try {
        for (const [index, { problem, step }] of problems.entries()) {
          if (performance.now() - started > budgetMs) break
          stopIf(isCancelled)
          onProgress(index, problems.length)
          const result = await measureVariants(loaded, problem, step, clock, isCancelled)
          measured.push(result)
          this.winners.set(problem, result.winner)
          isBetter ||= result.winner !== step.variant.name
        }
      } finally {
        clock?.destroy()
        if (measured.length > 0) await this.cache.write(this.adapter, this.winners)
      }
    })
    onProgress(problems.length, problems.length)
    return { measured, left: problems.length - measured.length, isBetter }
  }

  /** One step for each kind of problem that has alternatives and no winner yet. */
  private problemsOf(plan: Plan): readonly { readonly problem: string; readonly step: Step }[] {
    const byProblem = new Map<string, { step: Step; macs: number }>()
    for (const step of plan.steps) {
      const problem = problemKey(step.spec)
      if (step.variants.length < 2 || this.winners.has(problem)) continue
      const known = byProblem.get(problem)
      byProblem.set(problem, { step: known?.step ?? step, macs: (known?.macs ?? 0) + step.cost.macs })
    }
    return [...byProblem]
      .sort(([, a], [, b]) => b.macs - a.macs)
      .map(([problem, { step }]) => ({ problem, step }))
  }
}

async function measureVariants(
  loaded: LoadedPlan,
  problem: string,
  step: Step,
  clock: Timestamps | null,
  isCancelled: IsCancelled,
): Promise<Measured> {
  const times: { variant: string; ms: number; compileMs: number }[] = []
  for (const variant of step.variants.slice(0, mostVariants)) {
    stopIf(isCancelled)
    const time = await timeVariant(loaded, step, variant, clock, times)
    if (time) times.push({ variant: variant.name, ...time })
  }
  const cost = ({ ms, compileMs }: { ms: number; compileMs: number }) => ms * forwardsToEarnBack + compileMs
  const [first, ...others] = times
  if (!first) return { problem, winner: step.variant.name, times }
  const best = others.reduce((winner, time) => (cost(time) < cost(winner) ? time : winner), first)
  const isClear = best.ms < first.ms * leastGain
  return { problem, winner: (isClear ? best : first).variant, times }
}

/** Null when the variant cannot be used here. */
async function timeVariant(
  loaded: LoadedPlan,
  step: Step,
  variant: Variant,
  clock: Timestamps | null,
  before: readonly { readonly ms: number }[],
): Promise<{ ms: number; compileMs: number } | null> {
  const { device, pipelines } = loaded.session
  const { gpu, traits } = device
  try {
    const kernel = kernels[step.spec.family] as Kernel
    const dispatches = kernel.dispatches(step.spec, variant, traits)
    const started = performance.now()
    const isNew = dispatches.some((dispatch) => !pipelines.has(dispatch))
    await pipelines.prepare(
      dispatches.map((dispatch) => ({ dispatch, label: step.label })),
      () => {},
    )
    const compileMs = isNew ? performance.now() - started : 0
    const candidate = { dispatches, cost: step.cost, label: step.label }
    const commands = await makeCommands(gpu, traits, pipelines, [candidate], loaded.rangeOf)
    try {
      const list = commands.steps[0] ?? []
      const [pilotMs = 0] = await timeRepeats(gpu, list, 1, 1, clock)
      // Hopeless ones are not measured twice.
      const best = Math.min(...before.map(({ ms }) => ms))
      if (pilotMs > 3 * best) return { ms: pilotMs, compileMs }
      const repeats = Math.max(1, Math.min(64, Math.ceil(readingMs / Math.max(pilotMs, 0.01))))
      const samples = await timeRepeats(gpu, list, repeats, readings, clock)
      return { ms: Math.min(...samples), compileMs }
    } finally {
      commands.destroy()
    }
  } catch (error) {
    if (error instanceof KernelError) return null
    throw error
  }
}

/** Family, sizes in powers of two, and what is fused: problems with one key have one winner. */
function problemKey(spec: Spec): string {
  switch (spec.family) {
    case 'gemm': {
      const { batch, m, n, k } = spec
      const conv =
        'kernel' in spec.a ? `conv ${spec.a.kernel} s${spec.a.stride}` : `k${spec.a.view.strides[2]}`
      const right = `b${spec.b.view.strides[2]}`
      return [
        `gemm ${buckets([batch, m, n, k])}`,
        conv,
        right,
        `${fusedClass(spec.prologue)}-${fusedClass(spec.epilogue)}`,
      ].join(' ')
    }
    case 'attention':
      return attentionKey('attention', spec, spec.v)
    case 'attentionLogSum':
      return attentionKey('attention log-sum', spec, spec.k)
    case 'attentionGradient':
      return attentionKey(`attention by ${spec.of}`, spec, spec.v)
    case 'depthwise':
      return `depthwise ${sizes(spec.out)} ${spec.w.view.shape.slice(0, 2)} s${spec.stride} ${fusedClass(spec.epilogue)}`
    case 'pool':
      return `pool ${spec.fn} ${sizes(spec.out)} ${spec.kernel} s${spec.stride} ${fusedClass(spec.epilogue)}`
    case 'reduce':
      return `reduce ${sizes(spec.x)} ${fusedClass(spec.prologue)}-${fusedClass(spec.epilogue)}`
    case 'map':
      return `map ${log2(elements(spec.out.view.shape))} ${fusedClass(spec.fused)}`
    case 'rowStatistics':
    case 'softmax':
      return `${spec.family} ${sizes(spec.x)}`
    case 'scan':
      return `scan ${sizes(spec.out)} ${fusedClass(spec.factor)}-${fusedClass(spec.added)}`
    case 'procedural':
      return 'procedural'
    default:
      spec satisfies never
      return ''
  }
}

function attentionKey(
  name: string,
  { q, k, score }: Pick<AttentionSpec, 'q' | 'k' | 'score'>,
  values: Operand,
): string {
  const counts = buckets([...q.view.shape.slice(0, 3), k.view.shape[2] ?? 1])
  const fused = score.operands.length > 0 ? ` ${fusedClass(score)}` : ''
  return `${name} ${counts} d${q.view.shape[3]} e${values.view.shape[3]}${fused}`
}

const log2 = (size: number): number => Math.round(Math.log2(Math.max(1, size)))
const buckets = (shape: Shape): string => shape.map(log2).join(',')
const sizes = (operand: Operand): string => buckets(operand.view.shape)
/** How many tensors a fused expression reads beside the main one; its arithmetic hardly matters. */
const fusedClass = (fused: Fused | null): string => (fused ? String(fused.operands.length) : '-')
