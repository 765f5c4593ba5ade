/**
 * DaViT: blocks in pairs, one whose tokens attend inside windows and one whose channels attend to each other.
 *
 * Ding et al. 2022, https://arxiv.org/abs/2204.03645
 */
import type { Document, GroupNode, ModuleNode } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

export interface DavitSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  readonly heads: readonly number[]
  readonly window?: number
  /** As in Florence-2: windows of 3×3 between stages, and queries of channels that ask keys. */
  readonly florence?: boolean
  readonly classes?: number
  readonly size?: number
}

const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

export function davit(name: string, sizes: DavitSizes): Document {
  const { dims, depths, florence, classes = 1000, size = 224 } = sizes
  const stem = module('stem', 'overlapStem', {
    ...differing({ dim: dims[0] ?? 96 }, { dim: 64 }),
    padding: 3,
    norm,
  })
  const stages = depths.map((depth, stage) => {
    const down = module('downsample', 'convDownsample', {
      ...differing({ dim: dims[stage] ?? 1, kernelSize: florence ? 3 : 2 }, { kernelSize: 3 }),
      norm,
    })
    const pair = chain(tokenBlock(sizes, stage), channelBlock(sizes, stage))
    const blocks = group('blocks.0', depth, pair)
    return group(
      { id: `stages.${stage}`, title: `Stage ${stage + 1}` },
      1,
      stage === 0 ? chain(blocks) : chain(down, blocks),
    )
  })
  const head = module('head', 'poolHead', { ...differing({ classes }, { classes: 1000 }), norm })
  return design(name, chain(stem, ...stages, head), size)
}

function tokenBlock({ heads, window = 7, florence }: DavitSizes, stage: number): GroupNode {
  const mixer = module('attn', 'windowAttention', {
    ...{ heads: heads[stage] ?? 1, position: 'none' },
    ...differing({ windowSize: window }, { windowSize: 7 }),
  })
  return block(florence ? 'spatial_block' : '0', mixer)
}

function channelBlock({ heads, florence }: DavitSizes, stage: number): GroupNode {
  const scores = florence ? { scores: 'tokens' } : { scores: 'head', roles: 'keysAsk' }
  const mixer = module('attn', 'crossCovariance', { heads: heads[stage] ?? 1, ...scores })
  return block(florence ? 'channel_block' : '1', mixer)
}

/** A position encoding before each half. */
function block(id: string, mixer: ModuleNode): GroupNode {
  const position = (half: 1 | 2) => module(`cpe${half}`, 'conditionalPosition')
  const second = [position(2)]
  return group(id, 1, preNormBlock({ mixer, mlp: module('mlp', 'mlp'), norm, first: [position(1)], second }))
}

// --- the models --------------------------------------------------------------------------------------------------

const nine = [1, 1, 9, 1]
const base = { dims: [128, 256, 512, 1024], depths: nine, heads: [4, 8, 16, 32] }
const huge = { dims: [256, 512, 1024, 2048], depths: nine, heads: [8, 16, 32, 64] }
const florence = { florence: true, window: 12, size: 768, classes: 0 }

export const davits: readonly Preset[] = presetsOf(
  {
    family: 'davit',
    paper: {
      title: 'DaViT: Dual Attention Vision Transformers',
      authors: 'Ding et al.',
      year: 2022,
      url: 'https://arxiv.org/abs/2204.03645',
    },
    preprocessing: imagenetPixels(0.95),
  },
  davit,
  [
    [
      'davit_tiny',
      'DaViT-T',
      { dims: [96, 192, 384, 768], depths: [1, 1, 3, 1], heads: [3, 6, 12, 24] },
      'Tokens attend inside windows and channels across the whole map, in turns.',
    ],
    [
      'davit_small',
      'DaViT-S',
      { dims: [96, 192, 384, 768], depths: nine, heads: [3, 6, 12, 24] },
      'Nine pairs of blocks in the third stage.',
    ],
    ['davit_base', 'DaViT-B', base, 'Widths from 128 to 1024 channels.'],
    [
      'davit_large',
      'DaViT-L',
      { dims: [192, 384, 768, 1536], depths: nine, heads: [6, 12, 24, 48] },
      'Widths from 192 to 1536 channels.',
    ],
    ['davit_huge', 'DaViT-H', huge, 'Widths from 256 to 2048 channels.'],
    [
      'davit_giant',
      'DaViT-g',
      { dims: [384, 768, 1536, 3072], depths: [1, 1, 12, 3], heads: [12, 24, 48, 96] },
      'More than a billion parameters.',
    ],
    [
      'davit_base_fl',
      'DaViT-B (Florence-2)',
      { ...base, ...florence },
      'The eye of Florence-2: windows of 12×12 on pictures of 768 pixels, no classifier.',
    ],
    ['davit_huge_fl', 'DaViT-H (Florence-2)', { ...huge, ...florence }, 'The eye of the large Florence-2.'],
  ],
)
