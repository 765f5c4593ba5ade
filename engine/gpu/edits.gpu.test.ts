import { beforeAll, expect, test } from 'vitest'
import { findPreset } from '../catalogue'
import { compile } from '../compile/compile'
import { type Document, lower, setAttributes, setInput } from '../index'
import { openNodeDevice } from '../node/dawn'
import { pictureFor } from '../worker/picture'
import type { OpenDevice } from './device'
import { Session } from './session'
import { Tuner, type TuningCache } from './tune'

let device: OpenDevice

beforeAll(async () => {
  device = await openNodeDevice(process.env.VERTEBRA_ADAPTER)
})

function vit(): Document {
  const preset = findPreset('vit_tiny_patch16_224')
  if (!preset) throw new Error('no preset')
  return setInput(preset.document, { height: 64, width: 64 })
}

const blockMlp = ['blocks.0', 'mlp']

/** Loads a document and counts what was made for it. */
async function load(session: Session, document: Document) {
  const lowered = lower(document)
  let weights = 0
  const before = session.pipelines.size
  const loaded = await session.load(compile(lowered.graph, { device: device.traits }), {
    onProgress: (stage, _done, total) => {
      if (stage === 'weights') weights = total
    },
  })
  return { loaded, lowered, weights, pipelines: session.pipelines.size - before }
}

test('an edit makes only the weights and the pipelines that it changes', async () => {
  const session = new Session(device)
  const first = await load(session, vit())
  expect(first.weights).toBeGreaterThan(100)
  expect(first.pipelines).toBeLessThan(25)

  const again = await load(session, vit())
  expect(again).toMatchObject({ weights: 0, pipelines: 0 })

  const otherActivation = await load(session, setAttributes(vit(), blockMlp, { act: 'relu' }))
  expect(otherActivation.weights).toBe(0)
  expect(otherActivation.pipelines).toBeLessThanOrEqual(2)

  const wider = await load(session, setAttributes(vit(), blockMlp, { mlpRatio: 3 }))
  expect(wider.weights).toBeGreaterThan(0)
  expect(wider.weights).toBeLessThan(first.weights / 2)
  expect(wider.pipelines).toBe(0)

  const undone = await load(session, vit())
  expect(undone).toMatchObject({ weights: 0, pipelines: 0 })
  session.destroy()
})

test('weights that an edit kept give the same result as weights made anew', async () => {
  const session = new Session(device)
  await load(session, setAttributes(vit(), blockMlp, { mlpRatio: 3 }))
  const kept = await load(session, vit())
  const [edited] = await kept.loaded.run(pictureFor(kept.lowered, null, 1))
  session.destroy()
  const fresh = new Session(device)
  const anew = await load(fresh, vit())
  const [direct] = await anew.loaded.run(pictureFor(anew.lowered, null, 1))
  fresh.destroy()
  expect(edited).toEqual(direct)
})

test('a winner of the tuner is used by the next plan, and kept for the next session', async () => {
  const kept = new Map<string, ReadonlyMap<string, string>>()
  const cache: TuningCache = {
    read: async (adapter) => kept.get(adapter) ?? new Map(),
    write: async (adapter, winners) => void kept.set(adapter, new Map(winners)),
  }
  const session = new Session(device)
  const { loaded, lowered } = await load(session, vit())
  await loaded.run(pictureFor(lowered, null, 1))
  const tuner = await Tuner.open(device.traits.name, cache)
  expect(tuner.hasWork(loaded.plan)).toBe(true)
  const { measured } = await tuner.tune(loaded, { budgetMs: 1 })
  expect(measured).toHaveLength(1)
  const [problem] = measured
  expect(problem?.times.length).toBeGreaterThan(1)
  expect(problem?.times.every(({ ms }) => ms > 0)).toBe(true)

  const later = await Tuner.open(device.traits.name, cache)
  const plan = compile(lowered.graph, { device: device.traits, tuning: later.choose })
  const chosen = plan.steps.filter((step) => later.choose(step.spec) !== undefined)
  expect(chosen.length).toBeGreaterThan(0)
  expect(chosen.every((step) => step.variant.name === problem?.winner)).toBe(true)
  session.destroy()
})

test('every variant that the tuner may choose computes the same', async () => {
  const session = new Session(device)
  const { loaded, lowered } = await load(session, vit())
  const input = pictureFor(lowered, null, 1)
  const [expected = new Float32Array()] = await loaded.run(input)
  const names = new Set(loaded.plan.steps.flatMap((step) => step.variants.map(({ name }) => name)))
  for (const name of names) {
    const plan = compile(lowered.graph, { device: device.traits, tuning: () => name })
    const [found = new Float32Array()] = await (await session.load(plan)).run(input)
    const worst = Math.max(...found.map((value, index) => Math.abs(value - (expected[index] ?? Number.NaN))))
    expect(worst, name).toBeLessThan(1e-4)
  }
  session.destroy()
})
