/**
 * SHViT: large patches, depthwise convolutions, and a single head of attention for a part of the channels.
 *
 * Yun, Ro 2024, https://arxiv.org/abs/2401.16456
 */
import { type Document, type DocumentNode, type GraphBody, type GroupNode, IN } from '../document/types'
import { convNorm, differing } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface ShvitSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  /** Channels that attend, per stage; 0 is a stage without attention. */
  readonly reading: readonly number[]
  readonly keyDims?: readonly number[]
  readonly classes?: number
  readonly size?: number
}

export function shvit(name: string, sizes: ShvitSizes): Document {
  const { dims, depths, reading, keyDims = [16, 16, 16], classes = 1000, size = 224 } = sizes
  const [first = 128] = dims
  const stem = [8, 4, 2, 1].flatMap((part, index) => [
    ...(index === 0 ? [] : [module(`${2 * index - 1}`, 'relu')]),
    ...unit(`${2 * index}`, { dim: Math.floor(first / part), stride: 2 }),
  ])
  const stages = depths.map((depth, stage) => {
    const shrink = stage === 0 ? [] : [downsample(dims[stage] ?? first)]
    const blocks = group('blocks.0', depth, block(reading[stage] ?? 0, keyDims[stage] ?? 16))
    return group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, chain(...shrink, blocks))
  })
  const head = module({ id: 'head', keys: { norm: 'bn', fc: 'l' } }, 'poolHead', {
    ...differing({ classes }, { classes: 1000 }),
    norm: 'batchNorm',
  })
  const pool = [module('global_pool', 'globalPool', { asMap: true }), module('flatten', 'flatten')]
  const patches = group({ id: 'patch_embed', title: 'Patches' }, 1, chain(...stem))
  return design(name, chain(patches, ...stages, ...pool, head), size)
}

const unit = (id: string, attrs: Parameters<typeof convNorm>[1]): DocumentNode[] =>
  convNorm(id, { ...attrs, bias: false }, ['c', 'bn'])

const near = (id: string) => unit(id, { groups: null })
const mlp = (id: string): DocumentNode[] => [
  ...unit(`${id}.pw1`, { ratio: 2, kernelSize: 1 }),
  module(`${id}.act`, 'relu'),
  ...unit(`${id}.pw2`, { ratio: 0.5, kernelSize: 1 }),
]

function block(reading: number, keyDim: number): GraphBody {
  const sketch = new Sketch()
  const seen = sketch.residual(IN, 'add1', near('conv.m'))
  const mixer = module('mixer.m', 'singleHead', {
    dim: reading,
    ...differing({ keyDim }, { keyDim: 16 }),
  })
  const read = reading === 0 ? seen : sketch.residual(seen, 'add2', [mixer])
  return sketch.body(sketch.residual(read, 'add3', mlp('ffn.m')))
}

/** Convolution and MLP on both sides of an inverted residual that halves the map. */
function downsample(dim: number): GroupNode {
  const sketch = new Sketch()
  const before = sketch.residual(sketch.residual(IN, 'add0', near('0.m')), 'add1', mlp('1.m'))
  const small = sketch.chain(
    before,
    ...unit('2.conv1', { ratio: 4, kernelSize: 1 }),
    module('2.act1', 'relu'),
    ...unit('2.conv2', { stride: 2, groups: null }),
    module('2.act2', 'relu'),
    module('2.se', 'squeezeExcite', { ratio: 0.25 }),
    ...unit('2.conv3', { dim, kernelSize: 1 }),
  )
  return group(
    'downsample',
    1,
    sketch.body(sketch.residual(sketch.residual(small, 'add3', near('3.m')), 'add4', mlp('4.m'))),
  )
}

export const shvits: readonly Preset[] = presetsOf(
  {
    family: 'shvit',
    paper: {
      title: 'SHViT: Single-Head Vision Transformer with Memory Efficient Macro Design',
      authors: 'Yun, Ro',
      year: 2024,
      url: 'https://arxiv.org/abs/2401.16456',
    },
    preprocessing: imagenetPixels(0.875),
  },
  shvit,
  [
    [
      'shvit_s1',
      'SHViT-S1',
      { dims: [128, 224, 320], depths: [2, 4, 5], reading: [0, 48, 68] },
      'A single head of attention for a fifth of the channels.',
    ],
    [
      'shvit_s2',
      'SHViT-S2',
      { dims: [128, 308, 448], depths: [2, 4, 5], reading: [0, 66, 96] },
      'Widths from 128 to 448 channels.',
    ],
    [
      'shvit_s3',
      'SHViT-S3',
      { dims: [192, 352, 448], depths: [3, 5, 5], reading: [0, 75, 96] },
      'Widths from 192 to 448 channels.',
    ],
    [
      'shvit_s4',
      'SHViT-S4',
      { dims: [224, 336, 448], depths: [4, 7, 6], reading: [0, 72, 96], size: 256 },
      'Seventeen blocks, for pictures of 256 pixels.',
    ],
  ],
)
