/**
 * timm's Vision Transformers with relative positions: no position embedding, but a bias in every attention that a small
 * MLP makes of the logarithm of the offset, as Swin V2 does.
 *
 * Liu et al. 2021, https://arxiv.org/abs/2111.09883; Dosovitskiy et al. 2020, https://arxiv.org/abs/2010.11929
 */
import type { Document } from '../document/types'
import { differing, preNormBlock } from './block'
import { lastNorms, type PlainSizes, plainTransformer, widths } from './plainTransformer'
import { type Preset, presetsOf, symmetricPixels } from './preset'
import { module } from './sketch'

export interface VitRelposSizes extends PlainSizes {
  readonly classToken?: boolean
  /** A table of offsets in place of the MLP. */
  readonly position?: 'log' | 'table'
  /** Hidden width of the MLP. */
  readonly hidden?: number
  /** One MLP for all blocks. */
  readonly shared?: boolean
  readonly qkvBias?: boolean
  /** Norms at the end of the branches, and no LayerScale. */
  readonly postNorm?: boolean
}

export function vitRelpos(name: string, sizes: VitRelposSizes): Document {
  const { heads, position = 'log', hidden = 128, shared, qkvBias = false, postNorm } = sizes
  const keys = shared ? { keys: { rel_pos: '/shared_rel_pos' } } : {}
  const mixer = module({ id: 'attn', ...keys }, 'attention', {
    ...{ heads, position },
    ...differing({ hidden, qkvBias }, { hidden: position === 'log' ? 512 : hidden, qkvBias: true }),
  })
  const mlp = module('mlp', 'mlp')
  const scale = (half: 1 | 2) => [module(`ls${half}`, 'layerScale')]
  const block = preNormBlock(postNorm ? { mixer, mlp, norm: null, scale: lastNorms } : { mixer, mlp, scale })
  const tokens = sizes.classToken ? [module('cls_token', 'classToken')] : []
  return plainTransformer(name, sizes, { tokens, block })
}

// --- the models --------------------------------------------------------------------------------------------------

const { small, medium, base } = widths
const plus = { dim: 896, depth: 12, heads: 14, qkvBias: true, pool: 'normed' } as const
const postNorm = { postNorm: true, pool: 'normed' } as const

export const vitsWithRelativePositions: readonly Preset[] = presetsOf(
  {
    family: 'vision_transformer_relpos',
    paper: {
      title: 'Swin Transformer V2: Scaling Up Capacity and Resolution',
      authors: 'Liu et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2111.09883',
    },
    preprocessing: symmetricPixels(0.9),
  },
  vitRelpos,
  [
    [
      'vit_relpos_base_patch32_plus_rpn_256',
      'ViT-B/32+ relative, post-norm',
      { ...plus, patch: 32, size: 256, postNorm: true },
      'Large patches, a wider ViT-B, and norms at the end of the branches.',
    ],
    [
      'vit_relpos_base_patch16_plus_240',
      'ViT-B/16+ relative',
      { ...plus, size: 240 },
      'A wider ViT-B that knows only how far apart two patches lie.',
    ],
    [
      'vit_relpos_small_patch16_224',
      'ViT-S/16 relative',
      { ...small, pool: 'avg' },
      'ViT-S without class token and position embedding: each attention has a bias of the offset.',
    ],
    [
      'vit_relpos_medium_patch16_224',
      'ViT-M/16 relative',
      { ...medium, pool: 'avg' },
      'Between S and B: eight heads.',
    ],
    ['vit_relpos_base_patch16_224', 'ViT-B/16 relative', { ...base, pool: 'avg' }, 'Twelve heads.'],
    [
      'vit_srelpos_small_patch16_224',
      'ViT-S/16 shared relative',
      { ...small, pool: 'normed', shared: true, hidden: 384 },
      'One bias of the offset for all blocks.',
    ],
    [
      'vit_srelpos_medium_patch16_224',
      'ViT-M/16 shared relative',
      { ...medium, pool: 'normed', shared: true, hidden: 512 },
      'One bias of the offset for all blocks, eight heads.',
    ],
    [
      'vit_relpos_medium_patch16_cls_224',
      'ViT-M/16 relative (class token)',
      { ...medium, classToken: true, hidden: 256 },
      'With a class token, for which the bias is nothing.',
    ],
    [
      'vit_relpos_base_patch16_cls_224',
      'ViT-B/16 relative (class token)',
      { ...base, classToken: true },
      'ViT-B with a class token and relative positions.',
    ],
    [
      'vit_relpos_base_patch16_clsgap_224',
      'ViT-B/16 relative (unread class token)',
      { ...base, classToken: true, pool: 'avg' },
      'It has a class token and averages the patches all the same.',
    ],
    [
      'vit_relpos_small_patch16_rpn_224',
      'ViT-S/16 relative, post-norm',
      { ...small, ...postNorm },
      'Norms at the end of the branches.',
    ],
    [
      'vit_relpos_medium_patch16_rpn_224',
      'ViT-M/16 relative, post-norm',
      { ...medium, ...postNorm },
      'Norms at the end of the branches, eight heads.',
    ],
    [
      'vit_relpos_base_patch16_rpn_224',
      'ViT-B/16 relative, post-norm',
      { ...base, ...postNorm },
      'Norms at the end of the branches, twelve heads.',
    ],
  ],
)
