/**
 * RegNet: widths that grow along a line and are rounded to a few steps; grouped bottlenecks without narrowing.
 *
 * X is plain, Y has squeeze and excitation of a quarter of the block's input. Radosavovic et al. 2020, Designing Network Design
 * Spaces, https://arxiv.org/abs/2003.13678
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import { divisible, halfToEven } from '../modules/rounding'
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
  /** Inner width of a block as a multiple of what it puts out (RegNetZ). */
  readonly bottleneck?: number
  /** Share of a width that rounding to whole groups must leave; without it widths are rounded to the nearest. */
  readonly roundLimit?: number
  readonly act?: string
  /** Shortcuts are projected, pooled before that, or left out where shapes differ. */
  readonly shortcut?: 'convolution' | 'average' | 'none'
  /** Blocks end in the sum. */
  readonly linearOut?: boolean
  /** Norm and activation come before each convolution (RegNetV). */
  readonly before?: boolean
  /** Channels of a last 1×1 convolution. */
  readonly features?: number
  readonly stem?: number
  readonly classes?: number
  readonly size?: number
}

export function regnet(name: string, sizes: RegNetSizes): Document {
  const { squeezeExcite, stem = 32, classes = 1000, size = 224, act = 'relu', features = 0 } = sizes
  const { groupWidth, bottleneck = 1, before = false, linearOut = false } = sizes
  let from = stem
  const definitions: Record<string, GraphBody> = {}
  const stages = stagesOf(sizes).map(({ width, depth }, stage) => {
    const inner = halfToEven(width * bottleneck)
    const groups = inner / Math.min(groupWidth, inner)
    const gates = (input: number) =>
      squeezeExcite === undefined ? null : Math.max(1, halfToEven(input * squeezeExcite))
    const body = before ? preBlock : block
    const first = body({ groups, gate: gates(from), to: width, inner }, sizes)
    const others = body({ groups, gate: gates(width), to: null, inner }, sizes)
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
  const begin = before
    ? [convolution('stem', { dim: stem, stride: 2 })]
    : [group('stem', 1, chain(convolution('conv', { dim: stem, stride: 2 }), norm('bn'), module('act', act)))]
  return { ...design(name, chain(...begin, ...stages, ...last(), head), size), definitions }

  function last(): DocumentNode[] {
    if (features > 0) {
      const nodes = chain(
        convolution('conv', { dim: features, kernelSize: 1 }),
        norm('bn'),
        module('act', act),
      )
      return [group('final_conv', 1, nodes)]
    }
    return linearOut || before ? [module('final_conv', act)] : []
  }
}

interface Block {
  readonly groups: number
  readonly gate: number | null
  /** The width of the first block of a stage, which strides; others keep theirs. */
  readonly to: number | null
  readonly inner: number
}

function block(
  block: Block,
  { act = 'relu', shortcut = 'convolution', linearOut = false, bottleneck = 1 }: RegNetSizes,
): GraphBody {
  const { to, inner, gate } = block
  const branch = [
    ...convNorm('conv1', { ...(to === null ? ratio(bottleneck) : { dim: inner }), kernelSize: 1 }),
    module('act1', act),
    ...convNorm('conv2', window(block)),
    module('act2', act),
    ...gates(gate, act),
    ...convNorm('conv3', {
      ...(bottleneck === 1 ? {} : to === null ? ratio(1 / bottleneck) : { dim: to }),
      kernelSize: 1,
    }),
  ]
  const projection = module({ id: 'downsample', keys: { norm: 'bn' } }, 'convDownsample', {
    dim: to,
    kernelSize: 1,
    norm: 'batchNorm',
    normOrder: 'after',
    bias: false,
  })
  const sketch = new Sketch()
  const sum =
    to !== null && shortcut === 'none'
      ? sketch.chain(IN, ...branch)
      : sketch.residual(IN, 'add', branch, to === null ? [] : [projection])
  return sketch.body(linearOut ? sum : sketch.chain(sum, module('act3', act)))
}

/** The shortcut begins behind the first norm. */
function preBlock(block: Block, { act = 'relu', shortcut = 'convolution' }: RegNetSizes): GraphBody {
  const { to, gate } = block
  const normed = (number: number) => [norm(`norm${number}`), module(`act${number}`, act)]
  const branch = [
    convolution('conv1', { ...(to === null ? {} : { dim: to }), kernelSize: 1 }),
    ...normed(2),
    convolution('conv2', window(block)),
    ...gates(gate, act),
    ...normed(3),
    convolution('conv3', { kernelSize: 1 }),
  ]
  const pooled = shortcut === 'average'
  const projection =
    to === null
      ? []
      : [
          ...(pooled ? [module('downsample.0', 'averagePool', { ceil: true })] : []),
          convolution(pooled ? 'downsample.1' : 'downsample', {
            dim: to,
            kernelSize: 1,
            ...(pooled ? {} : { stride: 2 }),
          }),
        ]
  const sketch = new Sketch()
  const from = sketch.chain(IN, ...normed(1))
  return sketch.body(sketch.residual(from, 'add', branch, projection))
}

const window = ({ groups, to }: Block): Attributes => ({
  ...(to === null ? {} : { stride: 2 }),
  ...(groups === 1 ? {} : { groups }),
})
const gates = (dim: number | null, act: string): DocumentNode[] =>
  dim === null ? [] : [module('se', 'squeezeExcite', { dim, ...(act === 'relu' ? {} : { act }) })]
const ratio = (value: number): Attributes => (value === 1 ? {} : { ratio: value })
const convolution = (id: string, attrs: Attributes, key?: string) =>
  module(key === undefined ? id : { id, key }, 'convolution', { ...attrs, bias: false })
const norm = (id: string, key?: string) => module(key === undefined ? id : { id, key }, 'batchNorm')
const convNorm = (id: string, attrs: Attributes): DocumentNode[] => [
  convolution(id, attrs, `${id}.conv`),
  norm(id.replace('conv', 'bn'), `${id}.bn`),
]

function stagesOf(sizes: RegNetSizes): { width: number; depth: number }[] {
  const { w0, wa, wm, depth, groupWidth, bottleneck = 1, roundLimit } = sizes
  const stages: { width: number; depth: number }[] = []
  for (let index = 0; index < depth; index++) {
    const step = halfToEven(Math.log((w0 + wa * index) / w0) / Math.log(wm))
    const width = halfToEven((w0 * wm ** step) / 8) * 8
    const last = stages.at(-1)
    if (last?.width === width) last.depth++
    else stages.push({ width, depth: 1 })
  }
  return stages.map(({ width, depth }) => {
    const inner = Math.floor(width * bottleneck)
    const grouping = Math.min(groupWidth, inner)
    const whole =
      roundLimit === undefined
        ? halfToEven(inner / grouping) * grouping
        : divisible(inner, roundLimit, grouping)
    return { width: Math.floor(whole / bottleneck), depth }
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

const gated = { squeezeExcite: 0.25 }
const torchvision = { roundLimit: 0.9 }
const asTorchvision = 'With widths rounded to whole groups as torchvision does.'
const beforehand = { ...gated, before: true, act: 'silu' }
const zLine = { ...gated, bottleneck: 4, shortcut: 'none', linearOut: true, act: 'silu' } as const
const zSummary = 'Inverted residuals with grouped convolutions, whose widths grow along a line.'
const others = presetsOf(common, regnet, [
  [
    'regnetx_004_tv',
    'RegNetX-400MF (torchvision)',
    { ...line(24, 24.48, 2.54, 16, 22), ...torchvision },
    asTorchvision,
  ],
  [
    'regnety_008_tv',
    'RegNetY-800MF (torchvision)',
    { ...line(56, 38.84, 2.4, 16, 14), ...gated, ...torchvision },
    asTorchvision,
  ],
  [
    'regnety_080_tv',
    'RegNetY-8.0GF (torchvision)',
    { ...line(192, 76.82, 2.19, 56, 17), ...gated, ...torchvision },
    asTorchvision,
  ],
  [
    'regnety_2560',
    'RegNetY-256GF',
    { ...line(640, 230.83, 2.53, 373, 27), ...gated, size: 384 },
    'The widest of them.',
  ],
  [
    'regnetv_040',
    'RegNetV-4.0GF',
    { ...line(96, 31.41, 2.24, 64, 22), ...beforehand },
    'RegNetY with norm and activation before each convolution.',
  ],
  [
    'regnetv_064',
    'RegNetV-6.4GF',
    { ...line(112, 33.22, 2.27, 72, 25), ...beforehand, shortcut: 'average' },
    'RegNetY with norm and activation before each convolution, and pooled shortcuts.',
  ],
  ['regnetz_005', 'RegNetZ-500MF', { ...line(16, 10.7, 2.51, 4, 21), ...zLine, features: 1024 }, zSummary],
  ['regnetz_040', 'RegNetZ-4.0GF', { ...line(48, 14.5, 2.226, 8, 28), ...zLine, size: 256 }, zSummary],
  [
    'regnetz_040_h',
    'RegNetZ-4.0GF (wide head)',
    { ...line(48, 14.5, 2.226, 8, 28), ...zLine, features: 1536, size: 256 },
    zSummary,
  ],
])

export const regnets: readonly Preset[] = [...x, ...y, ...others]
