/** Takes turns between engines on one network, so that what else the machine does meets all alike. */
import type { Network } from './networks'
import type { Facts, Peer, Runner } from './peer'

export interface Measurement {
  readonly name: string
  readonly version: string
  /** Why there are no figures. */
  readonly problem?: string
  /** Milliseconds. Opening, then the first run. */
  readonly openMs?: number
  readonly firstMs?: number
  /** Steady runs from array to array. */
  readonly median?: number
  readonly least?: number
  readonly runs?: number
  readonly gpuMs?: number
  readonly facts?: Facts
  /** Largest difference of an output from ours, against the largest output. */
  readonly difference?: number
}

export interface Report {
  readonly network: string
  readonly batch: number
  readonly measurements: readonly Measurement[]
}

export interface MeasureOptions {
  /** About how long the steady runs of all engines may take together. */
  readonly budgetMs: number
}

const mostRounds = 25
const leastRounds = 3

export async function measure(
  network: Network,
  peers: readonly Peer[],
  { budgetMs }: MeasureOptions,
): Promise<Report> {
  const entries: Entry[] = []
  let expected: Float32Array | null = null
  for (const peer of peers) {
    const entry = await opened(peer, network)
    entries.push(entry)
    if (!entry.output) continue
    expected ??= entry.output
    entry.difference = differenceOf(entry.output, expected)
  }
  const running = entries.filter((entry): entry is Entry & { runner: Runner } => entry.runner !== null)
  const started = performance.now()
  for (let round = 0; round < mostRounds; round++) {
    if (round >= leastRounds && performance.now() - started > budgetMs) break
    for (const { runner, samples } of running) samples.push(await timed(() => runner.run(network.picture)))
  }
  for (const entry of running) if (entry.runner.gpuMs) entry.gpuMs = await entry.runner.gpuMs()
  for (const { runner } of running) await runner.close()
  return { network: network.name, batch: network.batch, measurements: entries.map(summaryOf) }
}

interface Entry {
  readonly peer: Peer
  runner: Runner | null
  output: Float32Array | null
  problem?: string
  openMs?: number
  firstMs?: number
  gpuMs?: number
  difference?: number
  readonly samples: number[]
}

async function opened(peer: Peer, network: Network): Promise<Entry> {
  const entry: Entry = { peer, runner: null, output: null, samples: [] }
  try {
    const before = performance.now()
    const runner = await peer.open(network)
    const between = performance.now()
    entry.output = await runner.run(network.picture)
    entry.openMs = between - before
    entry.firstMs = performance.now() - between
    entry.runner = runner
  } catch (error) {
    entry.problem = error instanceof Error ? error.message : String(error)
  }
  return entry
}

function summaryOf({
  peer,
  runner,
  samples,
  problem,
  openMs,
  firstMs,
  gpuMs,
  difference,
}: Entry): Measurement {
  const { name, version } = peer
  if (!runner) return { name, version, problem: problem ?? 'did not run' }
  const sorted = [...samples].sort((a, b) => a - b)
  return {
    name,
    version,
    openMs,
    firstMs,
    median: sorted[Math.floor(sorted.length / 2)],
    least: sorted[0],
    runs: sorted.length,
    gpuMs,
    facts: runner.facts,
    difference,
  } as Measurement
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now()
  await work()
  return performance.now() - before
}

function differenceOf(got: Float32Array, expected: Float32Array): number {
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY
  const most = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-30)
  return (
    got.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (expected[i] ?? Number.NaN))), 0) / most
  )
}
