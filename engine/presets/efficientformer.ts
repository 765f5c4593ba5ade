/**
 * EfficientFormer: pooling and MLPs of convolutions where maps are large, attention in the last stage; found by
 * measuring on a phone. V2: no pooling, MLPs with a depthwise convolution, attention in the last two stages.
 *
 * Li et al. 2022, https://arxiv.org/abs/2206.01191 and https://arxiv.org/abs/2212.08059
 */
import {
  type Document,
  type DocumentNode,
  type GraphBody,
  type GroupNode,
  IN,
  type NodeOverride,
} from '../document/types'
import type { Paper } from '../modules/module'
import { convNorm, differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface EfficientFormerSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  /** How many of the last stage's blocks attend. */
  readonly attending: number
  readonly classes?: number
  readonly size?: number
}

const layerNorm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const
const scale = (half: 1 | 2) => [module(`ls${half}`, 'layerScale')]

export function efficientformer(name: string, sizes: EfficientFormerSizes): Document {
  const { dims, depths, attending, size = 224 } = sizes
  const stages = depths.map((depth, stage) => {
    const down = module('downsample', 'convDownsample', {
      dim: dims[stage] ?? null,
      norm: 'batchNorm',
      normOrder: 'after',
    })
    const last = stage === depths.length - 1 ? Math.min(attending, depth) : 0
    const pooled = depth - last
    const body = [
      ...(stage === 0 ? [] : [down]),
      ...(pooled > 0 ? [group('blocks.0', pooled, poolingBlock)] : []),
      ...(last > 0
        ? [module(`blocks.${pooled}`, 'toTokens'), group(`blocks.${pooled + 1}`, last, attentionBlock)]
        : []),
    ]
    return group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, chain(...body))
  })
  const norm = module('norm', layerNorm.module, layerNorm.attrs)
  return design(name, chain(stem(dims[0] ?? 48), ...stages, norm, head(sizes)), size)
}

const stem = (dim: number): GroupNode =>
  group(
    'stem',
    1,
    chain(
      module('conv1', 'convolution', { dim: dim / 2, stride: 2 }),
      module('norm1', 'batchNorm'),
      module('act1', 'relu'),
      module('conv2', 'convolution', { dim, stride: 2 }),
      module('norm2', 'batchNorm'),
      module('act2', 'relu'),
    ),
  )

const poolingBlock = preNormBlock({
  mixer: module('token_mixer', 'pooling'),
  mlp: module('mlp', 'mlp', { linearNorm: 'batchNorm', weights: 'conv' }),
  norm: null,
  scale,
})

const attentionBlock = preNormBlock({
  mixer: module(
    { id: 'token_mixer', keys: { 'qkv.linear': 'qkv', 'proj.ln.linear': 'proj' } },
    'distanceAttention',
    { heads: 8, valueRatio: 4, windowSize: null, norm: 'noNorm', act: 'noActivation', bias: true },
  ),
  mlp: module('mlp', 'mlp'),
  norm: layerNorm,
  scale,
})

const head = ({ classes = 1000 }: { readonly classes?: number }): DocumentNode =>
  module({ id: 'head', key: '' }, 'distilledHead', {
    ...differing({ classes }, { classes: 1000 }),
    reads: 'mean',
  })

// --- version 2 ---------------------------------------------------------------------------------------------------

export interface EfficientFormerV2Sizes extends EfficientFormerSizes {
  /** Hidden width of every block's MLP as a multiple of the channels, per stage. */
  readonly mlpRatios: readonly (readonly number[])[]
}

export function efficientformerV2(name: string, sizes: EfficientFormerV2Sizes): Document {
  const { dims, depths, size = 224 } = sizes
  const stages = depths.map((_, stage) => {
    const down = stage === 0 ? [] : [downsampleV2(dims[stage] ?? 1, stage > 2)]
    return group(
      { id: `stages.${stage}`, title: `Stage ${stage + 1}` },
      1,
      chain(...down, ...blocksV2(sizes, stage)),
    )
  })
  const norm = module('norm', 'batchNorm')
  return design(name, chain(stemV2(dims[0] ?? 32), ...stages, norm, head(sizes)), size)
}

const stemV2 = (dim: number): GroupNode =>
  group(
    'stem',
    1,
    chain(
      ...convNorm('conv1', { dim: dim / 2, stride: 2 }),
      module('act1', 'gelu'),
      ...convNorm('conv2', { dim, stride: 2 }),
      module('act2', 'gelu'),
    ),
  )

/** A strided convolution, and for the last stage attention beside it. */
function downsampleV2(dim: number, attends: boolean): DocumentNode {
  const convolution = { norm: 'batchNorm', normOrder: 'after' }
  const conv = module({ id: 'conv', keys: { norm: 'bn' } }, 'convDownsample', { dim, ...convolution })
  if (!attends) return group('downsample', 1, chain(conv))
  const keys = {
    'q.ln.linear': 'q.proj.conv',
    'q.ln.bn': 'q.proj.bn',
    'k.linear': 'k.conv',
    'v.linear': 'v.conv',
    'proj.ln.linear': 'proj.conv',
    'proj.ln.bn': 'proj.bn',
  }
  const attention = module({ id: 'attn', keys }, 'attentionDownsample', {
    ...{ dim, heads: 8, keyDim: 16, local: true, act: 'gelu', bias: true, weights: 'conv' },
  })
  const sketch = new Sketch()
  return group('downsample', 1, sketch.body(sketch.residual(IN, 'add', [attention], [conv])))
}

/** Blocks without attention, then those with it. */
function blocksV2({ depths, attending, mlpRatios }: EfficientFormerV2Sizes, stage: number): GroupNode[] {
  const depth = depths[stage] ?? 1
  const first = stage < 2 ? depth : Math.max(0, depth - attending)
  const ratios = Array.from({ length: depth }, (_, block) => mlpRatios[stage]?.[block] ?? 4)
  const run = (start: number, end: number, body: (ratio: number) => GraphBody): GroupNode[] => {
    const [usual = 4, ...others] = ratios.slice(start, end)
    const overrides: Record<string, Record<string, NodeOverride>> = {}
    for (const [index, mlpRatio] of others.entries())
      if (mlpRatio !== usual) overrides[index + 1] = { mlp: { attrs: { mlpRatio } } }
    const blocks = group(`blocks.${start}`, end - start, body(usual))
    return end > start ? [Object.keys(overrides).length > 0 ? { ...blocks, overrides } : blocks] : []
  }
  const attention = (ratio: number) => attentionBlockV2(ratio, stage === 2 ? 2 : 1)
  return [...run(0, first, convolutionBlockV2), ...run(first, depth, attention)]
}

function mlpV2(mlpRatio: number): DocumentNode {
  const keys = {
    ...{ fc1: 'fc1.conv', norm1: 'fc1.bn', dwconv: 'mid.conv' },
    ...{ norm2: 'mid.bn', fc2: 'fc2.conv', norm3: 'fc2.bn' },
  }
  return module({ id: 'mlp', keys }, 'depthwiseMlp', {
    ...differing({ mlpRatio }, { mlpRatio: 4 }),
    firstAct: 'gelu',
    norm: 'batchNorm',
    weights: 'conv',
  })
}

function convolutionBlockV2(mlpRatio: number): GraphBody {
  const sketch = new Sketch()
  return sketch.body(sketch.residual(IN, 'add2', [mlpV2(mlpRatio), ...scale(2)]))
}

function attentionBlockV2(mlpRatio: number, stride: number): GraphBody {
  const keys = {
    'q.linear': 'q.conv',
    'k.linear': 'k.conv',
    'v.linear': 'v.conv',
    'proj.linear': 'proj.conv',
  }
  const mixer = module(
    { id: 'token_mixer', keys },
    'localValueAttention',
    differing({ stride }, { stride: 2 }),
  )
  return preNormBlock({ mixer, mlp: mlpV2(mlpRatio), norm: null, scale })
}

// --- the models --------------------------------------------------------------------------------------------------

const paper: Paper = {
  title: 'EfficientFormer: Vision Transformers at MobileNet Speed',
  authors: 'Li et al.',
  year: 2022,
  url: 'https://arxiv.org/abs/2206.01191',
}
const paperV2: Paper = {
  title: 'Rethinking Vision Transformers for MobileNet Size and Speed',
  authors: 'Li et al.',
  year: 2022,
  url: 'https://arxiv.org/abs/2212.08059',
}
const table = (top1: number): { published: Published } => ({
  published: { top1, source: 'EfficientFormer (Li et al. 2022), README of its repository' },
})
const preprocessing = imagenetPixels(0.95)

const efficientformers = presetsOf({ family: 'efficientformer', paper, preprocessing }, efficientformer, [
  [
    'efficientformer_l1',
    'EfficientFormer-L1',
    { dims: [48, 96, 224, 448], depths: [3, 2, 6, 4], attending: 1 },
    'Pooling in all blocks but the last, which attends on a map of 7×7.',
    table(79.2),
  ],
  [
    'efficientformer_l3',
    'EfficientFormer-L3',
    { dims: [64, 128, 320, 512], depths: [4, 4, 12, 6], attending: 4 },
    'Four of twenty-six blocks attend.',
    table(82.4),
  ],
  [
    'efficientformer_l7',
    'EfficientFormer-L7',
    { dims: [96, 192, 384, 768], depths: [6, 6, 18, 8], attending: 8 },
    'All eight blocks of the last stage attend.',
    table(83.3),
  ],
])

const [four, three] = [
  (count: number) => Array.from({ length: count }, () => 4),
  (count: number) => Array.from({ length: count }, () => 3),
]

const efficientformersV2 = presetsOf(
  { family: 'efficientformer_v2', paper: paperV2, preprocessing },
  efficientformerV2,
  [
    [
      'efficientformerv2_s0',
      'EfficientFormerV2-S0',
      {
        dims: [32, 48, 96, 176],
        depths: [2, 2, 6, 4],
        attending: 2,
        mlpRatios: [four(2), four(2), [4, ...three(3), ...four(2)], [4, ...three(2), 4]],
      },
      'As small as MobileNetV2: sizes of every block found by search.',
    ],
    [
      'efficientformerv2_s1',
      'EfficientFormerV2-S1',
      {
        dims: [32, 48, 120, 224],
        depths: [3, 3, 9, 6],
        attending: 2,
        mlpRatios: [
          four(3),
          four(3),
          [...four(2), ...three(4), ...four(3)],
          [...four(2), ...three(2), ...four(2)],
        ],
      },
      'Twenty-one blocks, of which four attend.',
    ],
    [
      'efficientformerv2_s2',
      'EfficientFormerV2-S2',
      {
        dims: [32, 64, 144, 288],
        depths: [4, 4, 12, 8],
        attending: 4,
        mlpRatios: [
          four(4),
          four(4),
          [...four(2), ...three(6), ...four(4)],
          [...four(2), ...three(4), ...four(2)],
        ],
      },
      'Twenty-eight blocks, of which eight attend.',
    ],
    [
      'efficientformerv2_l',
      'EfficientFormerV2-L',
      {
        dims: [40, 80, 192, 384],
        depths: [5, 5, 15, 10],
        attending: 6,
        mlpRatios: [
          four(5),
          four(5),
          [...four(4), ...three(7), ...four(4)],
          [...four(3), ...three(4), ...four(3)],
        ],
      },
      'Thirty-five blocks, of which twelve attend.',
    ],
  ],
)

export const efficientFormers: readonly Preset[] = [...efficientformers, ...efficientformersV2]
