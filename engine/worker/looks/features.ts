import { componentScores } from '../../analysis/components'
import { type ComponentFit, fitComponents, type Side } from '../../analysis/foreground'
import { channelSummary, tokenNorms } from '../../analysis/tokens'
import { VertebraError } from '../../errors'
import { stopIf } from '../../gpu/cancel'
import type { Grid, Node } from '../../graph/graph'
import { lower } from '../../lower/lower'
import { DesignError } from '../designError'
import { pictureFor } from '../picture'
import type { FeatureComponents, FeaturesAnswer } from '../questions'
import type { Answering } from './look'

/** Of the maps of one answer together, as they go to the page. */
const mostBytes = 128e6
/** Of one map. */
const mostMapBytes = 32e6

/** The values of one node for every picture, from the part of the network up to it. */
export const features: Answering<'features'> = async ({ path, components }, context) => {
  const { subject, isCancelled } = context
  context.progress('planning', 0, 1)
  const { graph, node, plan } = context.kept('plan', path, () => {
    const lowered = lower(subject.document, { batch: 1 })
    const output = lowered.graph.scopes[lowered.scopes.get(path) ?? -1]?.output
    const made = lowered.graph.nodes[output ?? -1]
    if (!made) throw new DesignError(`There is no ${path} that gives anything in this design.`)
    return {
      graph: lowered.graph,
      node: made,
      plan: context.plan(lowered.graph, { outputs: [made.id] }),
    }
  })
  const pictures = subject.pictures.length > 0 ? subject.pictures : [null]
  // Other modes of the view ask about the same pictures: they need no run.
  const before = context.kept('maps', path, (): Before => ({ pictures: [], maps: [] }))
  const maps = pictures.map(
    (picture) => before.maps[before.pictures.findIndex((seen) => isSame(seen, picture))],
  )
  const found: Float32Array[] = []
  for (const [index, picture] of pictures.entries()) {
    stopIf(isCancelled)
    context.progress('running', index, pictures.length)
    const loaded = maps[index] ? null : await context.load(plan, graph)
    const [values = new Float32Array()] = loaded
      ? await loaded.run(pictureFor({ graph }, picture, 1), isCancelled)
      : [maps[index]]
    found.push(values)
    // One at once, then all: each answer is a copy of everything so far.
    if (index === 0 && pictures.length > 1) context.tell(answerOf(node, found, pictures.length, null))
  }
  before.pictures = pictures
  before.maps = found
  if (components === null) return answerOf(node, found, pictures.length, null)
  // From picture to picture of a camera the colours go on as they were.
  const last = context.kept('fit', path, (): { fit: ComponentFit | null } => ({ fit: null }))
  last.fit = fitted(path, node, found, components, last.fit)
  return answerOf(node, found, pictures.length, last.fit)
}

interface Before {
  pictures: readonly (Float32Array | null)[]
  maps: readonly Float32Array[]
}

const isSame = (a: Float32Array | null, b: Float32Array | null): boolean =>
  a === b || (a?.length === b?.length && a?.every((value, index) => value === b?.[index]) === true)

const channelsOf = ({ shape }: Node): number => shape.at(-1) ?? 1

function gridOf({ shape, grid }: Node): Grid | null {
  const [pictures = 1, height = 1, width = 1] = shape
  if (pictures !== 1) return null
  return shape.length === 4 ? { height, width, prefix: 0 } : shape.length === 3 ? grid : null
}

function fitted(
  path: string,
  node: Node,
  maps: readonly Float32Array[],
  side: Side,
  like: ComponentFit | null,
): ComponentFit {
  if (!maps.every((values) => values.every(Number.isFinite))) {
    throw new VertebraError(
      `${path} gives numbers that are not finite: they have no principal components. Channels and norms show where.`,
    )
  }
  return fitComponents(maps, channelsOf(node), { prefix: gridOf(node)?.prefix ?? 0, side, like })
}

/** `pictures`: as many maps as there will be, which all have the same channels. */
function answerOf(
  node: Node,
  maps: readonly Float32Array[],
  pictures: number,
  fit: ComponentFit | null,
): FeaturesAnswer {
  const channels = channelsOf(node)
  const grid = gridOf(node)
  const positions = (maps[0]?.length ?? 0) / channels
  const room = Math.min(mostMapBytes, mostBytes / pictures)
  const every = Math.min(channels, Math.max(1, Math.ceil((positions * channels * 4) / room)))
  return {
    maps: maps.map((values) => ({
      values: every === 1 ? values : everyChannel(values, channels, every),
      norms: tokenNorms(values, channels),
    })),
    grid,
    positions,
    channels,
    every,
    summary: channelSummary(maps, channels, grid?.prefix ?? 0),
    components: fit && scoresOf(maps, channels, fit),
  }
}

function scoresOf(
  maps: readonly Float32Array[],
  channels: number,
  { components, isUsed }: ComponentFit,
): FeatureComponents {
  return {
    explained: components.explained,
    scores: maps.map((values) => componentScores(values, channels, components)),
    isUsed,
  }
}

function everyChannel(values: Float32Array, channels: number, every: number): Float32Array {
  const kept = Math.ceil(channels / every)
  return Float32Array.from(
    { length: (values.length / channels) * kept },
    (_, index) => values[Math.floor(index / kept) * channels + (index % kept) * every] ?? 0,
  )
}
