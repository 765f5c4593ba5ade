import { exactProbes, type Probe, signProbe, Tally } from '../../analysis/mixingProbes'
import { placesOf } from '../../analysis/mixingSides'
import { probeInput } from '../../autodiff/mixing'
import { stopIf } from '../../gpu/cancel'
import type { Ready } from '../cpuProcessor'
import { DesignError } from '../designError'
import { pictureFor } from '../picture'
import type { MixingAnswer, MixingQuestion } from '../questions'
import type { Answering, LookContext } from './look'
import { type MixingPlan, mixingPlan } from './mixingPlan'

type Context = LookContext<'mixing'>

/** Multiply-accumulates that an exact map of a dense linear mixer may take: a second or so on a GPU. */
const mostExactMacs = 1e11
const mostExactProbes = 4096
/** Probes between two answers. */
const told = 4

/** One row or column of the mixing map, exact where structure allows it, else by random probes that are told as they come. */
export const mixing: Answering<'mixing'> = async (question, context) => {
  const { path, through, direction, withoutResidual } = question
  context.progress('planning', 0, 1)
  const plan = context.kept(direction, JSON.stringify([path, through, withoutResidual]), () =>
    mixingPlan(context.subject.document, question, context.plan),
  )
  const place = placeIn(plan, question)
  const channel = channelIn(plan, question)
  const values = await keptValues(plan, context)
  const loaded = await context.load(plan.perProbe, plan.graph)
  const given = context.kept('given', '', () => new WeakMap<Ready, KeptValues['values']>())
  const { asked, shown, form } = plan
  const at = { side: asked, place, channels: plan.channels }
  const exact = exactProbes(at, { keepsChannels: form.keepsChannels, channel })
  const isCheap = form.keepsChannels || channel !== undefined
  const isLight = exact.count <= mostExactProbes && exact.count * plan.macs <= mostExactMacs
  const facts = {
    place,
    asked,
    shown,
    residual: plan.residual,
    isLinear: form.isLinear,
    keepsChannels: form.keepsChannels,
    channels: plan.channels,
  }

  /** Sends so many probes, as many at once as the plan takes. */
  const sent = async (
    count: number,
    make: (index: number) => Probe,
    after: (tally: Tally) => void = () => {},
  ): Promise<Tally> => {
    const tally = new Tally(shown)
    for (let first = 0; first < count; first += plan.atOnce) {
      stopIf(context.isCancelled)
      context.progress('running', first, count)
      const probes = Array.from({ length: Math.min(plan.atOnce, count - first) }, (_, i) => make(first + i))
      // Inputs stay: what is kept goes to the device once.
      const inputs = new Map(given.get(loaded) === values ? [] : values)
      inputs.set(probeInput, sideBySide(probes, plan.atOnce))
      const answers = await loaded.run(inputs, context.isCancelled)
      given.set(loaded, values)
      for (const i of probes.keys()) {
        const [squares, numbers] = answers.map((sums) => {
          const size = sums.length / plan.atOnce
          return sums.subarray(i * size, (i + 1) * size)
        })
        tally.add(squares ?? [], numbers ?? [])
      }
      after(tally)
    }
    return tally
  }
  const estimate = (tally: Tally): MixingAnswer => ({
    ...facts,
    ...tally.estimate(),
    kind: 'estimate',
    probes: tally.probes,
    weights: null,
    note: isLight || !form.isLinear ? null : tooMuch(exact.count, plan.macs),
  })
  const random = (index: number) => signProbe(at, question.seed, index)

  if (!isCheap && !(form.isLinear && isLight)) {
    const count = Math.max(1, question.probes)
    const tally = await sent(count, random, (tally) => {
      if (tally.probes % told === 0 && tally.probes < count) context.tell(estimate(tally))
    })
    return estimate(tally)
  }
  if (!isCheap) context.tell(estimate(await sent(Math.min(Math.max(told, plan.atOnce), exact.count), random)))
  const tally = await sent(exact.count, exact.make)
  return {
    ...facts,
    kind: 'exact',
    probes: tally.probes,
    norms: tally.exact(),
    errors: null,
    spread: null,
    weights: form.keepsChannels ? tally.weights(direction, channel === undefined ? plan.channels : 1) : null,
    note: null,
  }
}

/** Zeros where there are fewer than so many. */
function sideBySide(probes: readonly Probe[], places: number): Float32Array {
  const [first = new Float32Array()] = probes
  if (places === 1) return first
  const all = new Float32Array(places * first.length)
  for (const [i, probe] of probes.entries()) all.set(probe, i * first.length)
  return all
}

/** The place that is asked about; the middle of the map when none is named. */
function placeIn({ asked }: MixingPlan, { path, place }: MixingQuestion): number {
  const { prefix, height, width } = asked
  if (place === null) return prefix + Math.floor(height / 2) * width + Math.floor(width / 2)
  if (Number.isInteger(place) && place >= 0 && place < placesOf(asked)) return place
  throw new DesignError(
    `${path || 'The network'} has no place ${place} there; its places are 0 to ${placesOf(asked) - 1}.`,
  )
}

function channelIn({ channels }: MixingPlan, { path, channel }: MixingQuestion): number | undefined {
  if (channel === null) return undefined
  if (Number.isInteger(channel) && channel >= 0 && channel < channels) return channel
  throw new DesignError(
    `${path || 'The network'} has no channel ${channel} there; its channels are 0 to ${channels - 1}.`,
  )
}

interface KeptValues {
  readonly picture: Float32Array | null
  readonly values: ReadonlyMap<string, Float32Array>
}

/** What the probes need of the forward on the current picture: nothing where the part is linear. */
async function keptValues(plan: MixingPlan, context: Context): Promise<ReadonlyMap<string, Float32Array>> {
  const { once, kept, graph } = plan
  if (!once) return new Map()
  const [picture = null] = context.subject.pictures
  const held = context.kept('values', 'of the last plan', () => new WeakMap<MixingPlan, KeptValues>())
  const before = held.get(plan)
  if (before && isSamePicture(before.picture, picture)) return before.values
  const loaded = await context.load(once, graph)
  const outputs = await loaded.run(pictureFor(plan, picture, 1), context.isCancelled)
  const values = new Map(kept.map((name, index) => [name, outputs[index] ?? new Float32Array()]))
  held.set(plan, { picture, values })
  return values
}

function isSamePicture(one: Float32Array | null, other: Float32Array | null): boolean {
  if (!one || !other) return one === other
  return one.length === other.length && one.every((value, index) => value === other[index])
}

function tooMuch(probes: number, macs: number): string {
  return `An exact map would take ${probes} gradients of ${(macs / 1e9).toFixed(1)} G multiply-adds each, so this is an estimate.`
}
