import { beforeAll, expect, test } from 'vitest'
import { signProbe, Tally } from '../analysis/mixingProbes'
import { mixingSide, placesOf, positionsOf } from '../analysis/mixingSides'
import { gradient } from '../autodiff/gradient'
import { mixingProgram, probeInput } from '../autodiff/mixing'
import { pushforward } from '../autodiff/pushforward'
import { findPreset } from '../catalogue'
import { elements } from '../graph/graph'
import { type Document, setInput } from '../index'
import { lower } from '../lower/lower'
import { dawn } from '../node/dawn'
import { type Bindings, evaluate, type Floats } from '../ops/evaluate'
import { proceduralWeights } from '../weights/procedural'
import { safetensorsOf } from '../weights/testing/checkpoint'
import { EngineHost } from './host'
import { type Section, sectionOf } from './looks/section'
import { pictureFor } from './picture'
import type { Reply } from './protocol'
import type { MixingAnswer, MixingQuestion } from './questions'

let gpu: GPU

beforeAll(async () => {
  gpu = await dawn(process.env.VERTEBRA_ADAPTER)
})

function design(name: string, side: number): Document {
  const preset = findPreset(name)
  if (!preset) throw new Error(`there is no preset ${name}`)
  return setInput(preset.document, { height: side, width: side })
}

const poolformer = design('poolformer_s12', 64)
const vit = design('vit_tiny_patch16_224', 64)
const convnext = design('convnext_atto', 64)

function newHost() {
  const replies: Reply[] = []
  const host = new EngineHost({
    gpu,
    post: (reply) => replies.push(reply),
    tuningCache: { read: async () => new Map(), write: async () => {} },
  })
  let id = 0
  /** Every answer to one question, the final one last. */
  const answers = async (
    document: Document,
    question: Partial<MixingQuestion>,
    pictures: readonly Float32Array[] = [],
    weights: string | null = null,
  ): Promise<readonly MixingAnswer[]> => {
    id++
    const complete = {
      ...({ path: '', direction: 'reads', place: null, probes: 4, seed: 1, channel: null } as const),
      ...{ through: null, withoutResidual: false },
      ...question,
    }
    const subject = { document, pictures, weights }
    host.receive({ type: 'look', id, kind: 'mixing', seat: 'test', subject, question: complete })
    await host.idle()
    const mine = replies.flatMap((reply) => ('id' in reply && reply.id === id ? [reply] : []))
    for (const reply of mine) if (reply.type === 'lookFailed') throw new Error(reply.message)
    return mine.flatMap((reply) => (reply.type === 'looked' && reply.kind === 'mixing' ? [reply.answer] : []))
  }
  const ask = async (...asked: Parameters<typeof answers>): Promise<MixingAnswer> => {
    const last = (await answers(...asked)).at(-1)
    if (!last) throw new Error('there was no answer')
    return last
  }
  const readWeights = async (bytes: ArrayBuffer, document: Document): Promise<string> => {
    host.receive({ type: 'readWeights', request: 1, bytes, document })
    await host.idle()
    const read = replies.findLast((reply) => reply.type === 'weightsRead')
    if (read?.type !== 'weightsRead') throw new Error('the weights were not read')
    return read.id
  }
  return { answers, ask, readWeights }
}

/** The part and what it reads on the procedural picture, in double precision. */
function plain(
  document: Document,
  path: string,
  through?: string,
): Section & { readonly bindings: Required<Bindings> } {
  const section = sectionOf(document, path, through)
  const { graph, sources } = section
  const params: Required<Bindings>['params'] = ({ attrs, shape }) =>
    proceduralWeights(attrs.name, shape, attrs)
  const values = evaluate(graph, { inputs: pictureFor({ graph }, null, 1), params }, [...sources.values()])
  const inputs = new Map([...sources].map(([name, id]) => [name, values.get(id) as Floats]))
  return { ...section, bindings: { inputs, params } }
}

interface Asked {
  readonly path: string
  readonly through?: string
  readonly place: number
  readonly channel: number
  readonly direction?: 'reads' | 'readBy'
}

/** The lengths, per place of the other side, of the derivatives of or by one number. Sides may not be in cells where that number is. */
function plainLengths(document: Document, { path, through, place, channel, direction }: Asked): Float64Array {
  const { input, output, part, start, bindings } = plain(document, path, through)
  const isRow = direction !== 'readBy'
  const [asked, shown] = isRow ? [output, input] : [input, output]
  const derived = isRow ? gradient(part, { wrt: [start] }) : pushforward(part, { input: start })
  const seed = new Float64Array(elements(asked.shape))
  seed[place * (asked.shape.at(-1) ?? 1) + channel] = 1
  const inputs = new Map([...bindings.inputs, [isRow ? 'seed' : 'tangent', seed] as const])
  const found = evaluate(derived, { ...bindings, inputs }).get(derived.outputs[0] ?? 0) as Floats
  const side = mixingSide(shown.shape, shown.grid)
  const channels = shown.shape.at(-1) ?? 1
  return Float64Array.from({ length: placesOf(side) }, (_, at) =>
    Math.hypot(
      ...positionsOf(side, at).flatMap((p) => [...found.subarray(p * channels, (p + 1) * channels)]),
    ),
  )
}

/** Relative to the size of what was expected. */
function distance(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  const values = Array.from(expected)
  return Math.hypot(...values.map((value, i) => (got[i] ?? Number.NaN) - value)) / Math.hypot(...values)
}

test('a pool reads its nine neighbours less itself, whatever the picture, from one gradient', async () => {
  const { answers } = newHost()
  const path = 'stages.1/blocks.0/token_mixer'
  const [answer, ...more] = await answers(poolformer, { path, place: 9 })
  expect(more).toEqual([])
  expect(answer).toMatchObject({
    kind: 'exact',
    probes: 1,
    isLinear: true,
    keepsChannels: true,
    channels: 128,
  })
  expect(answer?.shown).toMatchObject({ height: 8, width: 8, prefix: 0, suffix: 0, cell: 1 })
  const nine = [0, 1, 2, 8, 9, 10, 16, 17, 18]
  const expected = Array.from({ length: 64 }, (_, j) => (nine.includes(j) ? 1 / 9 : 0) - (j === 9 ? 1 : 0))
  expect(distance(answer?.weights ?? [], expected)).toBeLessThan(1e-6)
  const norms = expected.map((weight) => Math.sqrt(128) * Math.abs(weight))
  expect(distance(answer?.norms ?? [], norms)).toBeLessThan(1e-6)
})

test('attention is estimated, told every four probes, and is what the plain evaluation makes of the same probes', async () => {
  const { answers } = newHost()
  const path = 'blocks.5/attn'
  const found = await answers(vit, { path, place: 7, probes: 10, seed: 3 })
  expect(found.map(({ probes }) => probes)).toEqual([4, 8, 10])
  const { part, start, output, bindings } = plain(vit, path)
  const side = mixingSide(output.shape, output.grid)
  expect(side).toMatchObject({ height: 4, width: 4, prefix: 1 })
  const { perProbe, once, kept } = mixingProgram(part, start, 'reads')
  const values = evaluate(once, bindings)
  const tally = new Tally(side)
  for (let index = 0; index < 10; index++) {
    const probe = signProbe({ side, place: 7, channels: 192 }, 3, index)
    const given = kept.map((name, i) => [name, values.get(once.outputs[i] ?? 0) as Floats] as const)
    const sums = evaluate(perProbe, { ...bindings, inputs: new Map([...given, [probeInput, probe]]) })
    tally.add(...(perProbe.outputs.map((id) => sums.get(id) ?? []) as [Floats, Floats]))
  }
  const [, , last] = found
  expect(last).toMatchObject({
    kind: 'estimate',
    isLinear: false,
    keepsChannels: false,
    weights: null,
    note: null,
  })
  const expected = tally.estimate()
  expect(distance(last?.norms ?? [], expected.norms)).toBeLessThan(1e-4)
  expect(distance(last?.errors ?? [], expected.errors ?? [])).toBeLessThan(1e-3)
  expect(last?.spread).toBeCloseTo(expected.spread ?? Number.NaN, 4)
})

test.each([
  ['a mixer', vit, 'blocks.5/attn', 7, 20],
  ['a block', convnext, 'stages.2/blocks.1', 6, 3],
  ['a block with two branches', vit, 'blocks.11', 0, 5],
  ['a stage, finer at its input', convnext, 'stages.1', 18, 70],
  ['the network, from cells of the picture', convnext, '', 0, 123],
])('one channel of %s has an exact row', async (_, document, path, place, channel) => {
  const { ask } = newHost()
  const answer = await ask(document, { path, place, channel })
  expect(answer).toMatchObject({ kind: 'exact', probes: 1, spread: null, weights: null })
  expect(distance(answer.norms, plainLengths(document, { path, place, channel }))).toBeLessThan(1e-4)
})

test.each([
  ['few tokens', vit, 9],
  ['many tokens, of which no scores are kept', design('vit_tiny_patch16_224', 368), 300],
  ['a convolution', convnext, 9],
])('one channel has an exact column: %s', async (_, document, place) => {
  const { ask } = newHost()
  const path = document === convnext ? 'stages.1/blocks.0' : 'blocks.0/attn'
  const question = { path, place, channel: 5, direction: 'readBy' } as const
  const answer = await ask(document, question)
  expect(answer).toMatchObject({ kind: 'exact', probes: 1 })
  expect(distance(answer.norms, plainLengths(document, question))).toBeLessThan(1e-4)
})

test.each([
  ['a product, of which the other factor stays', 'starnet_s1', 'stages.0/1/star', 100, 5],
  ['attention of queries to a picture', 'detr_r50', 'decoder/layers.0/multihead_attn', 3, 7],
])('other inputs stay as they are: %s', async (_, name, path, place, channel) => {
  const { ask } = newHost()
  const document = design(name, 64)
  const answer = await ask(document, { path, place, channel })
  expect(answer.kind).toBe('exact')
  expect(distance(answer.norms, plainLengths(document, { path, place, channel }))).toBeLessThan(1e-4)
})

test('maps are of the weights of a file where there is one', async () => {
  const { ask, readWeights } = newHost()
  const document = design('convnext_atto', 32)
  const tensors = lower(document).graph.nodes.flatMap(({ op, attrs, shape }) =>
    op === 'param'
      ? [{ name: attrs.name, shape, data: proceduralWeights(`other ${attrs.name}`, shape, attrs) }]
      : [],
  )
  const id = await readWeights(safetensorsOf(tensors).buffer, document)
  const path = 'stages.0/blocks.1/conv_dw'
  // One channel of a depthwise convolution of 7 x 7, around the middle of 8 x 8 positions.
  const middle = (name: string) => proceduralWeights(name, [40, 1, 7, 7], { a: 0, b: Math.sqrt(3 / 49) })[24]
  for (const [weights, prefix] of [
    [null, ''],
    [id, 'other '],
    [null, ''],
  ] as const) {
    const answer = await ask(document, { path, place: 36, channel: 0 }, [], weights)
    expect(answer.weights?.[36]).toBeCloseTo(
      middle(`${prefix}stages.0.blocks.1.conv_dw.weight`) ?? Number.NaN,
      6,
    )
  }
})

test('without the residual path a block is its branches', async () => {
  const { ask } = newHost()
  const question = { path: 'stages.2/blocks.1', place: 6, channel: 3 }
  const kept = await ask(convnext, question)
  const left = await ask(convnext, { ...question, withoutResidual: true })
  expect([kept.residual, left.residual]).toEqual(['kept', 'left out'])
  expect(left.norms[6]).not.toBeCloseTo(kept.norms[6] ?? 0, 2)
  left.norms.forEach((norm, place) => {
    if (place !== 6) expect(norm).toBeCloseTo(kept.norms[place] ?? Number.NaN, 6)
  })
  const mixer = await ask(convnext, { path: 'stages.2/blocks.1/conv_dw', withoutResidual: true })
  expect(mixer.residual).toBe('none')
})

test('blocks in a row are one map, and columns of it are its rows turned over', async () => {
  const { ask } = newHost()
  const question = { path: 'blocks.10', through: 'blocks.11' }
  const row = await ask(vit, { ...question, place: 4, channel: 9 })
  expect(distance(row.norms, plainLengths(vit, { ...question, place: 4, channel: 9 }))).toBeLessThan(1e-4)
  // All of a matrix, once by rows and once by columns: sums of squares over all channels are those of the same estimates.
  const reads = await ask(vit, { ...question, place: 4, probes: 64 })
  const readBy = await ask(vit, { ...question, place: 6, probes: 64, direction: 'readBy' })
  const [one = 0, other = 0] = [reads.norms[6], readBy.norms[4]]
  const error = Math.hypot(reads.errors?.[6] ?? 0, readBy.errors?.[4] ?? 0)
  expect(Math.abs(one - other)).toBeLessThan(3 * error)
  expect(error).toBeLessThan(0.1 * one)
})

test('exact columns are exact rows turned over', async () => {
  const { ask } = newHost()
  const path = 'stages.1/blocks.0/conv_dw'
  for (const [i, j] of [
    [0, 9],
    [18, 27],
    [63, 45],
  ] as const) {
    const row = await ask(convnext, { path, place: i })
    const column = await ask(convnext, { path, place: j, direction: 'readBy' })
    expect(column).toMatchObject({ kind: 'exact', probes: 1 })
    expect(row.norms[j]).toBeGreaterThan(0)
    expect(row.norms[j]).toBeCloseTo(column.norms[i] ?? Number.NaN, 5)
    expect(row.weights?.[j]).toBeCloseTo(column.weights?.[i] ?? Number.NaN, 5)
  }
})

test('a dense linear mixer is first estimated, then exact by one gradient per channel', async () => {
  const { answers, ask } = newHost()
  const path = 'layer1/0/conv1'
  const document = design('resnet18', 32)
  const found = await answers(document, { path, place: 27 })
  expect(found.map(({ kind, probes }) => [kind, probes])).toEqual([
    ['estimate', 16],
    ['exact', 64],
  ])
  const [first, last] = found
  expect(last).toMatchObject({ isLinear: true, keepsChannels: false, weights: null, errors: null })
  expect(distance(first?.norms ?? [], last?.norms ?? [])).toBeLessThan(3 * (first?.spread ?? 0))
  // Of a place by itself: the middle of the kernel, [out, in, 3, 3].
  const shape = [64, 64, 3, 3]
  const kernel = proceduralWeights('layer1.0.conv1.weight', shape, { a: 0, b: Math.sqrt(3 / (64 * 9)) })
  expect(last?.norms[27]).toBeCloseTo(Math.hypot(...kernel.filter((_, i) => i % 9 === 4)), 4)
  const column = await ask(document, { path, place: 18, direction: 'readBy' })
  expect(column.norms[27]).toBeCloseTo(last?.norms[18] ?? Number.NaN, 5)
  expect(column.norms[27]).toBeGreaterThan(0)
})

test('an estimate belongs to its picture, and asking again gives the same', async () => {
  const { ask } = newHost()
  const picture = (phase: number) =>
    Float32Array.from({ length: 64 * 64 * 3 }, (_, i) => Math.sin(i / 50 + phase))
  const question = { path: 'blocks.5/attn' }
  const one = await ask(vit, question, [picture(0)])
  const other = await ask(vit, question, [picture(1)])
  expect(distance(other.norms, one.norms)).toBeGreaterThan(1e-3)
  const again = await ask(vit, question, [picture(0)])
  expect(again.norms).toEqual(one.norms)
  expect((await ask(vit, { ...question, seed: 2 }, [picture(0)])).norms).not.toEqual(one.norms)
})

test('places, channels and paths that are not there are said with those that are', async () => {
  const { ask } = newHost()
  await expect(ask(vit, { path: 'blocks.5/attn', place: 17 })).rejects.toThrow('its places are 0 to 16')
  await expect(ask(vit, { path: 'blocks.5/attn', channel: -1 })).rejects.toThrow('its channels are 0 to 191')
  await expect(ask(vit, { path: 'blocks.5/nowhere' })).rejects.toThrow('There is no blocks.5/nowhere')
})
