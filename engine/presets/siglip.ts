/**
 * SigLIP's image towers: Vision Transformers whose patches are asked by one learned query at the end, or averaged.
 *
 * Zhai et al. 2023, https://arxiv.org/abs/2303.15343; SigLIP 2: Tschannen et al. 2025, https://arxiv.org/abs/2502.14786
 */
import { type Preset, presetsOf, symmetricPixels } from './preset'
import { type VitSizes, vit } from './vit'

const base = { dim: 768, depth: 12, heads: 12 }
const large = { dim: 1024, depth: 24, heads: 16 }
const so400m = { dim: 1152, depth: 27, heads: 16, mlpRatio: 3.7362 }
const giantopt = { dim: 1536, depth: 40, heads: 16 }
const tanh = { act: 'geluTanh' } as const

const common = {
  family: 'siglip',
  paper: {
    title: 'Sigmoid Loss for Language Image Pre-Training',
    authors: 'Zhai et al.',
    year: 2023,
    url: 'https://arxiv.org/abs/2303.15343',
  },
  preprocessing: symmetricPixels(0.9),
}

const towers = presetsOf<VitSizes>(
  common,
  (name, sizes) => vit(name, { ...sizes, pool: 'map', classes: 0 }),
  [
    [
      'vit_base_patch32_siglip_256',
      'SigLIP ViT-B/32 256',
      { dim: 768, depth: 12, heads: 12, patch: 32, size: 256, ...tanh },
      'Sixty-four large patches.',
    ],
    [
      'vit_base_patch16_siglip_224',
      'SigLIP ViT-B/16',
      { ...base },
      'SigLIP’s base tower: a learned query gathers from all patches at the end.',
    ],
    [
      'vit_base_patch16_siglip_256',
      'SigLIP ViT-B/16 256',
      { ...base, size: 256 },
      'On pictures of 256 pixels.',
    ],
    [
      'vit_base_patch16_siglip_384',
      'SigLIP ViT-B/16 384',
      { ...base, size: 384 },
      'On pictures of 384 pixels.',
    ],
    [
      'vit_base_patch16_siglip_512',
      'SigLIP ViT-B/16 512',
      { ...base, size: 512 },
      'On pictures of 512 pixels.',
    ],
    [
      'vit_large_patch16_siglip_256',
      'SigLIP ViT-L/16 256',
      { ...large, size: 256 },
      'Twenty-four blocks of 1024 channels.',
    ],
    [
      'vit_large_patch16_siglip_384',
      'SigLIP ViT-L/16 384',
      { ...large, size: 384 },
      'On pictures of 384 pixels.',
    ],
    [
      'vit_large_patch16_siglip_512',
      'SigLIP ViT-L/16 512',
      { ...large, size: 512, ...tanh },
      'On pictures of 512 pixels.',
    ],
    [
      'vit_so400m_patch14_siglip_224',
      'SigLIP ViT-SO400M/14',
      { ...so400m, patch: 14 },
      'A tower whose shape was found by scaling laws: four hundred million parameters.',
    ],
    [
      'vit_so400m_patch14_siglip_378',
      'SigLIP ViT-SO400M/14 378',
      { ...so400m, patch: 14, size: 378 },
      'On pictures of 378 pixels.',
    ],
    [
      'vit_so400m_patch14_siglip_384',
      'SigLIP ViT-SO400M/14 384',
      { ...so400m, patch: 14, size: 384 },
      'On pictures of 384 pixels.',
    ],
    [
      'vit_so400m_patch16_siglip_256',
      'SigLIP ViT-SO400M/16 256',
      { ...so400m, size: 256, ...tanh },
      'The shape found by scaling laws, over patches of 16 pixels.',
    ],
    [
      'vit_so400m_patch16_siglip_384',
      'SigLIP ViT-SO400M/16 384',
      { ...so400m, size: 384, ...tanh },
      'On pictures of 384 pixels.',
    ],
    [
      'vit_so400m_patch16_siglip_512',
      'SigLIP ViT-SO400M/16 512',
      { ...so400m, size: 512, ...tanh },
      'On pictures of 512 pixels.',
    ],
    [
      'vit_giantopt_patch16_siglip_256',
      'SigLIP ViT-g-opt/16 256',
      { ...giantopt, size: 256, ...tanh },
      'Forty blocks of 1536 channels.',
    ],
    [
      'vit_giantopt_patch16_siglip_384',
      'SigLIP ViT-g-opt/16 384',
      { ...giantopt, size: 384, ...tanh },
      'On pictures of 384 pixels.',
    ],
  ],
)

/** Without the pooling: patches are normalised and averaged. */
const averaged = presetsOf<VitSizes>(
  common,
  (name, sizes) => vit(name, { ...sizes, pool: 'avg', normFirst: true, classes: 0 }),
  [
    [
      'vit_base_patch32_siglip_gap_256',
      'SigLIP GAP ViT-B/32 256',
      { dim: 768, depth: 12, heads: 12, patch: 32, size: 256, ...tanh },
      'Sixty-four large patches.',
    ],
    [
      'vit_base_patch16_siglip_gap_224',
      'SigLIP GAP ViT-B/16',
      { ...base },
      'SigLIP’s base tower; patches are averaged in the place of a class token.',
    ],
    [
      'vit_base_patch16_siglip_gap_256',
      'SigLIP GAP ViT-B/16 256',
      { ...base, size: 256 },
      'On pictures of 256 pixels.',
    ],
    [
      'vit_base_patch16_siglip_gap_384',
      'SigLIP GAP ViT-B/16 384',
      { ...base, size: 384 },
      'On pictures of 384 pixels.',
    ],
    [
      'vit_base_patch16_siglip_gap_512',
      'SigLIP GAP ViT-B/16 512',
      { ...base, size: 512 },
      'On pictures of 512 pixels.',
    ],
    [
      'vit_large_patch16_siglip_gap_256',
      'SigLIP GAP ViT-L/16 256',
      { ...large, size: 256 },
      'Twenty-four blocks of 1024 channels.',
    ],
    [
      'vit_large_patch16_siglip_gap_384',
      'SigLIP GAP ViT-L/16 384',
      { ...large, size: 384 },
      'On pictures of 384 pixels.',
    ],
    [
      'vit_large_patch16_siglip_gap_512',
      'SigLIP GAP ViT-L/16 512',
      { ...large, size: 512, ...tanh },
      'On pictures of 512 pixels.',
    ],
    [
      'vit_so400m_patch14_siglip_gap_224',
      'SigLIP GAP ViT-SO400M/14',
      { ...so400m, patch: 14 },
      'A tower whose shape was found by scaling laws: four hundred million parameters.',
    ],
    [
      'vit_so400m_patch14_siglip_gap_378',
      'SigLIP GAP ViT-SO400M/14 378',
      { ...so400m, patch: 14, size: 378 },
      'On pictures of 378 pixels.',
    ],
    [
      'vit_so400m_patch14_siglip_gap_384',
      'SigLIP GAP ViT-SO400M/14 384',
      { ...so400m, patch: 14, size: 384 },
      'On pictures of 384 pixels.',
      { preprocessing: symmetricPixels(1) },
    ],
    [
      'vit_so400m_patch14_siglip_gap_448',
      'SigLIP GAP ViT-SO400M/14 448',
      { ...so400m, patch: 14, size: 448 },
      'On pictures of 448 pixels.',
      { preprocessing: symmetricPixels(1) },
    ],
    [
      'vit_so400m_patch14_siglip_gap_896',
      'SigLIP GAP ViT-SO400M/14 896',
      { ...so400m, patch: 14, size: 896 },
      'On pictures of 896 pixels.',
      { preprocessing: symmetricPixels(1) },
    ],
    [
      'vit_so400m_patch16_siglip_gap_256',
      'SigLIP GAP ViT-SO400M/16 256',
      { ...so400m, size: 256, ...tanh },
      'The shape found by scaling laws, over patches of 16 pixels.',
    ],
    [
      'vit_so400m_patch16_siglip_gap_384',
      'SigLIP GAP ViT-SO400M/16 384',
      { ...so400m, size: 384, ...tanh },
      'On pictures of 384 pixels.',
    ],
    [
      'vit_so400m_patch16_siglip_gap_512',
      'SigLIP GAP ViT-SO400M/16 512',
      { ...so400m, size: 512, ...tanh },
      'On pictures of 512 pixels.',
    ],
    [
      'vit_giantopt_patch16_siglip_gap_256',
      'SigLIP GAP ViT-g-opt/16 256',
      { ...giantopt, size: 256, ...tanh },
      'Forty blocks of 1536 channels.',
    ],
    [
      'vit_giantopt_patch16_siglip_gap_384',
      'SigLIP GAP ViT-g-opt/16 384',
      { ...giantopt, size: 384, ...tanh },
      'On pictures of 384 pixels.',
    ],
  ],
)

export const siglips: readonly Preset[] = [...towers, ...averaged]
