import { beforeAll, expect, test } from 'vitest'
import { componentScores } from '../analysis/components'
import { fitComponents } from '../analysis/foreground'
import { findPreset } from '../catalogue'
import type { TuningCache } from '../gpu/tune'
import { type Document, setInput } from '../index'
import { lower } from '../lower/lower'
import { dawn } from '../node/dawn'
import { evaluate } from '../ops/evaluate'
import { proceduralWeights } from '../weights/procedural'
import { safetensorsOf } from '../weights/testing/checkpoint'
import { EngineHost } from './host'
import { pictureFor } from './picture'
import type { LookedReplyOf, Reply } from './protocol'
import type { FeaturesAnswer, FeaturesQuestion } from './questions'

let gpu: GPU

beforeAll(async () => {
  gpu = await dawn(process.env.VERTEBRA_ADAPTER)
})

const forgetful: TuningCache = { read: async () => new Map(), write: async () => {} }

function newHost() {
  const replies: Reply[] = []
  const host = new EngineHost({ gpu, post: (reply) => replies.push(reply), tuningCache: forgetful })
  let id = 0
  const look = async (
    document: Document,
    question: FeaturesQuestion,
    pictures: readonly Float32Array[] = [],
    weights: string | null = null,
  ): Promise<readonly FeaturesAnswer[]> => {
    id++
    host.receive({
      type: 'look',
      id,
      kind: 'features',
      seat: 'main',
      subject: { document, pictures, weights },
      question,
    })
    await host.idle()
    return replies
      .filter((reply): reply is LookedReplyOf<'features'> => reply.type === 'looked' && reply.id === id)
      .map(({ answer }) => answer)
  }
  return { host, replies, look }
}

function design(name: string, side: number): Document {
  const preset = findPreset(name)
  if (!preset) throw new Error(`there is no preset ${name}`)
  return setInput(preset.document, { height: side, width: side })
}

/** What the plain evaluation gives at a place, in double precision. */
function plain(document: Document, path: string, picture: Float32Array | null, prefix = ''): Float32Array {
  const { graph, scopes } = lower(document, { batch: 1 })
  const node = graph.scopes[scopes.get(path) ?? -1]?.output ?? -1
  const values = evaluate(
    graph,
    {
      inputs: pictureFor({ graph }, picture, 1),
      params: ({ attrs, shape }) => proceduralWeights(`${prefix}${attrs.name}`, shape, attrs),
    },
    [node],
  ).get(node)
  return Float32Array.from(values ?? [])
}

/** Largest difference, as a share of the largest value. */
function worst(got: Float32Array | undefined, expected: Float32Array): number {
  expect(got).toHaveLength(expected.length)
  const most = expected.reduce((best, value) => Math.max(best, Math.abs(value)), 0)
  return (
    expected.reduce((bad, value, index) => Math.max(bad, Math.abs(value - (got?.[index] ?? 0))), 0) / most
  )
}

const stripes = Float32Array.from({ length: 64 * 64 * 3 }, (_, index) => Math.sin(index / 40))
const waves = Float32Array.from({ length: 64 * 64 * 3 }, (_, index) => Math.cos(index / 7 + index / 900))

test.each([
  ['a module', 'resnet18', 'layer1/0/conv1', { height: 16, width: 16, prefix: 0 }, 64],
  ['a block', 'resnet18', 'layer2/0', { height: 8, width: 8, prefix: 0 }, 128],
  ['a stage', 'resnet18', 'layer3', { height: 4, width: 4, prefix: 0 }, 256],
  ['tokens', 'vit_tiny_patch16_224', 'blocks.1', { height: 4, width: 4, prefix: 1 }, 192],
] as const)('%s gives what the plain evaluation gives', async (_, name, path, grid, channels) => {
  const { look } = newHost()
  const document = design(name, 64)
  const answers = await look(document, { path, components: null }, [stripes, waves])
  // One part answer after the first picture, then the whole.
  expect(answers.map(({ maps }) => maps.length)).toEqual([1, 2])
  const answer = answers.at(-1)
  expect(answer).toMatchObject({ grid, channels, every: 1, components: null })
  expect(answer?.positions).toBe(grid.height * grid.width + grid.prefix)
  for (const [index, picture] of [stripes, waves].entries()) {
    const expected = plain(document, path, picture)
    expect(worst(answer?.maps[index]?.values, expected)).toBeLessThan(1e-4)
    const length = Math.hypot(...expected.subarray(0, channels))
    expect(Math.abs((answer?.maps[index]?.norms[0] ?? 0) - length) / length).toBeLessThan(1e-4)
  }
})

test('a vector is one position without a place', async () => {
  const { look } = newHost()
  const [answer] = await look(design('resnet18', 64), { path: 'head', components: 'all' })
  expect(answer).toMatchObject({ grid: null, positions: 1, channels: 1000 })
  expect(answer?.components).toMatchObject({ explained: [], scores: [new Float32Array()] })
})

test('weights of a file change what is seen', async () => {
  const { host, replies, look } = newHost()
  const document = design('resnet18', 64)
  const tensors = lower(document).graph.nodes.flatMap(({ op, attrs, shape }) =>
    op === 'param'
      ? [{ name: attrs.name, shape, data: proceduralWeights(`other ${attrs.name}`, shape, attrs) }]
      : [],
  )
  host.receive({ type: 'readWeights', request: 1, bytes: safetensorsOf(tensors).buffer, document })
  await host.idle()
  const read = replies.find((reply) => reply.type === 'weightsRead')
  const [answer] = await look(document, { path: 'layer1', components: null }, [stripes], read?.id ?? null)
  expect(worst(answer?.maps[0]?.values, plain(document, 'layer1', stripes, 'other '))).toBeLessThan(1e-4)
})

test('components are fitted over all pictures together, and a second mode needs no second run', async () => {
  const { replies, look } = newHost()
  const document = design('resnet18', 64)
  const path = 'layer2'
  await look(document, { path, components: null }, [stripes, waves])
  const asked = replies.length
  const answer = (await look(document, { path, components: 'above' }, [stripes, waves])).at(-1)
  const stages = replies.slice(asked).flatMap((reply) => (reply.type === 'lookProgress' ? [reply.stage] : []))
  expect([...new Set(stages)]).toEqual(['planning', 'running'])
  const maps = [stripes, waves].map((picture) => plain(document, path, picture))
  const fit = fitComponents(maps, 128, { prefix: 0, side: 'above' })
  expect(answer?.components?.explained).toHaveLength(3)
  for (const [axis, share] of fit.components.explained.entries())
    expect(answer?.components?.explained[axis]).toBeCloseTo(share, 4)
  for (const [index, values] of maps.entries()) {
    expect(answer?.components?.isUsed[index]).toEqual(fit.isUsed[index])
    const expected = componentScores(values, 128, fit.components)
    expect(worst(answer?.components?.scores[index], expected)).toBeLessThan(1e-3)
  }
})

test('a map that is too large comes in every so many channels, with norms and figures of all of them', async () => {
  const { look } = newHost()
  const document = design('vgg11', 384)
  // 384 × 384 × 64 numbers are 37.7 MB, more than 32.
  const answer = (await look(document, { path: 'features.0', components: null })).at(-1)
  expect(answer).toMatchObject({ channels: 64, every: 2, positions: 384 * 384 })
  const expected = plain(document, 'features.0', null)
  const kept = Float32Array.from({ length: 50 * 32 }, (_, index) => {
    const [position, channel] = [Math.floor(index / 32), 2 * (index % 32)]
    return expected[position * 64 + channel] ?? 0
  })
  expect(answer?.maps[0]?.values).toHaveLength(384 * 384 * 32)
  expect(worst(answer?.maps[0]?.values.subarray(0, kept.length), kept)).toBeLessThan(1e-4)
  const length = Math.hypot(...expected.subarray(0, 64))
  expect(Math.abs((answer?.maps[0]?.norms[0] ?? 0) - length) / length).toBeLessThan(1e-4)
  expect(answer?.summary.mean).toHaveLength(64)
})

test('an unknown place is said', async () => {
  const { replies, look } = newHost()
  expect(await look(design('resnet18', 64), { path: 'nowhere', components: null })).toEqual([])
  expect(replies.at(-1)).toMatchObject({ type: 'lookFailed', message: expect.stringContaining('nowhere') })
})
