/**
 * Masked autoencoders: three quarters of the patches are hidden, a Vision Transformer encodes the rest, and a small decoder
 * guesses the pixels of all. Encoders go on by themselves as ViT-B, ViT-L and ViT-H.
 *
 * He et al. 2021, https://arxiv.org/abs/2111.06377
 */
import { type Document, IN } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { design, group, module, Sketch } from './sketch'

export interface MaeSizes {
  readonly dim: number
  readonly depth: number
  readonly heads: number
  readonly decoderDim?: number
  readonly decoderDepth?: number
  readonly decoderHeads?: number
  readonly patch?: number
  /** Share of the patches that is hidden. */
  readonly hidden?: number
  readonly size?: number
}

export function mae(name: string, sizes: MaeSizes): Document {
  const { dim, depth, heads, patch = 16, hidden = 0.75, size = 224 } = sizes
  const { decoderDim = 512, decoderDepth = 8, decoderHeads = 16 } = sizes
  const sketch = new Sketch()
  const positions = { positions: 'grid' }
  const embedded = sketch.chain(
    IN,
    module('patch_embed', 'patchStem', {
      ...differing({ dim, patchSize: patch }, { dim: 768, patchSize: 16 }),
    }),
    module('cls_token', 'classToken'),
    module('pos_embed', 'positionEmbedding', positions),
  )
  const encoded = sketch.chain(
    embedded,
    module('random_masking', 'randomMask', differing({ ratio: hidden }, { ratio: 0.75 })),
    group({ id: 'blocks.0', title: 'Encoder' }, depth, block(heads)),
    module('norm', 'layerNorm'),
    module('decoder_embed', 'linear', { dim: decoderDim }),
  )
  const filled = sketch.join(module('mask_token', 'fillMasked'), encoded, embedded)
  const decoded = sketch.chain(
    filled,
    module('decoder_pos_embed', 'positionEmbedding', positions),
    group({ id: 'decoder_blocks.0', title: 'Decoder' }, decoderDepth, block(decoderHeads)),
    module('decoder_norm', 'layerNorm'),
    module('decoder_pred', 'linear', { dim: 3 * patch ** 2 }),
    module('patches', 'toMap'),
  )
  return design(name, sketch.body(decoded), size)
}

const block = (heads: number) =>
  preNormBlock({ mixer: module('attn', 'attention', { heads }), mlp: module('mlp', 'mlp') })

// --- the models --------------------------------------------------------------------------------------------------

export const maes: readonly Preset[] = presetsOf(
  {
    family: 'mae',
    paper: {
      title: 'Masked Autoencoders Are Scalable Vision Learners',
      authors: 'He et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2111.06377',
    },
    preprocessing: imagenetPixels(0.9),
  },
  mae,
  [
    [
      'mae_vit_base_patch16',
      'MAE ViT-B/16',
      { dim: 768, depth: 12, heads: 12 },
      'Encodes 49 of 196 patches and guesses the pixels of all: no labels are needed.',
    ],
    [
      'mae_vit_large_patch16',
      'MAE ViT-L/16',
      { dim: 1024, depth: 24, heads: 16 },
      'The same decoder behind the encoder of ViT-L.',
    ],
    [
      'mae_vit_huge_patch14',
      'MAE ViT-H/14',
      { dim: 1280, depth: 32, heads: 16, patch: 14 },
      'The same decoder behind the encoder of ViT-H, over 256 patches.',
    ],
  ],
)
