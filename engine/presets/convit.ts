/**
 * ConViT: a Vision Transformer whose first blocks begin as convolutions, by attention with gated positions.
 *
 * d'Ascoli et al. 2021, https://arxiv.org/abs/2103.10697
 */
import type { Document } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

export interface ConvitSizes {
  readonly dim: number
  readonly depth: number
  readonly heads: number
  /** Blocks with gated positions; the class token joins after them. */
  readonly localDepth?: number
  readonly patch?: number
  readonly classes?: number
  readonly size?: number
}

export function convit(name: string, sizes: ConvitSizes): Document {
  const { dim, depth, heads, localDepth = 10, patch = 16, classes = 1000, size = 224 } = sizes
  const stem = module('patch_embed', 'patchStem', {
    ...differing({ dim }, { dim: 768 }),
    ...differing({ patchSize: patch }, { patchSize: 16 }),
  })
  const mlp = module('mlp', 'mlp')
  const local = module('attn', 'gatedPosition', { heads })
  const global = module('attn', 'attention', { heads, qkvBias: false })
  const graph = chain(
    stem,
    module('pos_embed', 'positionEmbedding'),
    group({ id: 'blocks.0', title: 'Gated blocks' }, localDepth, preNormBlock({ mixer: local, mlp })),
    module('cls_token', 'classToken'),
    group(
      { id: `blocks.${localDepth}`, title: 'Blocks' },
      depth - localDepth,
      preNormBlock({ mixer: global, mlp }),
    ),
    module('norm', 'layerNorm'),
    module('head', 'classTokenHead', differing({ classes }, { classes: 1000 })),
  )
  return design(name, graph, size)
}

export const convits: readonly Preset[] = presetsOf(
  {
    family: 'convit',
    paper: {
      title: 'ConViT: Improving Vision Transformers with Soft Convolutional Inductive Biases',
      authors: "d'Ascoli et al.",
      year: 2021,
      url: 'https://arxiv.org/abs/2103.10697',
    },
    preprocessing: imagenetPixels(0.875),
  },
  convit,
  [
    [
      'convit_tiny',
      'ConViT-Ti',
      { dim: 192, depth: 12, heads: 4 },
      'Ten blocks whose heads may begin as the taps of a convolution, then two plain ones.',
    ],
    [
      'convit_small',
      'ConViT-S',
      { dim: 432, depth: 12, heads: 9 },
      'Nine heads: as many as a 3×3 window has taps.',
    ],
    ['convit_base', 'ConViT-B', { dim: 768, depth: 12, heads: 16 }, 'Sixteen heads at the width of ViT-B.'],
  ],
)
