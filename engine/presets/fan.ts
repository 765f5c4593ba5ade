/**
 * FAN: fully attentional networks. Tokens attend to tokens, and in place of an MLP channels attend to channels; a class token gathers
 * in two blocks at the end.
 *
 * Zhou et al. 2022, https://arxiv.org/abs/2204.12451
 */
import type { Document, DocumentNode } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'
import { classBlock, stem as patches } from './xcit'

export interface FanSizes {
  readonly dim: number
  readonly depth: number
  readonly heads: number
  /** 16, 8 or 4: each convolution of the stem halves the map. */
  readonly patch?: number
  readonly classes?: number
  readonly size?: number
}

export function fan(
  name: string,
  { dim, depth, heads, patch = 16, classes = 1000, size = 224 }: FanSizes,
): Document {
  const block = preNormBlock({
    mixer: module('attn', 'spatialReduction', { heads, ratio: 1 }),
    mlp: module('mlp', 'channelGateMlp', { heads }),
    scale,
  })
  const nodes = [
    patches(dim, patch),
    module({ id: 'pos_embed', key: '', keys: { encoding: 'pos_embed' } }, 'positionEmbedding', {
      positions: 'projected',
    }),
    group('blocks.0', depth, block),
    module('cls_token', 'classToken'),
    group('cls_attn_blocks.0', 2, classBlock(heads, true)),
    module('norm', 'layerNorm'),
    module('head', 'classTokenHead', differing({ classes }, { classes: 1000 })),
  ]
  return design(name, chain(...nodes), size)
}

const scale = (half: 1 | 2): DocumentNode[] => [
  module({ id: `gamma${half}`, keys: { gamma: '' } }, 'layerScale'),
]

// --- the models --------------------------------------------------------------------------------------------------

const table = (top1: number): Published => ({
  top1,
  source: 'FAN (Zhou et al. 2022), README of the repository',
})

export const fans: readonly Preset[] = presetsOf(
  {
    family: 'fan',
    paper: {
      title: 'Understanding The Robustness in Vision Transformers',
      authors: 'Zhou et al.',
      year: 2022,
      url: 'https://arxiv.org/abs/2204.12451',
    },
    preprocessing: imagenetPixels(1),
  },
  fan,
  [
    [
      'fan_tiny_12_p16_224',
      'FAN-T-ViT',
      { dim: 192, depth: 12, heads: 4 },
      'Attention among tokens, then among channels, twelve times.',
      { published: table(79.2) },
    ],
    [
      'fan_small_12_p16_224',
      'FAN-S-ViT',
      { dim: 384, depth: 12, heads: 8 },
      'FAN-T at twice the width.',
      { published: table(82.5) },
    ],
    [
      'fan_base_18_p16_224',
      'FAN-B-ViT',
      { dim: 448, depth: 18, heads: 8 },
      'Eighteen blocks of 448 channels.',
      { published: table(83.6) },
    ],
    [
      'fan_large_24_p16_224',
      'FAN-L-ViT',
      { dim: 480, depth: 24, heads: 10 },
      'Twenty-four blocks of 480 channels.',
      { published: table(83.9) },
    ],
  ],
)
