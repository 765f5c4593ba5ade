/** A design on the GPU from the command line: lowered, compiled, loaded and run once. */
import { compile } from '../compile/compile'
import type { Plan } from '../compile/plan'
import type { Document } from '../document/types'
import type { GivenWeights } from '../gpu/contents'
import type { LoadedPlan } from '../gpu/loadedPlan'
import { Session } from '../gpu/session'
import { Tuner } from '../gpu/tune'
import { lower } from '../lower/lower'
import type { Lowered } from '../lower/lowered'
import { pictureFor } from '../worker/picture'
import { openNodeDevice } from './dawn'
import { tuningFolder } from './tuningFolder'
import { requireWhole } from './whole'

/** What runs share: one device with its pipelines and weights, and what its tuner knows. */
export interface Runtime {
  readonly session: Session
  readonly tuner: Tuner
}

export async function openRuntime(adapter: string | undefined): Promise<Runtime> {
  const device = await openNodeDevice(adapter)
  return { session: new Session(device), tuner: await Tuner.open(device.traits.name, tuningFolder()) }
}

export interface RunOptions {
  readonly batch: number
  /** Measure variants first, for this adapter and for all later runs on it. */
  readonly tune?: boolean
  /** Normalised, [h, w, 3]; null for the procedural picture. */
  readonly picture?: Float32Array | null
  readonly given?: GivenWeights | null
  /** Graph nodes to keep beside the output. */
  readonly keep?: (lowered: Lowered) => readonly number[]
}

export interface GpuRun {
  readonly lowered: Lowered
  readonly plan: Plan
  readonly loaded: LoadedPlan
  /** The output of the design, then what was kept. */
  readonly outputs: readonly Float32Array[]
}

export async function prepareRun(
  { session, tuner }: Runtime,
  document: Document,
  options: RunOptions,
): Promise<GpuRun> {
  const { batch, tune = false, picture = null, given = null, keep = () => [] } = options
  const device = session.device.traits
  const lowered = lower(document, { batch })
  const outputs = [requireWhole(lowered), ...keep(lowered)]
  const compiled = () => compile(lowered.graph, { outputs, device, tuning: tuner.choose })
  const input = pictureFor(lowered, picture, batch)
  let plan = compiled()
  if (tune) {
    const trial = await session.load(plan, { given })
    await trial.run(input)
    const { isBetter } = await tuner.tune(trial, { budgetMs: 60_000 })
    if (isBetter) plan = compiled()
  }
  const loaded = await session.load(plan, { given })
  return { lowered, plan, loaded, outputs: await loaded.run(input) }
}
