/**
 * RVT: a Vision Transformer made robust by a convolutional stem, convolutions in the MLP, mean pooling in place of a class token and,
 * with a star, a learned factor for every pair of positions.
 *
 * Mao et al. 2021, https://arxiv.org/abs/2105.07926
 */
import type { Document, DocumentNode, GroupNode, NodeOverride } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

export interface RvtSizes {
  /** Width of a head in every stage. */
  readonly headDims: readonly number[]
  readonly depths: readonly number[]
  readonly heads: readonly number[]
  readonly mlpRatio?: number
  /** How many of the first blocks scale their scores by position. */
  readonly scaled?: number
  readonly classes?: number
  readonly size?: number
}

/** At this width the published code has a plain MLP. */
const plainWidth = 768

export function rvt(name: string, sizes: RvtSizes): Document {
  const { headDims, depths, heads, classes = 1000, size = 224 } = sizes
  const dims = depths.map((_, stage) => (headDims[stage] ?? 32) * (heads[stage] ?? 1))
  const stages = depths.flatMap((_, stage): DocumentNode[] => {
    const body = chain(blocks(sizes, stage, dims[stage] ?? 64))
    const next = dims[stage + 1]
    const halving = { dim: next ?? null, stride: 2, groups: null }
    const pool = module({ id: `pools.${stage}`, key: `pools.${stage}.conv` }, 'convolution', halving)
    const transformer = group({ id: `transformers.${stage}`, title: `Stage ${stage + 1}` }, 1, body)
    return next === undefined ? [transformer] : [transformer, pool]
  })
  const head = module(
    { id: 'head', key: '', keys: { fc: 'head' } },
    'poolHead',
    differing({ classes }, { classes: 1000 }),
  )
  return design(name, chain(stem(dims[0] ?? 64), ...stages, head), size)
}

function stem(dim: number): GroupNode {
  const body = chain(
    module('0', 'convolution', { dim: 32, kernelSize: 7, stride: 2, padding: 2 }),
    module('1', 'batchNorm'),
    module('2', 'maxPool', { kernelSize: 3 }),
    module('3', 'convolution', { dim, kernelSize: 4, stride: 4 }),
  )
  return group({ id: 'patch_embed', key: 'patch_embed.proj', title: 'Stem' }, 1, body)
}

function blocks(
  { depths, heads, mlpRatio = 4, scaled = 0 }: RvtSizes,
  stage: number,
  dim: number,
): GroupNode {
  const depth = depths[stage] ?? 1
  const byPosition = stage === 0 ? Math.min(scaled, depth) : 0
  const position = { position: 'scaling' }
  const mixer = module('attn', 'attention', {
    heads: heads[stage] ?? 1,
    ...(byPosition === depth ? position : {}),
  })
  const mlp =
    dim === plainWidth
      ? module('mlp', 'mlp', differing({ mlpRatio }, { mlpRatio: 4 }))
      : feedForward(dim, Math.floor(dim * mlpRatio))
  const overrides: Record<string, Record<string, NodeOverride>> = {}
  if (byPosition < depth) for (let i = 0; i < byPosition; i++) overrides[i] = { attn: { attrs: position } }
  return {
    ...group('blocks.0', depth, preNormBlock({ mixer, mlp })),
    ...(Object.keys(overrides).length > 0 ? { overrides } : {}),
  }
}

function feedForward(dim: number, hidden: number): GroupNode {
  const body = chain(
    module('fc1', 'convolution', { dim: hidden, kernelSize: 1 }),
    module('bn1', 'batchNorm'),
    module('act1', 'gelu'),
    module('dwconv', 'convolution', { groups: null }),
    module('bn2', 'batchNorm'),
    module('act2', 'gelu'),
    module('fc2', 'convolution', { dim, kernelSize: 1 }),
    module('bn3', 'batchNorm'),
  )
  return group({ id: 'mlp', title: 'Convolutional MLP' }, 1, body)
}

// --- the models --------------------------------------------------------------------------------------------------

const table = (top1: number): Published => ({
  top1,
  source: 'RVT (Mao et al. 2021), README of the repository',
})
const tiny = { headDims: [32, 32], depths: [10, 2], heads: [6, 12] }
export const rvtSmall = { headDims: [64], depths: [12], heads: [6] }
const base = { headDims: [64], depths: [12], heads: [12] }

export const rvts: readonly Preset[] = presetsOf(
  {
    family: 'rvt',
    paper: {
      title: 'Towards Robust Vision Transformer',
      authors: 'Mao et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2105.07926',
    },
    preprocessing: imagenetPixels(0.9),
  },
  rvt,
  [
    [
      'rvt_tiny',
      'RVT-Ti',
      tiny,
      'Ten blocks, a pooling, and two more; convolutions in the stem and the MLP.',
      { published: table(78.4) },
    ],
    [
      'rvt_tiny_plus',
      'RVT-Ti*',
      { ...tiny, scaled: 10 },
      'RVT-Ti with a learned factor for every pair of positions.',
      { published: table(79.3) },
    ],
    ['rvt_small', 'RVT-S', rvtSmall, 'Twelve blocks on one resolution.', { published: table(81.7) }],
    [
      'rvt_small_plus',
      'RVT-S*',
      { ...rvtSmall, scaled: 5 },
      'RVT-S with learned factors for pairs in five blocks.',
      { published: table(81.8) },
    ],
    ['rvt_base', 'RVT-B', base, 'Twelve heads; its MLPs are plain ones.'],
    [
      'rvt_base_plus',
      'RVT-B*',
      { ...base, scaled: 5 },
      'RVT-B with learned factors for pairs in five blocks.',
    ],
  ],
)
