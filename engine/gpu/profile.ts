/** Time of each step by itself: repeated inside its pass until the clock's quantum no longer matters. */
import { type IsCancelled, never, stopIf } from './cancel'
import { type Command, encode } from './commands'
import type { LoadedPlan } from './loadedPlan'
import { spread } from './measure'
import { Timestamps } from './timestamps'

export interface ProfileReport {
  /** In the order of the plan's steps; milliseconds of one execution. */
  readonly kernels: readonly { readonly index: number; readonly median: number; readonly repeats: number }[]
  readonly method: 'timestamps' | 'wall clock'
}

/** One reading of R repeats of t is off by at most 65.5 us / (R t); wall clocks need more to drown the fence. */
const meaningfulMs = { timestamps: 4, 'wall clock': 20 } as const
const mostRepeats = 256
const readings = 5

/**
 * Steps run in the order of the plan, so that each one reads what it would read in a forward. The caches are warm: small steps
 * look faster than within a whole run, and the caller shows the sum beside the latency.
 */
export async function profileSteps(
  loaded: LoadedPlan,
  {
    budgetMs = 5000,
    isCancelled = never,
    onProgress = () => {},
  }: {
    readonly budgetMs?: number
    readonly isCancelled?: IsCancelled
    readonly onProgress?: (done: number, total: number) => void
  } = {},
): Promise<ProfileReport> {
  const { device } = loaded.session
  return await loaded.session.guarded('profiling', async () => {
    const clock = device.traits.hasTimestamps ? new Timestamps(device.gpu, readings) : null
    const method = clock ? 'timestamps' : 'wall clock'
    const steps = loaded.commands.steps
    const started = performance.now()
    try {
      const kernels: ProfileReport['kernels'][number][] = []
      for (const [index, commands] of steps.entries()) {
        stopIf(isCancelled)
        onProgress(index, steps.length)
        // What is left of the budget, shared among what is left of the steps; the pilot always runs.
        const shareMs = (budgetMs - (performance.now() - started)) / (steps.length - index)
        kernels.push({
          index,
          ...(await timeStep(device.gpu, commands, clock, meaningfulMs[method], shareMs)),
        })
      }
      onProgress(steps.length, steps.length)
      return { kernels, method }
    } finally {
      clock?.destroy()
    }
  })
}

async function timeStep(
  gpu: GPUDevice,
  commands: readonly Command[],
  clock: Timestamps | null,
  wantedMs: number,
  shareMs: number,
): Promise<{ median: number; repeats: number }> {
  const [pilotMs = 0] = await timeRepeats(gpu, commands, 1, 1, clock)
  if (pilotMs >= shareMs) return { median: pilotMs, repeats: 1 }
  const wanted = Math.ceil(wantedMs / Math.max(pilotMs, wantedMs / mostRepeats))
  const affordable = Math.max(1, Math.floor(shareMs / pilotMs / readings))
  const repeats = Math.min(wanted, affordable)
  const count = Math.max(1, Math.min(readings, Math.floor(shareMs / (pilotMs * repeats))))
  const samples = await timeRepeats(gpu, commands, repeats, count, clock)
  return { median: spread(samples).median, repeats: repeats * count }
}

/** Milliseconds of one execution: `count` readings of `repeats` executions each. */
export async function timeRepeats(
  gpu: GPUDevice,
  commands: readonly Command[],
  repeats: number,
  count: number,
  clock: Timestamps | null,
): Promise<number[]> {
  const walls: number[] = []
  for (let reading = 0; reading < count; reading++) {
    const encoder = gpu.createCommandEncoder()
    const pass = encoder.beginComputePass(clock ? { timestampWrites: clock.writes(reading) } : {})
    for (let i = 0; i < repeats; i++) for (const command of commands) encode(pass, command)
    pass.end()
    const started = performance.now()
    gpu.queue.submit([encoder.finish()])
    // With a clock nothing needs waiting for, but a queue that holds seconds of work cannot be cancelled.
    await gpu.queue.onSubmittedWorkDone()
    walls.push((performance.now() - started) / repeats)
  }
  if (!clock) return walls
  const times = await clock.read(count)
  return times.map((ms, reading) => (Number.isNaN(ms) ? (walls[reading] ?? ms) : ms / repeats))
}
