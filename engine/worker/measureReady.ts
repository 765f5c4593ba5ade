/** Latency on the CPU: wall clock from array to array, after a warm-up. */
import { type IsCancelled, stopIf } from '../gpu/cancel'
import { spread } from '../gpu/measure'
import type { Ready } from './cpuProcessor'
import type { Latency } from './protocol'

const budgetMs = 1500
const mostRuns = 50
const leastRuns = 3

/** Throws Cancelled. */
export async function measureReady(
  ready: Ready,
  inputs: ReadonlyMap<string, Float32Array>,
  isCancelled: IsCancelled,
): Promise<Latency> {
  await ready.run(inputs, isCancelled)
  const samples: number[] = []
  const started = performance.now()
  while (samples.length < mostRuns) {
    if (samples.length >= leastRuns && performance.now() - started > budgetMs) break
    stopIf(isCancelled)
    const before = performance.now()
    await ready.run(inputs, isCancelled)
    samples.push(performance.now() - before)
  }
  return { ...spread(samples), runs: samples.length, samples, method: 'wall clock' }
}
