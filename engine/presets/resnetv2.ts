/**
 * ResNet v2: norm and activation come before the convolutions, so that the shortcut is clear from end to end. BiT trains
 * it with GroupNorm and standardised weights.
 *
 * He et al. 2016, https://arxiv.org/abs/1603.05027; BiT: Kolesnikov et al. 2019, https://arxiv.org/abs/1912.11370
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import type { Attributes } from '../schema/schema'
import { imagenetPixels, type Preset, type PresetRow, presetsOf, symmetricPixels } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface ResNetV2Sizes {
  readonly depths: readonly number[]
  readonly block?: 'basic' | 'bottleneck'
  /** What each stage puts out. */
  readonly channels?: readonly number[]
  readonly stemChannels?: number
  /** Factor on all widths. */
  readonly width?: number
  readonly stem?: 'plain' | 'deep' | 'tiered'
  /** Shortcuts are pooled before they are projected. */
  readonly averageDown?: boolean
  /** GroupNorm, standardised weights, and zeros around the stem's pooling. */
  readonly bit?: boolean
  /** Epsilon of the standardised weights. */
  readonly weightEps?: number
  readonly classes?: number
  readonly size?: number
}

export function resnetV2(name: string, sizes: ResNetV2Sizes): Document {
  const { depths, block = 'bottleneck', width = 1, classes = 1000, size = 224 } = sizes
  const usual = block === 'basic' ? [64, 128, 256, 512] : [256, 512, 1024, 2048]
  const { channels = usual } = sizes
  const stages = depths.map((depth, stage) => {
    const first = blocks[block](sizes, (channels[stage] ?? 64) * width, stage === 0 ? 1 : 2)
    // The first stage of basic blocks is as wide as the stem: nothing to project.
    const projects = block === 'bottleneck' || stage > 0
    const nodes = projects
      ? [
          group('blocks.0', 1, first),
          ...(depth > 1 ? [group('blocks.1', depth - 1, blocks[block](sizes))] : []),
        ]
      : [group('blocks.0', depth, blocks[block](sizes))]
    return group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, chain(...nodes))
  })
  const last = group('norm', 1, chain(normNode({ id: 'norm', key: '' }, sizes), module('act', 'relu')))
  const head = chain(
    module('global_pool', 'globalPool', { asMap: true }),
    module('fc', 'convolution', { dim: classes, kernelSize: 1 }),
    module('flatten', 'flatten'),
  )
  return design(name, chain(stem(sizes), ...stages, last, group('head', 1, head)), size)
}

function stem(sizes: ResNetV2Sizes): DocumentNode {
  const { stem = 'plain', stemChannels = 64, width = 1, bit = false } = sizes
  const dim = stemChannels * width
  const pool = module('pool', 'maxPool', { kernelSize: 3, ...(bit ? { zeros: true } : {}) })
  if (stem === 'plain')
    return group('stem', 1, chain(convolution('conv', sizes, { dim, kernelSize: 7, stride: 2 }), pool))
  const first = stem === 'tiered' ? Math.floor((3 * dim) / 8) : dim / 2
  const body = chain(
    convolution('conv1', sizes, { dim: first, stride: 2 }),
    ...normAct(1, sizes, 'norm'),
    convolution('conv2', sizes, { dim: dim / 2 }),
    ...normAct(2, sizes, 'norm'),
    convolution('conv3', sizes, { dim }),
    pool,
  )
  return group('stem', 1, body)
}

/** Given a width, the first block of a stage, whose shortcut is projected; without, one that keeps width and size. */
const blocks = {
  basic: (sizes: ResNetV2Sizes, dim?: number, stride = 1): GraphBody =>
    body(sizes, dim, stride, [
      convolution('conv1', sizes, { ...width(dim), ...strided(stride) }),
      ...normAct(2, sizes, 'norm'),
      convolution('conv2', sizes),
    ]),
  bottleneck: (sizes: ResNetV2Sizes, dim?: number, stride = 1): GraphBody =>
    body(sizes, dim, stride, [
      convolution('conv1', sizes, {
        ...(dim === undefined ? { ratio: 0.25 } : { dim: dim / 4 }),
        kernelSize: 1,
      }),
      ...normAct(2, sizes, 'norm'),
      convolution('conv2', sizes, strided(stride)),
      ...normAct(3, sizes, 'norm'),
      convolution('conv3', sizes, { ratio: 4, kernelSize: 1 }),
    ]),
}

/** Shortcut + branch; a projected shortcut begins behind the first norm, as the branch does. */
function body(
  sizes: ResNetV2Sizes,
  dim: number | undefined,
  stride: number,
  branch: readonly DocumentNode[],
): GraphBody {
  const sketch = new Sketch()
  const normed = sketch.chain(IN, ...normAct(1, sizes, 'norm'))
  const shortcut = dim === undefined ? IN : sketch.chain(normed, ...projection(sizes, dim, stride))
  return sketch.body(sketch.join(module('add', 'add'), shortcut, sketch.chain(normed, ...branch)))
}

function projection(sizes: ResNetV2Sizes, dim: number, stride: number): DocumentNode[] {
  const pools = sizes.averageDown === true && stride > 1
  return [
    ...(pools ? [module('downsample.pool', 'averagePool', { ceil: true })] : []),
    convolution('downsample.conv', sizes, { dim, kernelSize: 1, ...strided(pools ? 1 : stride) }),
  ]
}

function convolution(id: string, { bit, weightEps }: ResNetV2Sizes, attrs: Attributes = {}) {
  const eps: Attributes = weightEps === undefined ? {} : { weightEps }
  return module(id, 'convolution', { ...attrs, bias: false, ...(bit ? { standardize: true, ...eps } : {}) })
}
const normNode = (name: Parameters<typeof module>[0], { bit = false }: ResNetV2Sizes) =>
  module(name, bit ? 'groupNorm' : 'batchNorm')
const normAct = (number: number, sizes: ResNetV2Sizes, id: string): DocumentNode[] => [
  normNode(`${id}${number}`, sizes),
  module(`act${number}`, 'relu'),
]
const width = (dim: number | undefined): Attributes => (dim === undefined ? {} : { dim })
const strided = (stride: number): Attributes => (stride === 1 ? {} : { stride })

const b18 = { block: 'basic', depths: [2, 2, 2, 2] } as const
const b34 = { block: 'basic', depths: [3, 4, 6, 3] } as const
const n50 = { depths: [3, 4, 6, 3] }
const n101 = { depths: [3, 4, 23, 3] }
const n152 = { depths: [3, 8, 36, 3] }
const d = { stem: 'deep', averageDown: true } as const

const plain = presetsOf(
  {
    family: 'resnetv2',
    paper: {
      title: 'Identity Mappings in Deep Residual Networks',
      authors: 'He et al.',
      year: 2016,
      url: 'https://arxiv.org/abs/1603.05027',
    },
    preprocessing: imagenetPixels(0.95),
  },
  resnetV2,
  [
    ['resnetv2_18', 'ResNetV2-18', b18, 'ResNet-18 with norm and activation before each convolution.'],
    ['resnetv2_18d', 'ResNetV2-18-D', { ...b18, ...d }, 'With a deep stem and pooled shortcuts.'],
    ['resnetv2_34', 'ResNetV2-34', b34, 'ResNet-34 with norm and activation before each convolution.'],
    ['resnetv2_34d', 'ResNetV2-34-D', { ...b34, ...d }, 'With a deep stem and pooled shortcuts.'],
    [
      'resnetv2_50',
      'ResNetV2-50',
      n50,
      'Nothing stands on the shortcut: norm and activation come first in each branch.',
    ],
    ['resnetv2_50d', 'ResNetV2-50-D', { ...n50, ...d }, 'With a deep stem and pooled shortcuts.'],
    [
      'resnetv2_50t',
      'ResNetV2-50-T',
      { ...n50, ...d, stem: 'tiered' },
      'With a stem that widens step by step.',
    ],
    ['resnetv2_101', 'ResNetV2-101', n101, 'ResNet-101 with norm and activation before each convolution.'],
    ['resnetv2_101d', 'ResNetV2-101-D', { ...n101, ...d }, 'With a deep stem and pooled shortcuts.'],
    ['resnetv2_152', 'ResNetV2-152', n152, 'ResNet-152 with norm and activation before each convolution.'],
    ['resnetv2_152d', 'ResNetV2-152-D', { ...n152, ...d }, 'With a deep stem and pooled shortcuts.'],
  ],
)

const bits = presetsOf(
  {
    family: 'resnetv2',
    paper: {
      title: 'Big Transfer (BiT): General Visual Representation Learning',
      authors: 'Kolesnikov et al.',
      year: 2019,
      url: 'https://arxiv.org/abs/1912.11370',
    },
    preprocessing: symmetricPixels(1),
  },
  resnetV2,
  (
    [
      ['50x1', n50, 1, 224],
      ['50x3', n50, 3, 448],
      ['101x1', n101, 1, 448],
      ['101x3', n101, 3, 448],
      ['152x2', n152, 2, 224],
      ['152x4', n152, 4, 480],
    ] as const
  ).map(
    ([name, { depths }, width, size]): PresetRow<ResNetV2Sizes> => [
      `resnetv2_${name}_bit`,
      `BiT-R${name}`,
      { depths, width, bit: true, size },
      'ResNetV2 with GroupNorm and standardised weights, for pre-training on very many pictures.',
    ],
  ),
)

export const resnetV2s: readonly Preset[] = [...plain, ...bits]
