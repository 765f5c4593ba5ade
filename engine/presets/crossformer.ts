/**
 * CrossFormers: tokens that see several scales, attention in windows and in sparse grids by turns, biases by an MLP of the offset.
 *
 * Wang et al. 2021, https://arxiv.org/abs/2108.00154
 */
import type { Document, GroupNode, NodeOverride } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

export interface CrossformerSizes {
  readonly dim: number
  readonly depths: readonly number[]
  readonly heads: readonly number[]
  readonly groups?: readonly number[]
  readonly intervals?: readonly number[]
  readonly mlpRatio?: number
  readonly classes?: number
  readonly size?: number
}

const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

export function crossformer(name: string, sizes: CrossformerSizes): Document {
  const { dim, depths, classes = 1000, size = 224 } = sizes
  const stem = module('patch_embed', 'crossScaleStem', differing({ dim }, { dim: 96 }))
  const stages = depths.map((_, stage) => {
    const downsample = stage === depths.length - 1 ? [] : [module('downsample', 'crossScaleMerging')]
    const title = `Stage ${stage + 1}`
    return group({ id: `layers.${stage}`, title }, 1, chain(blocks(sizes, stage), ...downsample))
  })
  const head = module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
    ...differing({ classes }, { classes: 1000 }),
    norm: 'noNorm',
  })
  return design(name, chain(stem, ...stages, module('norm', norm.module, norm.attrs), head), size)
}

/** Short distances in even blocks, long ones in odd blocks. */
function blocks(sizes: CrossformerSizes, stage: number): GroupNode {
  const { depths, heads, groups = [7, 7, 7, 7], intervals = [8, 4, 2, 1], mlpRatio = 4 } = sizes
  const depth = depths[stage] ?? 1
  const usual = {
    heads: heads[stage] ?? 1,
    ...differing({ windowSize: groups[stage] ?? 7 }, { windowSize: 7 }),
  }
  const mixer = module('attn', 'windowAttention', { ...usual, position: 'mlp', padding: 'masked' })
  const far = { attn: { module: 'dilatedAttention', attrs: { ...usual, interval: intervals[stage] ?? 1 } } }
  const overrides: Record<string, Record<string, NodeOverride>> = {}
  for (let block = 1; block < depth; block += 2) overrides[block] = far
  const mlp = module('mlp', 'mlp', differing({ mlpRatio }, { mlpRatio: 4 }))
  return {
    ...group('blocks.0', depth, preNormBlock({ mixer, mlp, norm })),
    ...(depth > 1 ? { overrides } : {}),
  }
}

// --- the models --------------------------------------------------------------------------------------------------

const table = (top1: number): Published => ({
  top1,
  source: 'CrossFormer (Wang et al. 2021), README of the repository',
})
const small = { dim: 96, heads: [3, 6, 12, 24] }

export const crossformers: readonly Preset[] = presetsOf(
  {
    family: 'crossformer',
    paper: {
      title: 'CrossFormer: A Versatile Vision Transformer Hinging on Cross-scale Attention',
      authors: 'Wang et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2108.00154',
    },
    preprocessing: imagenetPixels(0.875),
  },
  crossformer,
  [
    [
      'crossformer_tiny',
      'CrossFormer-T',
      { dim: 64, depths: [1, 1, 8, 6], heads: [2, 4, 8, 16] },
      'Tokens that see four scales; windows and sparse grids by turns.',
      { published: table(81.5) },
    ],
    [
      'crossformer_small',
      'CrossFormer-S',
      { ...small, depths: [2, 2, 6, 2] },
      'The size of Swin-T.',
      { published: table(82.5) },
    ],
    [
      'crossformer_base',
      'CrossFormer-B',
      { ...small, depths: [2, 2, 18, 2] },
      'Eighteen blocks in the third stage.',
      { published: table(83.4) },
    ],
    [
      'crossformer_large',
      'CrossFormer-L',
      { dim: 128, heads: [4, 8, 16, 32], depths: [2, 2, 18, 2] },
      'Widths from 128 to 1024 channels.',
      { published: table(84) },
    ],
  ],
)
