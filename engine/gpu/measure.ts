/** Whole-network latency: after warm-up, many forwards, the median and its spread. */
import { type IsCancelled, never, stopIf } from './cancel'
import type { LoadedPlan } from './loadedPlan'
import { Timestamps } from './timestamps'

/** Milliseconds of one forward. */
export interface LatencyReport {
  readonly median: number
  readonly p10: number
  readonly p90: number
  readonly runs: number
  readonly samples: readonly number[]
  readonly method: 'timestamps' | 'wall clock'
}

export interface MeasureOptions {
  /** About how long all of it may take. */
  readonly budgetMs?: number
  readonly isCancelled?: IsCancelled
}

/** Chrome rounds GPU times to 65.5 us: four milliseconds keep that below 2 % (engine-notes, C). */
const meaningfulMs = 4
const enoughSamples = 50
const warmUpRuns = 3
const longestBatch = 64

/** Inputs are those that were set last. Throws Cancelled, KernelError, DeviceLostError. */
export async function measureLatency(
  loaded: LoadedPlan,
  options: MeasureOptions = {},
): Promise<LatencyReport> {
  const { traits } = loaded.session.device
  const { budgetMs = traits.isSoftware ? 1500 : 1000, isCancelled = never } = options
  return await loaded.session.guarded('measuring', async () => {
    const clock = traits.hasTimestamps ? new Timestamps(loaded.session.device.gpu, 1) : null
    try {
      const started = performance.now()
      const spent = () => performance.now() - started
      let pilotMs = await timeForwards(loaded, 1, clock, isCancelled)
      for (let run = 1; run < warmUpRuns || spent() < Math.min(200, budgetMs / 5); run++) {
        // A slow adapter has no clock ramp to warm up, and its budget is better spent on samples.
        if (spent() + pilotMs > budgetMs / 3) break
        pilotMs = await timeForwards(loaded, 1, clock, isCancelled)
      }
      const batch = Math.min(longestBatch, Math.max(1, Math.ceil(meaningfulMs / pilotMs)))
      const samples: number[] = []
      const least = () => (spent() > 2 * budgetMs ? 1 : 3)
      while (samples.length < enoughSamples && (samples.length < least() || spent() < budgetMs)) {
        stopIf(isCancelled)
        samples.push((await timeForwards(loaded, batch, clock, isCancelled)) / batch)
      }
      return {
        ...spread(samples),
        runs: samples.length * batch,
        samples,
        method: clock ? 'timestamps' : 'wall clock',
      }
    } finally {
      clock?.destroy()
    }
  })
}

/** GPU time of `count` forwards in a row, or wall time around a fence. */
async function timeForwards(
  loaded: LoadedPlan,
  count: number,
  clock: Timestamps | null,
  isCancelled: IsCancelled,
): Promise<number> {
  const submitter = loaded.session.submitter(isCancelled)
  const started = performance.now()
  if (clock) submitter.startWith(clock.beginning(0))
  for (let i = 0; i < count; i++) await loaded.encodeForward(submitter)
  // An empty pass: its end comes after everything before it.
  if (clock)
    submitter.append((encoder) => encoder.beginComputePass({ timestampWrites: clock.ending(0) }).end())
  await submitter.finish()
  const wallMs = performance.now() - started
  const [gpuMs = Number.NaN] = clock ? await clock.read(1) : []
  // A backward or missing reading is rare and shows as NaN; the wall clock is then the honest answer.
  return Number.isNaN(gpuMs) ? wallMs : gpuMs
}

export function spread(samples: readonly number[]): { median: number; p10: number; p90: number } {
  const sorted = [...samples].sort((a, b) => a - b)
  return { median: quantile(sorted, 0.5), p10: quantile(sorted, 0.1), p90: quantile(sorted, 0.9) }
}

/** Linear between neighbours, as NumPy does it. */
function quantile(sorted: readonly number[], q: number): number {
  const at = (sorted.length - 1) * q
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? Number.NaN
  return low + (high - low) * (at - Math.floor(at))
}
