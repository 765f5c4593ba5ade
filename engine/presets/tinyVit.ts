/**
 * TinyViT: a stage of inverted bottlenecks, then attention in windows with distance biases and a depthwise
 * convolution between attention and MLP.
 *
 * Wu et al. 2022, https://arxiv.org/abs/2207.10666
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import type { Attributes } from '../schema/schema'
import { convNorm, differing } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface TinyVitSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  readonly heads: readonly number[]
  readonly windows: readonly number[]
  readonly classes?: number
  readonly size?: number
}

const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

export function tinyVit(name: string, sizes: TinyVitSizes): Document {
  const { dims, depths, classes = 1000, size = 224 } = sizes
  const [dim = 64] = dims
  const stem = group(
    'patch_embed',
    1,
    chain(
      ...convNorm('conv1', { dim: dim / 2, stride: 2, bias: false }),
      module('act', 'gelu'),
      ...convNorm('conv2', { dim, stride: 2, bias: false }),
    ),
  )
  const stages = depths.map((depth, stage) => {
    const body =
      stage === 0
        ? chain(group('blocks.0', depth, bottleneck))
        : chain(downsample(dims[stage] ?? 1), group('blocks.0', depth, block(sizes, stage)))
    return group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, body)
  })
  const head = module('head', 'poolHead', { ...differing({ classes }, { classes: 1000 }), norm })
  return design(name, chain(stem, ...stages, head), size)
}

/** Three convolutions with BatchNorm: 1×1, depthwise 3×3, 1×1. */
const bottleneckLayers = (wide: Attributes, stride: number, out: Attributes): DocumentNode[] => [
  ...convNorm('conv1', { ...wide, kernelSize: 1, bias: false }),
  module('act1', 'gelu'),
  ...convNorm('conv2', { ...differing({ stride }, { stride: 1 }), groups: null, bias: false }),
  module('act2', 'gelu'),
  ...convNorm('conv3', { ...out, kernelSize: 1, bias: false }),
]

const bottleneck: GraphBody = (() => {
  const sketch = new Sketch()
  const sum = sketch.residual(IN, 'add', bottleneckLayers({ ratio: 4 }, 1, { ratio: 0.25 }))
  return sketch.body(sketch.chain(sum, module('act3', 'gelu')))
})()

const downsample = (dim: number) => group('downsample', 1, chain(...bottleneckLayers({ dim }, 2, {})))

/** Both norms are parts of what they come before. */
function block({ dims, heads: headCounts, windows }: TinyVitSizes, stage: number): GraphBody {
  const heads = headCounts[stage] ?? 1
  const attention = module(
    { id: 'attn', keys: { 'qkv.linear': 'qkv', 'proj.ln.linear': 'proj' } },
    'distanceAttention',
    {
      ...differing(
        { keyDim: (dims[stage] ?? 1) / heads, windowSize: windows[stage] ?? 7 },
        { keyDim: 32, windowSize: 14 },
      ),
      ...{ heads, valueRatio: 1, before: norm, norm: 'noNorm', act: 'noActivation', bias: true },
    },
  )
  const mlp = [module('mlp.norm', norm.module, norm.attrs), module('mlp', 'mlp')]
  const sketch = new Sketch()
  const attended = sketch.residual(IN, 'add1', [attention])
  const near = sketch.chain(attended, ...convNorm('local_conv', { groups: null, bias: false }))
  return sketch.body(sketch.residual(near, 'add2', mlp))
}

// --- the models --------------------------------------------------------------------------------------------------

const depths = [2, 2, 6, 2]
/** As pre-trained on ImageNet-22k. */
const at224 = { depths, windows: [7, 7, 14, 7], classes: 21841 }
const of5m = { dims: [64, 128, 160, 320], heads: [2, 4, 5, 10] }
const of11m = { dims: [64, 128, 256, 448], heads: [2, 4, 8, 14] }
const of21m = { dims: [96, 192, 384, 576], heads: [3, 6, 12, 18] }

const table = (top1: number): { published: Published } => ({
  published: {
    top1,
    source: 'TinyViT (Wu et al. 2022), README of its repository: distilled on ImageNet-22k, then fine-tuned',
  },
})
const whole = { preprocessing: imagenetPixels(1) }

export const tinyVits: readonly Preset[] = presetsOf(
  {
    family: 'tiny_vit',
    paper: {
      title: 'TinyViT: Fast Pretraining Distillation for Small Vision Transformers',
      authors: 'Wu et al.',
      year: 2022,
      url: 'https://arxiv.org/abs/2207.10666',
    },
    preprocessing: imagenetPixels(0.95),
  },
  tinyVit,
  [
    [
      'tiny_vit_5m_224',
      'TinyViT-5M',
      { ...at224, ...of5m },
      'Convolutions first, then windows of 7, 14 and 7 positions that attend by themselves.',
    ],
    ['tiny_vit_11m_224', 'TinyViT-11M', { ...at224, ...of11m }, 'Widths from 64 to 448 channels.'],
    ['tiny_vit_21m_224', 'TinyViT-21M', { ...at224, ...of21m }, 'Widths from 96 to 576 channels.'],
    [
      'tiny_vit_21m_384',
      'TinyViT-21M 384',
      { ...of21m, depths, windows: [12, 12, 24, 12], size: 384 },
      'TinyViT-21M with larger windows on larger pictures.',
      { ...whole, ...table(86.2) },
    ],
    [
      'tiny_vit_21m_512',
      'TinyViT-21M 512',
      { ...of21m, depths, windows: [16, 16, 32, 16], size: 512 },
      'TinyViT-21M on pictures of 512 pixels.',
      { ...whole, ...table(86.5) },
    ],
  ],
)
