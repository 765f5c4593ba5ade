/**
 * LeViT: a convolutional stem, then attention with distance biases on three ever smaller maps; BatchNorm everywhere.
 *
 * Graham et al. 2021, https://arxiv.org/abs/2104.01136
 */
import { type Document, type DocumentNode, type GroupNode, IN } from '../document/types'
import type { Attributes } from '../schema/schema'
import { convNorm, differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type PresetRow, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface LevitSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  readonly heads: readonly number[]
  readonly keyDim: number
  /** Pixels per position of the first map. */
  readonly stem?: 8 | 16
  readonly act?: 'hardswish' | 'silu'
  /** Weights kept as 1×1 convolutions. */
  readonly conv?: boolean
  /** Two classifiers whose answers are averaged. */
  readonly distilled?: boolean
  readonly classes?: number
  readonly size?: number
}

export function levit(name: string, sizes: LevitSizes): Document {
  const { depths, size = 224 } = sizes
  const stages = depths.map((depth, stage) => {
    const mixer = module('attn', 'distanceAttention', {
      heads: sizes.heads[stage] ?? 1,
      windowSize: null,
      ...attentionStyle(sizes),
    })
    const blocks = group('blocks.0', depth, preNormBlock({ mixer, mlp: mlp(sizes), norm: null }))
    const title = `Stage ${stage + 1}`
    return group({ id: `stages.${stage}`, title }, 1, chain(...downsample(sizes, stage), blocks))
  })
  return design(name, chain(stem(sizes), ...stages, head(sizes)), size)
}

const style = ({ act = 'hardswish', conv }: LevitSizes): Attributes => ({
  ...differing({ act }, { act: 'hardswish' }),
  ...(conv ? { weights: 'conv' } : {}),
})

const attentionStyle = (sizes: LevitSizes): Attributes => ({
  ...style(sizes),
  ...differing({ keyDim: sizes.keyDim }, { keyDim: 32 }),
})

/** Strided convolutions whose width doubles up to that of the first stage. */
function stem({ dims: [dim = 128], stem = 16, act = 'hardswish' }: LevitSizes): GroupNode {
  const depth = Math.log2(stem)
  const nodes = Array.from({ length: depth }, (_, index): DocumentNode[] => [
    ...(index === 0 ? [] : [module(`act${index}`, act)]),
    ...convNorm(`conv${index + 1}`, { dim: dim / 2 ** (depth - 1 - index), stride: 2, bias: false }, [
      'linear',
      'bn',
    ]),
  ])
  return group('stem', 1, chain(...nodes.flat()))
}

/** Attention without a shortcut, as the map shrinks, and an MLP with one. */
function downsample(sizes: LevitSizes, stage: number): readonly GroupNode[] {
  if (stage === 0) return []
  const shrink = module('attn_downsample', 'attentionDownsample', {
    dim: sizes.dims[stage] ?? null,
    ...attentionStyle(sizes),
  })
  const sketch = new Sketch()
  const small = sketch.chain(IN, shrink)
  return [group('downsample', 1, sketch.body(sketch.residual(small, 'add', [mlp(sizes)])))]
}

const mlp = (sizes: LevitSizes) =>
  module(
    { id: 'mlp', keys: { fc1: 'ln1.linear', norm1: 'ln1.bn', fc2: 'ln2.linear', norm2: 'ln2.bn' } },
    'mlp',
    { mlpRatio: 2, linearNorm: 'batchNorm', bias: false, act: 'hardswish', ...style(sizes) },
  )

function head({ classes = 1000, distilled }: LevitSizes): DocumentNode {
  const attrs: Attributes = { ...differing({ classes }, { classes: 1000 }), norm: 'batchNorm' }
  if (!distilled) return module({ id: 'head', keys: { norm: 'bn', fc: 'linear' } }, 'poolHead', attrs)
  const keys = {
    head: 'head.linear',
    'head.norm': 'head.bn',
    head_dist: 'head_dist.linear',
    'head_dist.norm': 'head_dist.bn',
  }
  return module({ id: 'head', key: '', keys }, 'distilledHead', { ...attrs, reads: 'mean' })
}

// --- the models --------------------------------------------------------------------------------------------------

const fours = { depths: [4, 4, 4], distilled: true }
const deep = { depths: [4, 8, 6], act: 'silu' } as const
const of384 = { dims: [384, 512, 768], heads: [6, 9, 12], keyDim: 32 }

const rows: readonly PresetRow<LevitSizes>[] = [
  [
    'levit_128s',
    'LeViT-128S',
    { dims: [128, 256, 384], depths: [2, 3, 4], heads: [4, 6, 8], keyDim: 16, distilled: true },
    'The smallest: nine blocks whose keys are 16 wide, made for fast inference on processors.',
  ],
  [
    'levit_128',
    'LeViT-128',
    { ...fours, dims: [128, 256, 384], heads: [4, 8, 12], keyDim: 16 },
    'Four blocks on each of three maps.',
  ],
  [
    'levit_192',
    'LeViT-192',
    { ...fours, dims: [192, 288, 384], heads: [3, 5, 6], keyDim: 32 },
    'Keys of 32 and fewer heads.',
  ],
  [
    'levit_256',
    'LeViT-256',
    { ...fours, dims: [256, 384, 512], heads: [4, 6, 8], keyDim: 32 },
    'Widths from 256 to 512 channels.',
  ],
  ['levit_384', 'LeViT-384', { ...fours, ...of384 }, 'The largest LeViT of the paper.'],
  [
    'levit_384_s8',
    'LeViT-384 stride 8',
    { ...fours, ...of384, stem: 8, act: 'silu' },
    'Starts on a map of 28×28 with SiLU: a size of timm’s.',
  ],
  [
    'levit_512_s8',
    'LeViT-512 stride 8',
    { dims: [512, 640, 896], depths: [4, 4, 4], heads: [8, 10, 14], keyDim: 64, stem: 8, act: 'silu' },
    'Starts on a map of 28×28 at 512 channels: a size of timm’s.',
  ],
  [
    'levit_512',
    'LeViT-512',
    { dims: [512, 768, 1024], depths: [4, 4, 4], heads: [8, 12, 16], keyDim: 64, act: 'silu' },
    'Wider than the paper’s, with SiLU and one classifier: a size of timm’s.',
  ],
  [
    'levit_256d',
    'LeViT-256D',
    { ...deep, dims: [256, 384, 512], heads: [4, 6, 8], keyDim: 32 },
    'Deeper than the paper’s: eighteen blocks.',
  ],
  [
    'levit_512d',
    'LeViT-512D',
    { ...deep, dims: [512, 640, 768], heads: [8, 10, 12], keyDim: 64 },
    'Deeper and wider than the paper’s.',
  ],
]

const asConvolutions = rows.map(
  ([id, title, sizes]): PresetRow<LevitSizes> => [
    id.replace('levit', 'levit_conv'),
    `${title} (convolutions)`,
    { ...sizes, conv: true },
    `${title} whose linear layers are kept as 1×1 convolutions; the computation is the same.`,
  ],
)

export const levits: readonly Preset[] = presetsOf(
  {
    family: 'levit',
    paper: {
      title: 'LeViT: a Vision Transformer in ConvNet’s Clothing for Faster Inference',
      authors: 'Graham et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2104.01136',
    },
    preprocessing: imagenetPixels(0.9),
  },
  levit,
  [...rows, ...asConvolutions],
)
