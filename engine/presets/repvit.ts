/**
 * RepViT: MobileNet's parts in the order of a transformer's block, token mixer first. Here in its training form: a token mixer
 * is a 3×3, a 1×1 and the map itself side by side, which are one convolution at inference.
 *
 * Wang et al. 2023, https://arxiv.org/abs/2307.09283
 */
import { type Document, type DocumentNode, type GraphBody, type GroupNode, IN } from '../document/types'
import { convNorm, differing } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, runs, Sketch } from './sketch'

export interface RepVitSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  /** The first three models: a norm behind each branch, none behind their sum. */
  readonly legacy?: boolean
  readonly classes?: number
  readonly size?: number
}

export function repvit(name: string, sizes: RepVitSizes): Document {
  const { dims, depths, legacy = false, classes = 1000, size = 224 } = sizes
  const [first = 48] = dims
  const stem = chain(
    ...unit('conv1', { dim: first / 2, stride: 2 }),
    module('act1', 'gelu'),
    ...unit('conv2', { dim: first, stride: 2 }),
  )
  const stages = depths.map((depth, stage) => {
    // Every second block is gated, from the first on.
    const gates = Array.from({ length: depth }, (_, index) => index % 2 === 0)
    const blocks = runs(gates).map(({ at, count, item }) => group(`blocks.${at}`, count, block(item, legacy)))
    const shrink = stage === 0 ? [] : [downsample(dims[stage] ?? first, legacy)]
    return group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, chain(...shrink, ...blocks))
  })
  const keys = {
    head: 'head.l',
    'head.norm': 'head.bn',
    head_dist: 'head_dist.l',
    'head_dist.norm': 'head_dist.bn',
  }
  const head = module({ id: 'head', keys }, 'distilledHead', {
    ...differing({ classes }, { classes: 1000 }),
    reads: 'mean',
    norm: 'batchNorm',
  })
  return design(name, chain(group({ id: 'stem', title: 'Stem' }, 1, stem), ...stages, head), size)
}

const unit = (id: string, attrs: Parameters<typeof convNorm>[1]): DocumentNode[] =>
  convNorm(id, { ...attrs, bias: false }, ['c', 'bn'])

function block(gated: boolean, legacy: boolean): GraphBody {
  const sketch = new Sketch()
  const small = legacy
    ? unit('token_mixer.conv1', { kernelSize: 1, groups: null })
    : [module('token_mixer.conv1', 'convolution', { kernelSize: 1, groups: null })]
  const mixed = sketch.join(
    module('token_mixer.add', 'add'),
    sketch.chain(IN, ...unit('token_mixer.conv', { groups: null })),
    sketch.chain(IN, ...small),
    IN,
  )
  const x = sketch.chain(
    mixed,
    ...(legacy ? [] : [module('token_mixer.bn', 'batchNorm')]),
    ...(gated ? [module('se', 'squeezeExcite', { ratio: 0.25 })] : []),
  )
  return sketch.body(sketch.residual(x, 'add', channelMixer('channel_mixer')))
}

const channelMixer = (id: string): DocumentNode[] => [
  ...unit(`${id}.conv1`, { ratio: 2, kernelSize: 1 }),
  module(`${id}.act`, 'gelu'),
  ...unit(`${id}.conv2`, { ratio: 0.5, kernelSize: 1 }),
]

function downsample(dim: number, legacy: boolean): GroupNode {
  const sketch = new Sketch()
  const small = sketch.chain(
    IN,
    group('pre_block', 1, block(false, legacy)),
    ...unit('spatial_downsample', { stride: 2, groups: null }),
    ...unit('channel_downsample', { dim, kernelSize: 1 }),
  )
  return group('downsample', 1, sketch.body(sketch.residual(small, 'add', channelMixer('ffn'))))
}

// --- the models --------------------------------------------------------------------------------------------------

const doubling = (dim: number) => [dim, 2 * dim, 4 * dim, 8 * dim]
const legacy = { legacy: true }

export const repvits: readonly Preset[] = presetsOf(
  {
    family: 'repvit',
    paper: {
      title: 'RepViT: Revisiting Mobile CNN From ViT Perspective',
      authors: 'Wang et al.',
      year: 2023,
      url: 'https://arxiv.org/abs/2307.09283',
    },
    preprocessing: imagenetPixels(0.95),
  },
  repvit,
  [
    [
      'repvit_m1',
      'RepViT-M1',
      { dims: doubling(48), depths: [2, 2, 14, 2], ...legacy },
      'The first version, with a norm behind each branch.',
    ],
    [
      'repvit_m2',
      'RepViT-M2',
      { dims: doubling(64), depths: [2, 2, 12, 2], ...legacy },
      'The first version from 64 channels on.',
    ],
    [
      'repvit_m3',
      'RepViT-M3',
      { dims: doubling(64), depths: [4, 4, 18, 2], ...legacy },
      'The first version, twenty-eight blocks.',
    ],
    [
      'repvit_m0_9',
      'RepViT-M0.9',
      { dims: doubling(48), depths: [2, 2, 14, 2] },
      'A mobile network in the order of a transformer: 0.9 milliseconds on a telephone.',
    ],
    ['repvit_m1_0', 'RepViT-M1.0', { dims: doubling(56), depths: [2, 2, 14, 2] }, 'From 56 channels on.'],
    ['repvit_m1_1', 'RepViT-M1.1', { dims: doubling(64), depths: [2, 2, 12, 2] }, 'From 64 channels on.'],
    ['repvit_m1_5', 'RepViT-M1.5', { dims: doubling(64), depths: [4, 4, 24, 4] }, 'Thirty-six blocks.'],
    [
      'repvit_m2_3',
      'RepViT-M2.3',
      { dims: doubling(80), depths: [6, 6, 34, 2] },
      'Forty-eight blocks from 80 channels on.',
    ],
  ],
)
