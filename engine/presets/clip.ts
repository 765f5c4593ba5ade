/**
 * CLIP's image towers: Vision Transformers whose class token ends up near the text that describes the picture.
 *
 * Radford et al. 2021, https://arxiv.org/abs/2103.00020; OpenCLIP: Cherti et al. 2022, https://arxiv.org/abs/2212.07143;
 * TinyCLIP: Wu et al. 2023, https://arxiv.org/abs/2309.12314
 */
import type { Document, GraphBody } from '../document/types'
import { differing, preNormBlock } from './block'
import { clipValues } from './preprocessing'
import { type Preprocessing, type Preset, type PresetRow, presetsOf, symmetricPixels } from './preset'
import { chain, design, group, module } from './sketch'
import { type VitSizes, vit } from './vit'

export interface ClipSizes {
  readonly dim: number
  readonly depth: number
  readonly heads: number
  readonly patch: number
  /** Width of the space that pictures and texts share. */
  readonly out: number
  readonly size?: number
}

/** As OpenAI's code builds it and names its weights. */
export function clipTower(name: string, { dim, depth, heads, patch, out, size = 224 }: ClipSizes): Document {
  const nodes = chain(
    module({ id: 'patch_embed', key: '', keys: { proj: 'conv1' } }, 'patchStem', {
      ...differing({ dim, patchSize: patch }, { dim: 768, patchSize: 16 }),
      bias: false,
    }),
    module({ id: 'cls_token', key: 'class_embedding' }, 'classToken', { asVector: true }),
    module({ id: 'pos_embed', key: 'positional_embedding' }, 'positionEmbedding', { asTable: true }),
    module('ln_pre', norm.module, norm.attrs),
    group('transformer.resblocks.0', depth, block(dim / heads)),
    module('class', 'classTokenHead', { classes: 0 }),
    module('ln_post', norm.module, norm.attrs),
    module('proj', 'linear', { dim: out, bias: false, asMatrix: true }),
  )
  return design(name, nodes, size)
}

const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

function block(headDim: number): GraphBody {
  const keys = { 'qkv.weight': 'in_proj_weight', 'qkv.bias': 'in_proj_bias', proj: 'out_proj' }
  return preNormBlock({
    mixer: module({ id: 'attn', keys }, 'attention', differing({ headDim }, { headDim: 32 })),
    mlp: module({ id: 'mlp', keys: { fc1: 'c_fc', fc2: 'c_proj' } }, 'mlp', { act: 'quickGelu' }),
    norm,
    normKeys: ['ln_1', 'ln_2'],
  })
}

// --- the models --------------------------------------------------------------------------------------------------

export const clipPixels = (crop: number): Preprocessing => ({ crop, ...clipValues })

const common = {
  family: 'clip',
  paper: {
    title: 'Learning Transferable Visual Models From Natural Language Supervision',
    authors: 'Radford et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2103.00020',
  },
  preprocessing: clipPixels(1),
}

const base = { dim: 768, depth: 12, heads: 12 }
const large = { dim: 1024, depth: 24, heads: 16, patch: 14 }
const huge = { dim: 1280, depth: 32, heads: 16, patch: 14 }
const giant = { dim: 1408, depth: 40, heads: 16, patch: 14, mlpRatio: 48 / 11 }
const gigantic = { dim: 1664, depth: 48, heads: 16, patch: 14, mlpRatio: 64 / 13 }

const towers = presetsOf(common, clipTower, [
  [
    'clip_vit_b32',
    'CLIP ViT-B/32',
    { ...base, patch: 32, out: 512 },
    'A Vision Transformer that tells which text goes with a picture: 512 numbers, no classes.',
  ],
  ['clip_vit_b16', 'CLIP ViT-B/16', { ...base, patch: 16, out: 512 }, 'The same over 196 patches.'],
  ['clip_vit_l14', 'CLIP ViT-L/14', { ...large, out: 768 }, 'Twenty-four blocks, 768 numbers at the end.'],
  [
    'clip_vit_l14_336',
    'CLIP ViT-L/14@336px',
    { ...large, out: 768, size: 336 },
    'CLIP’s best tower, on pictures of 336 pixels.',
  ],
])

/** timm's models have a linear layer at the end in place of the projection. */
const tower = (name: string, sizes: VitSizes): Document => vit(name, { ...sizes, preNorm: true, eps: 1e-5 })

const tinyClip = {
  paper: {
    title: 'TinyCLIP: CLIP Distillation via Affinity Mimicking and Weight Inheritance',
    authors: 'Wu et al.',
    year: 2023,
    url: 'https://arxiv.org/abs/2309.12314',
  },
  preprocessing: clipPixels(0.9),
}
const openClip = {
  paper: {
    title: 'Reproducible scaling laws for contrastive language-image learning',
    authors: 'Cherti et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2212.07143',
  },
}
const quick = { act: 'quickGelu' } as const

const rows: readonly PresetRow<VitSizes>[] = [
  [
    'vit_xsmall_patch16_clip_224',
    'TinyCLIP ViT-XS/16',
    { dim: 256, depth: 10, heads: 4, classes: 512 },
    'Eight million parameters, inherited from a larger tower.',
    tinyClip,
  ],
  [
    'vit_medium_patch32_clip_224',
    'TinyCLIP ViT-M/32',
    { dim: 512, depth: 12, heads: 8, patch: 32, classes: 512 },
    'A distilled tower over 49 large patches.',
    tinyClip,
  ],
  [
    'vit_medium_patch16_clip_224',
    'TinyCLIP ViT-M/16',
    { dim: 512, depth: 12, heads: 8, classes: 512 },
    'A distilled tower over 196 patches.',
    tinyClip,
  ],
  [
    'vit_betwixt_patch32_clip_224',
    'TinyCLIP ViT-Betwixt/32',
    { dim: 640, depth: 12, heads: 10, patch: 32, classes: 512 },
    'Between M and B.',
    tinyClip,
  ],
  [
    'vit_base_patch32_clip_224',
    'OpenCLIP ViT-B/32',
    { ...base, patch: 32 },
    'CLIP’s tower with the exact GELU, fine-tuned on ImageNet.',
    { ...openClip, preprocessing: clipPixels(0.9) },
  ],
  [
    'vit_base_patch32_clip_256',
    'OpenCLIP ViT-B/32 256',
    { ...base, patch: 32, size: 256, classes: 512 },
    'On pictures of 256 pixels.',
    openClip,
  ],
  [
    'vit_base_patch32_clip_384',
    'OpenCLIP ViT-B/32 384',
    { ...base, patch: 32, size: 384 },
    'On pictures of 384 pixels.',
    openClip,
  ],
  [
    'vit_base_patch32_clip_448',
    'OpenCLIP ViT-B/32 448',
    { ...base, patch: 32, size: 448 },
    'On pictures of 448 pixels.',
    openClip,
  ],
  [
    'vit_base_patch16_clip_224',
    'OpenCLIP ViT-B/16',
    base,
    'Over 196 patches, fine-tuned on ImageNet.',
    { ...openClip, preprocessing: clipPixels(0.95) },
  ],
  [
    'vit_base_patch16_clip_384',
    'OpenCLIP ViT-B/16 384',
    { ...base, size: 384 },
    'Over 576 patches.',
    openClip,
  ],
  [
    'vit_base_patch16_plus_clip_240',
    'OpenCLIP ViT-B+/16 240',
    { dim: 896, depth: 12, heads: 14, size: 240, classes: 640 },
    'A wider base tower on pictures of 240 pixels.',
    openClip,
  ],
  [
    'vit_large_patch14_clip_224',
    'OpenCLIP ViT-L/14',
    large,
    'Twenty-four blocks, fine-tuned on ImageNet.',
    { ...openClip, preprocessing: symmetricPixels(1) },
  ],
  [
    'vit_large_patch14_clip_336',
    'OpenCLIP ViT-L/14 336',
    { ...large, size: 336 },
    'Over 576 patches.',
    { ...openClip, preprocessing: symmetricPixels(1) },
  ],
  ['vit_huge_patch14_clip_224', 'OpenCLIP ViT-H/14', huge, 'Thirty-two blocks of 1280 channels.', openClip],
  [
    'vit_huge_patch14_clip_336',
    'OpenCLIP ViT-H/14 336',
    { ...huge, size: 336 },
    'Over 576 patches.',
    openClip,
  ],
  [
    'vit_huge_patch14_clip_378',
    'OpenCLIP ViT-H/14 378',
    { ...huge, size: 378, classes: 1024 },
    'Over 729 patches.',
    openClip,
  ],
  [
    'vit_giant_patch14_clip_224',
    'OpenCLIP ViT-g/14',
    { ...giant, classes: 1024 },
    'A billion parameters.',
    openClip,
  ],
  [
    'vit_gigantic_patch14_clip_224',
    'OpenCLIP ViT-G/14',
    { ...gigantic, classes: 1280 },
    'Nearly two billion parameters in forty-eight blocks.',
    openClip,
  ],
  [
    'vit_gigantic_patch14_clip_378',
    'OpenCLIP ViT-G/14 378',
    { ...gigantic, size: 378, classes: 1280 },
    'Over 729 patches.',
    openClip,
  ],
  [
    'vit_base_patch32_clip_quickgelu_224',
    'CLIP ViT-B/32 (timm)',
    { ...base, ...quick, patch: 32, classes: 512 },
    'OpenAI’s tower as timm keeps it: a linear layer in place of the projection.',
    { preprocessing: clipPixels(0.9) },
  ],
  [
    'vit_base_patch16_clip_quickgelu_224',
    'CLIP ViT-B/16 (timm)',
    { ...base, ...quick, classes: 512 },
    'OpenAI’s tower over 196 patches as timm keeps it.',
  ],
  [
    'vit_large_patch14_clip_quickgelu_224',
    'CLIP ViT-L/14 (timm)',
    { ...large, ...quick, classes: 768 },
    'OpenAI’s large tower as timm keeps it.',
  ],
  [
    'vit_large_patch14_clip_quickgelu_336',
    'CLIP ViT-L/14@336px (timm)',
    { ...large, ...quick, size: 336, classes: 768 },
    'The large tower on pictures of 336 pixels as timm keeps it.',
  ],
  [
    'vit_huge_patch14_clip_quickgelu_224',
    'CLIP ViT-H/14 (timm)',
    { ...huge, ...quick, classes: 1024 },
    'A huge tower with OpenAI’s activation.',
    openClip,
  ],
  [
    'vit_huge_patch14_clip_quickgelu_378',
    'CLIP ViT-H/14 378 (timm)',
    { ...huge, ...quick, size: 378, classes: 1024 },
    'A huge tower with OpenAI’s activation, over 729 patches.',
    openClip,
  ],
  [
    'vit_gigantic_patch14_clip_quickgelu_224',
    'CLIP ViT-G/14 (timm)',
    { ...gigantic, ...quick, classes: 1280 },
    'Nearly two billion parameters, with OpenAI’s activation.',
    openClip,
  ],
]

export const clips: readonly Preset[] = [...towers, ...presetsOf(common, tower, rows)]
