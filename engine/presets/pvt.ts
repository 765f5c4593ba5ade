/**
 * Pyramid Vision Transformers: four stages of attention whose keys come from a smaller map.
 *
 * Wang et al. 2021, https://arxiv.org/abs/2102.12122 (v1: patches, position embeddings, a class token in the last
 * stage) and https://arxiv.org/abs/2106.13797 (v2: overlapping patches, a depthwise convolution in the MLP).
 */
import type { Document } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

export interface PvtSizes {
  readonly depths: readonly number[]
  readonly dims: readonly number[]
  readonly heads: readonly number[]
  readonly mlpRatios: readonly number[]
  readonly ratios?: readonly number[]
  /** Keys and values from a map of fixed size, so that attention costs linearly much (v2). */
  readonly linear?: boolean
  /** Attention among binary codes, but for the last stage (EcoFormer). */
  readonly hashed?: boolean
  readonly classes?: number
  readonly size?: number
}

const torchNorm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

const attention = ({ depths, heads, ratios = [8, 4, 2, 1], linear, hashed }: PvtSizes, stage: number) =>
  hashed && stage < depths.length - 1
    ? module('attn', 'hashedAttention', { heads: heads[stage] ?? 1, anchors: 25 })
    : module('attn', 'spatialReduction', {
        heads: heads[stage] ?? 1,
        ...(linear ? { reduction: 'pool' } : differing({ ratio: ratios[stage] ?? 1 }, { ratio: 2 })),
      })

export function pvtV2(name: string, sizes: PvtSizes): Document {
  const { depths, dims, mlpRatios, linear, classes = 1000, size = 224 } = sizes
  const stem = module({ id: 'patch_embed', keys: { conv: 'proj' } }, 'overlapStem', {
    ...differing({ dim: dims[0] ?? 64 }, { dim: 64 }),
    padding: 3,
    norm: torchNorm,
  })
  const stages = depths.map((depth, stage) => {
    const mlp = module('mlp', 'depthwiseMlp', {
      ...differing({ mlpRatio: mlpRatios[stage] ?? 4 }, { mlpRatio: 4 }),
      ...(linear ? { firstAct: 'relu' } : {}),
    })
    const downsample = module({ id: 'downsample', keys: { conv: 'proj' } }, 'convDownsample', {
      dim: dims[stage] ?? null,
      norm: torchNorm,
      normOrder: 'after',
    })
    const blocks = group('blocks.0', depth, preNormBlock({ mixer: attention(sizes, stage), mlp }))
    const norm = module('norm', 'layerNorm')
    const body = stage === 0 ? chain(blocks, norm) : chain(downsample, blocks, norm)
    return group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, body)
  })
  const head = module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
    ...differing({ classes }, { classes: 1000 }),
    norm: 'noNorm',
  })
  return design(name, chain(stem, ...stages, head), size)
}

export function pvt(name: string, sizes: PvtSizes): Document {
  const { depths, dims, mlpRatios, classes = 1000, size = 224 } = sizes
  const stages = depths.map((depth, stage) => {
    const number = stage + 1
    const patches = module(
      { id: 'patch_embed', key: `patch_embed${number}`, keys: { conv: 'proj' } },
      'convDownsample',
      {
        dim: dims[stage] ?? null,
        ...(stage === 0 ? { kernelSize: 4, stride: 4 } : { kernelSize: 2 }),
        norm: torchNorm,
        normOrder: 'after',
      },
    )
    const token = stage === depths.length - 1 ? [module('cls_token', 'classToken')] : []
    const positions = module({ id: 'pos_embed', key: `pos_embed${number}` }, 'positionEmbedding')
    const mlp = module('mlp', 'mlp', differing({ mlpRatio: mlpRatios[stage] ?? 4 }, { mlpRatio: 4 }))
    const block = preNormBlock({ mixer: attention(sizes, stage), mlp })
    const blocks = group({ id: 'blocks.0', key: `block${number}.0` }, depth, block)
    const title = `Stage ${number}`
    return group({ id: `stages.${stage}`, key: '', title }, 1, chain(patches, ...token, positions, blocks))
  })
  const head = module('head', 'classTokenHead', differing({ classes }, { classes: 1000 }))
  return design(name, chain(...stages, module('norm', 'layerNorm'), head), size)
}

// --- the models --------------------------------------------------------------------------------------------------

const usual = { dims: [64, 128, 320, 512], heads: [1, 2, 5, 8], mlpRatios: [8, 8, 4, 4] }

const narrow = { ...usual, dims: [32, 64, 160, 256], depths: [2, 2, 2, 2] }

const v1: readonly Preset[] = presetsOf(
  {
    family: 'pvt',
    paper: {
      title: 'Pyramid Vision Transformer: A Versatile Backbone for Dense Prediction without Convolutions',
      authors: 'Wang et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2102.12122',
    },
    preprocessing: imagenetPixels(0.9),
  },
  pvt,
  [
    [
      'pvt_tiny',
      'PVT-Tiny',
      { ...usual, depths: [2, 2, 2, 2] },
      'Attention on a pyramid of maps: keys come from a map up to eight times smaller.',
    ],
    [
      'pvt_small',
      'PVT-Small',
      { ...usual, depths: [3, 4, 6, 3] },
      'Blocks as in ResNet-50, with attention in place of convolutions.',
    ],
    ['pvt_medium', 'PVT-Medium', { ...usual, depths: [3, 4, 18, 3] }, 'Eighteen blocks in the third stage.'],
    ['pvt_large', 'PVT-Large', { ...usual, depths: [3, 8, 27, 3] }, 'Forty-one blocks.'],
  ],
)

const v2: readonly Preset[] = presetsOf(
  {
    family: 'pvt_v2',
    paper: {
      title: 'PVT v2: Improved Baselines with Pyramid Vision Transformer',
      authors: 'Wang et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2106.13797',
    },
    preprocessing: imagenetPixels(0.9),
  },
  pvtV2,
  [
    [
      'pvt_v2_b0',
      'PVTv2-B0',
      narrow,
      'The smallest: positions come from a depthwise convolution in the MLP.',
    ],
    ['pvt_v2_b1', 'PVTv2-B1', { ...usual, depths: [2, 2, 2, 2] }, 'B0 at twice the width.'],
    ['pvt_v2_b2', 'PVTv2-B2', { ...usual, depths: [3, 4, 6, 3] }, 'The size of ResNet-50 and Swin-T.'],
    [
      'pvt_v2_b2_li',
      'PVTv2-B2-Li',
      { ...usual, depths: [3, 4, 6, 3], linear: true },
      'Keys and values pooled to 7×7: attention of linear cost.',
    ],
    ['pvt_v2_b3', 'PVTv2-B3', { ...usual, depths: [3, 4, 18, 3] }, 'Eighteen blocks in the third stage.'],
    ['pvt_v2_b4', 'PVTv2-B4', { ...usual, depths: [3, 8, 27, 3] }, 'Forty-one blocks.'],
    [
      'pvt_v2_b5',
      'PVTv2-B5',
      { ...usual, mlpRatios: [4, 4, 4, 4], depths: [3, 6, 40, 3] },
      'Forty blocks in the third stage, with a narrower MLP before it.',
    ],
  ],
)

const ecoformer = (top1: number): { published: Published } => ({
  published: { top1, source: 'EcoFormer (Liu et al. 2022), README' },
})

const hashed: readonly Preset[] = presetsOf(
  {
    family: 'ecoformer',
    paper: {
      title: 'EcoFormer: Energy-Saving Attention with Linear Complexity',
      authors: 'Liu et al.',
      year: 2022,
      url: 'https://arxiv.org/abs/2209.09004',
    },
    preprocessing: imagenetPixels(0.9),
  },
  pvtV2,
  [
    [
      'pvt_v2_b0_ecoformer',
      'EcoFormer (PVTv2-B0)',
      { ...narrow, hashed: true },
      'PVTv2-B0 whose first three stages attend by codes of sixteen signs.',
      ecoformer(70.44),
    ],
    [
      'pvt_v2_b1_ecoformer',
      'EcoFormer (PVTv2-B1)',
      { ...usual, depths: [2, 2, 2, 2], hashed: true },
      'PVTv2-B1 with codes of signs.',
      ecoformer(78.38),
    ],
    [
      'pvt_v2_b2_ecoformer',
      'EcoFormer (PVTv2-B2)',
      { ...usual, depths: [3, 4, 6, 3], hashed: true },
      'PVTv2-B2 with codes of signs.',
      ecoformer(81.28),
    ],
  ],
)

export const pvts: readonly Preset[] = [...v1, ...v2, ...hashed]
