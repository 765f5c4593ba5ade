/** Mixing maps of every module, in double precision, against impulses that are sent through one by one. */
import { describe, expect, test } from 'vitest'
import { mixingForm } from '../analysis/mixingForm'
import { exactProbes, type Probe, signProbe, Tally } from '../analysis/mixingProbes'
import { mixingSide, placesOf, positionsOf } from '../analysis/mixingSides'
import { gradient } from '../autodiff/gradient'
import { type MixingDirection, mixingProgram, probeInput } from '../autodiff/mixing'
import { pushforward } from '../autodiff/pushforward'
import type { Graph, Shape } from '../graph/graph'
import { elements } from '../graph/graph'
import { type Bindings, evaluate, type Floats } from '../ops/evaluate'
import { randomBindings, randomValues } from '../ops/testing/randomGraph'
import type { Attributes } from '../schema/schema'
import { modules } from '.'
import type { ModuleDefinition } from './module'
import { build, find } from './testing/build'
import { testedAt } from './testing/shapes'

const forms = modules.map((module) => {
  const { graph, output } = built(module, 1)
  return { module, form: mixingForm(graph, inputOf(graph), output.id) }
})
const named = (wanted: (form: (typeof forms)[number]['form']) => boolean) =>
  forms.filter(({ form }) => wanted(form)).map(({ module }) => module.id)

describe('what the structure says', () => {
  test('these are linear and leave channels apart: a row is one gradient, exact, with its signs', () => {
    expect(named(({ isLinear, keepsChannels }) => isLinear && keepsChannels)).toMatchInlineSnapshot(`
      [
        "depthwiseConv",
        "inceptionConv",
        "pooling",
        "partialShift",
        "globalFilter",
        "spatialLinear",
        "randomMixing",
        "identity",
        "batchNorm",
        "affine",
        "noNorm",
        "noActivation",
        "blurPool",
        "layerScale",
        "resScale",
        "branchScale",
        "factor",
        "add",
        "multiply",
        "joinTokens",
        "matchSize",
        "addToFirst",
        "fillMasked",
        "averagePool",
        "globalPool",
        "resize",
        "centreCrop",
        "classToken",
        "objectQueries",
        "positionEmbedding",
        "conditionalPosition",
        "firstTokens",
        "randomMask",
        "toTokens",
        "maskUnitOrder",
        "toMap",
      ]
    `)
  })
  test('these are linear and mix channels: a row is one gradient per channel, exact', () => {
    expect(named(({ isLinear, keepsChannels }) => isLinear && !keepsChannels)).toMatchInlineSnapshot(`
      [
        "patchStem",
        "convStem",
        "softSplit",
        "pixelStem",
        "fourierMixing",
        "concat",
        "classTokenHead",
        "distilledHead",
        "branchHead",
        "convolution",
        "linear",
        "flatten",
      ]
    `)
  })
  test('these are not linear and leave channels apart: a row is one gradient, exact at one picture', () => {
    expect(named(({ isLinear, keepsChannels }) => !isLinear && keepsChannels)).toMatchInlineSnapshot(`
      [
        "spatialMlp",
        "groupNorm",
        "gelu",
        "geluTanh",
        "relu",
        "relu6",
        "squaredRelu",
        "starRelu",
        "silu",
        "hardswish",
        "quickGelu",
        "mish",
        "elu",
        "hardSigmoid",
        "sigmoid",
        "tanh",
        "maxPool",
        "tokenMax",
      ]
    `)
  })
  test('convolutions of every kind are linear', () => {
    const attributes: readonly Attributes[] = [
      { kernelSize: 1 },
      { kernelSize: 5, dilation: 2 },
      { kernelSize: 4, stride: 2, padding: 1 },
      { kernelSize: 3, groups: 4 },
    ]
    for (const attrs of attributes) {
      const { graph, output } = build(find('convolution'), [[1, 8, 8, 32]], attrs)
      expect(mixingForm(graph, inputOf(graph), output.id)).toEqual({ isLinear: true, keepsChannels: false })
    }
    const { graph, output } = build(find('convolution'), [[1, 8, 8, 32]], { kernelSize: 31, groups: 32 })
    expect(mixingForm(graph, inputOf(graph), output.id)).toEqual({ isLinear: true, keepsChannels: true })
  })
})

const linear = forms.filter(({ form }) => form.isLinear)
const apart = forms.filter(({ form }) => form.keepsChannels)

test.each(linear.map(({ module, form }) => [module.id, module, form] as const))(
  '%s: exact rows are what unit impulses give, column by column',
  (_, module, { keepsChannels }) => {
    const one = built(module, 1)
    const start = inputOf(one.graph)
    const [input, output] = [one.graph.nodes[start], one.output]
    const [from, to] = [channelsOf(input.shape), channelsOf(output.shape)]
    const [shown, asked] = [mixingSide(input.shape, input.grid), mixingSide(output.shape, output.grid)]
    const places = some(placesOf(shown), 6)
    const columns = impulses(
      module,
      places.flatMap((place) => positionsOf(shown, place)),
    )
    for (const place of some(placesOf(asked), 2)) {
      const tally = answers(one.graph, 'reads', place, randomBindings(one.graph), { keepsChannels })
      const [norms, weights] = [tally.exact(), tally.weights('reads', to)]
      const size = Math.hypot(...norms)
      const rows = positionsOf(asked, place)
      for (const j of places) {
        let [squares, sum] = [0, 0]
        for (const position of positionsOf(shown, j)) {
          for (const row of rows) {
            for (let c = 0; c < from; c++) {
              const column = columns(position, c)
              for (let o = 0; o < to; o++) squares += (column[row * to + o] ?? 0) ** 2
              sum += (column[row * to + c] ?? 0) / to / rows.length
            }
          }
        }
        expect(Math.abs((norms[j] ?? Number.NaN) - Math.sqrt(squares))).toBeLessThanOrEqual(
          1e-5 * Math.max(size, 1e-3),
        )
        if (keepsChannels) expect(Math.abs((weights[j] ?? Number.NaN) - sum)).toBeLessThanOrEqual(1e-5)
      }
    }
  },
)

test.each(apart.map(({ module }) => [module.id, module] as const))(
  '%s: one gradient for all channels is as good as one for each, in rows and columns',
  (_, module) => {
    const { graph } = built(module, 1)
    const bindings = randomBindings(graph)
    let size = 0
    for (const direction of ['reads', 'readBy'] as const) {
      const at = (keepsChannels: boolean) => answers(graph, direction, null, bindings, { keepsChannels })
      const [together, each] = [at(true).exact(), at(false).exact()]
      for (const [place, norm] of each.entries()) expect(together[place]).toBeCloseTo(norm, 5)
      size += Math.hypot(...each)
    }
    expect(size).toBeGreaterThan(0)
  },
)

const small: readonly (readonly [id: string, attrs: Attributes])[] = [
  ['attention', { heads: 2 }],
  ['mlp', {}],
  ['gatedCnn', {}],
  ['separableConv', {}],
  ['selectiveScan', {}],
  ['convolution', {}],
]

describe.each(small)('%s', (id, attrs) => {
  const { graph } = build(find(id), [[1, 3, 3, 8]], attrs)
  const bindings = randomBindings(graph)

  test('rows and columns are of one matrix', () => {
    const places = [0, 4, 7]
    const matrix = (direction: MixingDirection) =>
      places.map((place) => answers(graph, direction, place, bindings, { keepsChannels: false }).exact())
    const [rows, columns] = [matrix('reads'), matrix('readBy')]
    for (const [a, i] of places.entries())
      for (const [b, j] of places.entries())
        expect(rows[a]?.[j]).toBeCloseTo(columns[b]?.[i] ?? Number.NaN, 5)
  })

  test.each(['reads', 'readBy'] as const)(
    'an estimate of what it %s comes closer with the root of its probes, as it says itself',
    (direction) => {
      const exact = answers(graph, direction, 4, bindings, { keepsChannels: false }).exact()
      const send = sender(graph, direction, 4, bindings)
      const [tried, known] = [send.tally(0, 4, false), send.tally(0, 4, true)]
      expect(distance(known.estimate().norms, tried.estimate().norms)).toBeLessThan(1e-6)
      const sent = 4096
      /** Over all estimates that these probes make in groups, the root mean squares of their errors and of those they state. */
      const errors = (probes: number) => {
        let [found, stated] = [0, 0]
        for (let first = 0; first < sent; first += probes) {
          const { norms, spread } = send.tally(first, probes, true).estimate()
          found += distance(norms, exact) ** 2
          stated += (spread ?? 0) ** 2
        }
        return { found: Math.sqrt((found * probes) / sent), stated: Math.sqrt((stated * probes) / sent) }
      }
      const [few, many] = [errors(8), errors(128)]
      // Sixteen times as many.
      expect(few.found / many.found).toBeGreaterThan(0.75 * 4)
      expect(few.found / many.found).toBeLessThan(1.35 * 4)
      for (const { found, stated } of [few, many]) {
        expect(found).toBeLessThan(1.3 * stated)
        expect(found).toBeGreaterThan(0.7 * stated)
      }
    },
  )
})

/** A module on one or more maps, narrow where its width is free. */
function built(module: ModuleDefinition, batch: number) {
  const { from, attrs } = testedAt(module.id)
  const narrow: { [name: string]: number } = {}
  const { dim, classes } = module.attrs
  if (dim?.kind === 'int' && Number(dim.default) > 32) narrow.dim = 32
  if (classes?.kind === 'int') narrow.classes = 10
  const shapes = from.map(([, ...shape]) => [batch, ...shape])
  return build(module, shapes, { ...narrow, ...attrs })
}

/** The first of its inputs, by name: another one may be used first. */
function inputOf(graph: Graph): number {
  return graph.nodes.findIndex((node) => node.op === 'input' && node.attrs.name === 'x0')
}

function channelsOf(shape: Shape): number {
  return shape.at(-1) ?? 1
}

/** Some of so many places, from all over. */
function some(count: number, wanted: number): number[] {
  const all = Array.from({ length: Math.min(count, wanted) }, (_, i) =>
    Math.floor((i * 0.618 * count) % count),
  )
  return [...new Set(all)]
}

/** Random probes of one place: sent through one by one, or put together from what comes back to each channel by itself. */
function sender(graph: Graph, direction: MixingDirection, place: number, bindings: Required<Bindings>) {
  const { at, shown, send } = asking(graph, direction, place, bindings)
  const positions = placesOf(shown)
  const start = inputOf(graph)
  const derived =
    direction === 'reads' ? gradient(graph, { wrt: [start] }) : pushforward(graph, { input: start })
  const name = direction === 'reads' ? 'seed' : 'tangent'
  const { count, make } = exactProbes(at, { keepsChannels: false })
  const rows = Array.from({ length: count }, (_, channel) => {
    const inputs = new Map([...bindings.inputs, [name, make(channel)] as const])
    return evaluate(derived, { ...bindings, inputs }).get(derived.outputs[0] ?? 0) ?? new Float64Array()
  })
  const width = (rows[0]?.length ?? 0) / positions
  const together = (probe: Probe): [Float64Array, Float64Array] => {
    const sums = new Float64Array(positions * width)
    rows.forEach((row, channel) => {
      const sign = probe[place * at.channels + channel] ?? 0
      for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + sign * (row[i] ?? 0)
    })
    const perPlace = (part: (value: number) => number) =>
      Float64Array.from({ length: positions }, (_, p) =>
        sums.subarray(p * width, (p + 1) * width).reduce((sum, value) => sum + part(value), 0),
      )
    return [perPlace((value) => value ** 2), perPlace((value) => value)]
  }
  const tally = (first: number, probes: number, isKnown: boolean): Tally => {
    const made = new Tally(shown)
    for (let index = first; index < first + probes; index++) {
      const probe = signProbe(at, 1, index)
      made.add(...(isKnown ? together(probe) : send(probe)))
    }
    return made
  }
  return { tally }
}

/** Everything that comes back to the exact probes of one place, of the middle one for null. */
function answers(
  graph: Graph,
  direction: MixingDirection,
  place: number | null,
  bindings: Required<Bindings>,
  { keepsChannels }: { readonly keepsChannels: boolean },
): Tally {
  const { at, shown, send } = asking(graph, direction, place, bindings)
  const tally = new Tally(shown)
  const { count, make } = exactProbes(at, { keepsChannels })
  for (let index = 0; index < count; index++) tally.add(...send(make(index)))
  return tally
}

function asking(
  graph: Graph,
  direction: MixingDirection,
  place: number | null,
  bindings: Required<Bindings>,
) {
  const start = inputOf(graph)
  const { perProbe, once, kept } = mixingProgram(graph, start, direction)
  const values = evaluate(once, bindings)
  const given = kept.map((name, i) => [name, values.get(once.outputs[i] ?? 0) as Floats] as const)
  const ends = [graph.nodes[graph.outputs[0] ?? 0], graph.nodes[start]] as const
  const [to, from] = direction === 'reads' ? ends : [ends[1], ends[0]]
  if (!to || !from) throw new Error('the graph has no ends')
  const side = mixingSide(to.shape, to.grid)
  const send = (probe: Probe): [Floats, Floats] => {
    const sums = evaluate(perProbe, { ...bindings, inputs: new Map([...given, [probeInput, probe]]) })
    const [squares, numbers] = perProbe.outputs.map((id) => sums.get(id) ?? new Float64Array())
    return [squares ?? new Float64Array(), numbers ?? new Float64Array()]
  }
  return {
    at: { side, place: place ?? Math.floor(placesOf(side) / 2), channels: channelsOf(to.shape) },
    shown: mixingSide(from.shape, from.grid),
    send,
  }
}

/** What the module makes of impulses at these positions of its first input: per position and channel, the change of its output. */
function impulses(
  module: ModuleDefinition,
  positions: readonly number[],
): (position: number, channel: number) => Float64Array {
  const width = channelsOf(testedAt(module.id).from[0] ?? [])
  const count = positions.length * width + 1
  const { graph, output } = built(module, count)
  const inputs = new Map<string, Floats>()
  for (const node of graph.nodes) {
    if (node.op !== 'input') continue
    // The same picture over and over, the last one without an impulse.
    const { shape } = node
    const still = randomValues(node.attrs.name, [1, ...shape.slice(1)])
    const all = new Float64Array(elements(shape))
    for (let picture = 0; picture < count; picture++) all.set(still, picture * still.length)
    if (node.attrs.name === 'x0') {
      for (let picture = 0; picture + 1 < count; picture++) {
        const at = (positions[Math.floor(picture / width)] ?? 0) * width + (picture % width)
        all[picture * still.length + at] = (all[picture * still.length + at] ?? 0) + 1
      }
    }
    inputs.set(node.attrs.name, all)
  }
  const params: Required<Bindings>['params'] = randomBindings(graph).params
  const y = evaluate(graph, { inputs, params }).get(output.id) ?? new Float64Array()
  const size = elements(output.shape) / count
  const without = y.subarray((count - 1) * size)
  return (position, channel) => {
    const picture = positions.indexOf(position) * width + channel
    return Float64Array.from(
      y.subarray(picture * size, (picture + 1) * size),
      (value, i) => value - (without[i] ?? 0),
    )
  }
}

function distance(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  const values = Array.from(expected)
  return Math.hypot(...values.map((value, i) => (got[i] ?? Number.NaN) - value)) / Math.hypot(...values)
}
