/**
 * RegNet: widths that grow along a line and are rounded to a few steps; grouped bottlenecks without narrowing.
 *
 * X is plain, Y has squeeze and excitation of a quarter of the block's input. Radosavovic et al. 2020, Designing Network Design
 * Spaces, https://arxiv.org/abs/2003.13678
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import { halfToEven } from '../modules/rounding'
import type { Attributes } from '../schema/schema'
import { imagenetPixels, type Preset, type PresetRow, presetsOf } from './preset'
import { chain, design, group, instance, module, Sketch } from './sketch'

export interface RegNetSizes {
  /** Width of block i before rounding: w0 + wa·i, then the nearest w0·wmᵏ. */
  readonly w0: number
  readonly wa: number
  readonly wm: number
  readonly depth: number
  readonly groupWidth: number
  /** Inner channels of squeeze and excitation as a share of the block's input. */
  readonly squeezeExcite?: number
  readonly stem?: number
  readonly classes?: number
  readonly size?: number
}

export function regnet(name: string, sizes: RegNetSizes): Document {
  const { groupWidth, squeezeExcite, stem = 32, classes = 1000, size = 224 } = sizes
  let from = stem
  const definitions: Record<string, GraphBody> = {}
  const stages = stagesOf(sizes).map(({ width, depth }, stage) => {
    const groups = width / Math.min(groupWidth, width)
    const gates = (input: number) =>
      squeezeExcite === undefined ? null : Math.max(1, halfToEven(input * squeezeExcite))
    const first = block({ groups, gate: gates(from), to: width })
    const others = block({ groups, gate: gates(width), to: null })
    from = width
    // The reference numbers its blocks b1, b2, …, which a repeated group cannot: they share a definition instead.
    const use = `s${stage + 1}.block`
    if (depth > 1) definitions[use] = others
    const blocks = [
      group('b1', 1, first),
      ...Array.from({ length: depth - 1 }, (_, index) => instance(`b${index + 2}`, use)),
    ]
    return group({ id: `s${stage + 1}`, title: `Stage ${stage + 1}` }, 1, chain(...blocks))
  })
  const head = module('head', 'poolHead', { ...(classes === 1000 ? {} : { classes }), norm: 'noNorm' })
  const first = group(
    'stem',
    1,
    chain(convolution('conv', { dim: stem, stride: 2 }), norm('bn'), relu('act')),
  )
  return { ...design(name, chain(first, ...stages, head), size), definitions }
}

/** `to` is the width of the first block of a stage, which strides; others keep theirs. */
function block({ groups, gate, to }: { groups: number; gate: number | null; to: number | null }): GraphBody {
  const strides = to === null ? {} : { stride: 2 }
  const grouped = groups === 1 ? {} : { groups }
  const branch = [
    ...convNorm('conv1', { ...(to === null ? {} : { dim: to }), kernelSize: 1 }),
    relu('act1'),
    ...convNorm('conv2', { ...strides, ...grouped }),
    relu('act2'),
    ...(gate === null ? [] : [module('se', 'squeezeExcite', { dim: gate })]),
    ...convNorm('conv3', { kernelSize: 1 }),
  ]
  const projection = module({ id: 'downsample', keys: { norm: 'bn' } }, 'convDownsample', {
    dim: to,
    kernelSize: 1,
    norm: 'batchNorm',
    normOrder: 'after',
    bias: false,
  })
  const sketch = new Sketch()
  const sum = sketch.residual(IN, 'add', branch, to === null ? [] : [projection])
  return sketch.body(sketch.chain(sum, relu('act3')))
}

const convolution = (id: string, attrs: Attributes, key?: string) =>
  module(key === undefined ? id : { id, key }, 'convolution', { ...attrs, bias: false })
const norm = (id: string, key?: string) => module(key === undefined ? id : { id, key }, 'batchNorm')
const relu = (id: string) => module(id, 'relu')
const convNorm = (id: string, attrs: Attributes): DocumentNode[] => [
  convolution(id, attrs, `${id}.conv`),
  norm(id.replace('conv', 'bn'), `${id}.bn`),
]

function stagesOf({ w0, wa, wm, depth, groupWidth }: RegNetSizes): { width: number; depth: number }[] {
  const stages: { width: number; depth: number }[] = []
  for (let index = 0; index < depth; index++) {
    const step = halfToEven(Math.log((w0 + wa * index) / w0) / Math.log(wm))
    const width = halfToEven((w0 * wm ** step) / 8) * 8
    const last = stages.at(-1)
    if (last?.width === width) last.depth++
    else stages.push({ width, depth: 1 })
  }
  return stages.map(({ width, depth }) => {
    const grouping = Math.min(groupWidth, width)
    return { width: halfToEven(width / grouping) * grouping, depth }
  })
}

const common = {
  family: 'regnet',
  paper: {
    title: 'Designing Network Design Spaces',
    authors: 'Radosavovic et al.',
    year: 2020,
    url: 'https://arxiv.org/abs/2003.13678',
  },
  preprocessing: imagenetPixels(0.875),
}
const reported = (top1: number) => ({
  published: { top1, source: 'MetaFormer Baselines for Vision (Yu et al. 2022), Table V' },
})
const line = (w0: number, wa: number, wm: number, groupWidth: number, depth: number) => ({
  w0,
  wa,
  wm,
  groupWidth,
  depth,
})

const x = presetsOf(
  common,
  regnet,
  (
    [
      ['002', '200MF', line(24, 36.44, 2.49, 8, 13)],
      ['004', '400MF', line(24, 24.48, 2.54, 16, 22)],
      ['006', '600MF', line(48, 36.97, 2.24, 24, 16)],
      ['008', '800MF', line(56, 35.73, 2.28, 16, 16)],
      ['016', '1.6GF', line(80, 34.01, 2.25, 24, 18)],
      ['032', '3.2GF', line(88, 26.31, 2.25, 48, 25)],
      ['040', '4.0GF', line(96, 38.65, 2.43, 40, 23)],
      ['064', '6.4GF', line(184, 60.83, 2.07, 56, 17)],
      ['080', '8.0GF', line(80, 49.56, 2.88, 120, 23)],
      ['120', '12GF', line(168, 73.36, 2.37, 112, 19)],
      ['160', '16GF', line(216, 55.59, 2.1, 128, 22)],
      ['320', '32GF', line(320, 69.86, 2, 168, 23)],
    ] as const
  ).map(
    ([id, title, sizes]): PresetRow<RegNetSizes> => [
      `regnetx_${id}`,
      `RegNetX-${title}`,
      sizes,
      `Grouped convolutions in ${sizes.depth} blocks whose widths grow along a line.`,
    ],
  ),
)

const y = presetsOf(
  common,
  regnet,
  (
    [
      ['002', '200MF', line(24, 36.44, 2.49, 8, 13)],
      ['004', '400MF', line(48, 27.89, 2.09, 8, 16)],
      ['006', '600MF', line(48, 32.54, 2.32, 16, 15)],
      ['008', '800MF', line(56, 38.84, 2.4, 16, 14)],
      ['016', '1.6GF', line(48, 20.71, 2.65, 24, 27)],
      ['032', '3.2GF', line(80, 42.63, 2.66, 24, 21)],
      ['040', '4.0GF', line(96, 31.41, 2.24, 64, 22), reported(81.3)],
      ['064', '6.4GF', line(112, 33.22, 2.27, 72, 25)],
      ['080', '8.0GF', line(192, 76.82, 2.19, 56, 17), reported(82.1)],
      ['120', '12GF', line(168, 73.36, 2.37, 112, 19)],
      ['160', '16GF', line(200, 106.23, 2.48, 112, 18), reported(82.2)],
      ['320', '32GF', line(232, 115.89, 2.53, 232, 20), reported(82.4)],
      ['640', '64GF', { ...line(352, 147.48, 2.4, 328, 20), size: 384 }],
      ['1280', '128GF', { ...line(456, 160.83, 2.52, 264, 27), size: 384 }],
    ] as const
  ).map(
    ([id, title, sizes, facts]): PresetRow<RegNetSizes> => [
      `regnety_${id}`,
      `RegNetY-${title}`,
      { ...sizes, squeezeExcite: 0.25 },
      `RegNetX’s pattern in ${sizes.depth} blocks, with squeeze and excitation in each.`,
      facts ?? {},
    ],
  ),
)

export const regnets: readonly Preset[] = [...x, ...y]
