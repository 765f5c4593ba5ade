/**
 * BEiT: ViT pre-trained by filling in masked patches, with a table of offsets in every attention. v2 learns the words
 * for patches from CLIP; its network is the same.
 *
 * Bao et al. 2021, https://arxiv.org/abs/2106.08254; Peng et al. 2022, https://arxiv.org/abs/2208.06366
 */
import type { Document } from '../document/types'
import { preNormBlock } from './block'
import { gammas, type PlainSizes, plainTransformer, widths } from './plainTransformer'
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

export const beits: readonly Preset[] = [...version1, ...version2]
