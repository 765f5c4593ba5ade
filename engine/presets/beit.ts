/**
 * BEiT: ViT pre-trained by filling in masked patches, with a table of offsets in every attention. v2 learns the words
 * for patches from CLIP; its network is the same.
 *
 * Bao et al. 2021, https://arxiv.org/abs/2106.08254; Peng et al. 2022, https://arxiv.org/abs/2208.06366
 */
import type { Document } from '../document/types'
import { differing, preNormBlock } from './block'
import { gammas, normOf, type PlainSizes, plainTransformer, widths } from './plainTransformer'
import { imagenetPixels, type Preset, presetsOf, symmetricPixels } from './preset'
import { module } from './sketch'

export function beit(name: string, sizes: PlainSizes): Document {
  const mixer = module({ id: 'attn', keys: { rel_pos: '' } }, 'attention', {
    ...{ heads: sizes.heads, position: 'table', keyBias: false },
  })
  return plainTransformer(
    name,
    { ...sizes, pool: 'avg' },
    {
      tokens: [module('cls_token', 'classToken')],
      block: preNormBlock({ mixer, mlp: module('mlp', 'mlp'), scale: gammas }),
    },
  )
}

// --- the models --------------------------------------------------------------------------------------------------

const { base, large } = widths
const whole = { preprocessing: symmetricPixels(1) }

const version1 = presetsOf(
  {
    family: 'beit',
    paper: {
      title: 'BEiT: BERT Pre-Training of Image Transformers',
      authors: 'Bao et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2106.08254',
    },
    preprocessing: symmetricPixels(0.9),
  },
  beit,
  [
    [
      'beit_base_patch16_224',
      'BEiT-B/16',
      base,
      'ViT-B whose attention knows the offset of every pair, pre-trained by filling in masked patches.',
    ],
    ['beit_base_patch16_384', 'BEiT-B/16 384', { ...base, size: 384 }, 'BEiT-B on 576 patches.', whole],
    ['beit_large_patch16_224', 'BEiT-L/16', large, 'BEiT at the width of ViT-L.'],
    ['beit_large_patch16_384', 'BEiT-L/16 384', { ...large, size: 384 }, 'BEiT-L on 576 patches.', whole],
    ['beit_large_patch16_512', 'BEiT-L/16 512', { ...large, size: 512 }, 'BEiT-L on 1024 patches.', whole],
  ],
)

const version2 = presetsOf(
  {
    family: 'beit',
    paper: {
      title: 'BEiT v2: Masked Image Modeling with Vector-Quantized Visual Tokenizers',
      authors: 'Peng et al.',
      year: 2022,
      url: 'https://arxiv.org/abs/2208.06366',
    },
    preprocessing: imagenetPixels(0.9),
  },
  beit,
  [
    ['beitv2_base_patch16_224', 'BEiT v2-B/16', base, 'BEiT-B that learned its words for patches from CLIP.'],
    [
      'beitv2_large_patch16_224',
      'BEiT v2-L/16',
      large,
      'BEiT v2 at the width of ViT-L.',
      { preprocessing: imagenetPixels(0.95) },
    ],
  ],
)

/** Norms inside attention and MLP too, an embedding in place of the table. */
function beit3(name: string, given: PlainSizes & { readonly mlpRatio?: number }): Document {
  const { mlpRatio = 4 } = given
  const sizes: PlainSizes = { ...given, pool: 'avg', eps: 1e-5 }
  const norm = normOf(sizes)
  const mixer = module('attn', 'attention', { heads: sizes.heads, innerNorm: norm })
  const mlp = module('mlp', 'mlp', { ...differing({ mlpRatio }, { mlpRatio: 4 }), norm })
  return plainTransformer(name, sizes, {
    tokens: [module('cls_token', 'classToken'), module('pos_embed', 'positionEmbedding')],
    block: preNormBlock({ mixer, mlp, norm }),
  })
}

const giant = { ...widths.giant, patch: 14, mlpRatio: 4.3637 }
const version3 = presetsOf(
  {
    family: 'beit',
    paper: {
      title: 'Image as a Foreign Language: BEiT Pretraining for All Vision and Vision-Language Tasks',
      authors: 'Wang et al.',
      year: 2022,
      url: 'https://arxiv.org/abs/2208.10442',
    },
    preprocessing: imagenetPixels(1),
  },
  beit3,
  [
    [
      'beit3_base_patch16_224',
      'BEiT-3-B/16',
      base,
      'The half of BEiT-3 that sees: norms inside attention and MLP keep its sums small.',
    ],
    ['beit3_large_patch16_224', 'BEiT-3-L/16', large, 'BEiT-3 at the width of ViT-L.'],
    ['beit3_giant_patch14_224', 'BEiT-3-g/14', giant, 'A billion parameters in forty blocks.'],
    ['beit3_giant_patch14_336', 'BEiT-3-g/14 336', { ...giant, size: 336 }, 'BEiT-3-g on 576 patches.'],
  ],
)

export const beits: readonly Preset[] = [...version1, ...version2, ...version3]
