/** ViR: a Vision Transformer that retains what it read instead of attending. Hatamizadeh et al. 2023, https://arxiv.org/abs/2310.19731 */
import type { Document } from '../document/types'
import { preNormBlock } from './block'
import { type PlainSizes, plainTransformer, widths } from './plainTransformer'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { module } from './sketch'

function vir(name: string, sizes: PlainSizes): Document {
  const block = preNormBlock({
    mixer: module('attn', 'causalRetention', { heads: sizes.heads }),
    mlp: module('mlp', 'mlp'),
  })
  return plainTransformer(name, sizes, { tokens: [module('pos_embed', 'positionEmbedding')], block })
}

const reading = 'Our reading of the abstract; no public code.'

export const virs: readonly Preset[] = presetsOf(
  {
    family: 'vir',
    paper: {
      title: 'ViR: Towards Efficient Vision Retention Backbones',
      authors: 'Hatamizadeh et al.',
      year: 2023,
      url: 'https://arxiv.org/abs/2310.19731',
    },
    preprocessing: imagenetPixels(0.9),
  },
  vir,
  [
    [
      'vir_s16',
      'ViR-S/16',
      { ...widths.small, pool: 'avg' },
      `Patches are read row by row, and what came before fades. ${reading}`,
    ],
    ['vir_b16', 'ViR-B/16', { ...widths.base, pool: 'avg' }, `Twice as wide as ViR-S. ${reading}`],
  ],
)
