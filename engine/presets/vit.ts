/**
 * Vision Transformers: patches as tokens, attention and MLP in pre-norm blocks at one resolution.
 *
 * Dosovitskiy et al. 2020, https://arxiv.org/abs/2010.11929; DeiT: Touvron et al. 2020, https://arxiv.org/abs/2012.12877;
 * DINO: Caron et al. 2021, https://arxiv.org/abs/2104.14294
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import type { Paper } from '../modules/module'
import type { Attributes } from '../schema/schema'
import { imagenetPixels, type Preset, symmetricPixels } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface VitSizes {
  readonly dim: number
  readonly depth: number
  readonly heads: number
  readonly patch?: number
  readonly size?: number
  /** 0 leaves the features, as self-supervised models are published. */
  readonly classes?: number
  /** `token` reads the class token; `avg` averages the patches and normalises after that. */
  readonly pool?: 'token' | 'avg'
  readonly registers?: number
  /** Positions for patches only, added before class token and registers join. */
  readonly positionsOfPatchesOnly?: boolean
  readonly qkNorm?: boolean
  readonly layerScale?: boolean
}

export function vit(name: string, sizes: VitSizes): Document {
  const { dim, depth, patch = 16, size = 224, registers = 0, pool = 'token' } = sizes
  const embed = module('patch_embed', 'patchStem', {
    ...(dim === 768 ? {} : { dim }),
    ...(patch === 16 ? {} : { patchSize: patch }),
  })
  const learned: DocumentNode[] = []
  if (registers > 0) learned.push(module('reg_token', 'classToken', { tokens: registers }))
  if (pool === 'token') learned.push(module('cls_token', 'classToken'))
  const positions = module('pos_embed', 'positionEmbedding')
  const tokens = sizes.positionsOfPatchesOnly ? [positions, ...learned] : [...learned, positions]
  return design(name, chain(embed, ...tokens, group('blocks.0', depth, block(sizes)), ...head(sizes)), size)
}

function block({ dim, heads, qkNorm, layerScale }: VitSizes): GraphBody {
  const sketch = new Sketch()
  const scale = (number: 1 | 2) => (layerScale ? [module(`ls${number}`, 'layerScale')] : [])
  const attrs: Attributes = { headDim: dim / heads, ...(qkNorm ? { qkNorm: 'layerNorm' } : {}) }
  const mixed = sketch.residual(IN, 'add1', [
    module('norm1', 'layerNorm'),
    module('attn', 'attention', attrs),
    ...scale(1),
  ])
  const out = sketch.residual(mixed, 'add2', [
    module('norm2', 'layerNorm'),
    module('mlp', 'mlp'),
    ...scale(2),
  ])
  return sketch.body(out)
}

function head({ pool = 'token', classes = 1000 }: VitSizes): DocumentNode[] {
  const attrs: Attributes = classes === 1000 ? {} : { classes }
  if (pool === 'token') return [module('norm', 'layerNorm'), module('head', 'classTokenHead', attrs)]
  return [module({ id: 'head', key: '', keys: { norm: 'fc_norm', fc: 'head' } }, 'poolHead', attrs)]
}

const vitPaper: Paper = {
  title: 'An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale',
  authors: 'Dosovitskiy et al.',
  year: 2020,
  url: 'https://arxiv.org/abs/2010.11929',
}
const deitPaper: Paper = {
  title: 'Training data-efficient image transformers & distillation through attention',
  authors: 'Touvron et al.',
  year: 2020,
  url: 'https://arxiv.org/abs/2012.12877',
}
const dinoPaper: Paper = {
  title: 'Emerging Properties in Self-Supervised Vision Transformers',
  authors: 'Caron et al.',
  year: 2021,
  url: 'https://arxiv.org/abs/2104.14294',
}
const tiny = { dim: 192, depth: 12, heads: 3 }
const small = { dim: 384, depth: 12, heads: 6 }
const base = { dim: 768, depth: 12, heads: 12 }
const common = {
  family: 'vision_transformer',
  paper: vitPaper,
  published: null,
  preprocessing: symmetricPixels(0.9),
}

export const vits: readonly Preset[] = [
  {
    ...common,
    id: 'vit_tiny_patch16_224',
    title: 'ViT-Ti/16',
    summary: 'The smallest usual Vision Transformer: three heads, twelve blocks.',
    document: vit('ViT-Ti/16', tiny),
  },
  {
    ...common,
    id: 'vit_small_patch16_224',
    title: 'ViT-S/16',
    summary: 'Six heads of 64 over 196 patches.',
    document: vit('ViT-S/16', small),
  },
  {
    ...common,
    id: 'vit_base_patch16_224',
    title: 'ViT-B/16',
    summary: 'The Vision Transformer of the paper: twelve heads, 86 million parameters.',
    document: vit('ViT-B/16', base),
  },
  {
    ...common,
    id: 'vit_small_patch8_224',
    title: 'ViT-S/8 (DINO)',
    summary: 'Patches of 8×8 and no classifier: 785 tokens, whose class token finds objects without labels.',
    paper: dinoPaper,
    document: vit('ViT-S/8', { ...small, patch: 8, classes: 0 }),
    published: {
      top1: 79.7,
      source: 'DINO (Caron et al. 2021), Table 2: linear classifier on frozen features',
    },
    preprocessing: imagenetPixels(0.9),
  },
  {
    ...common,
    id: 'deit_small_patch16_224',
    title: 'DeiT-S/16',
    family: 'deit',
    summary: 'ViT-S with a training recipe that needs ImageNet only.',
    paper: deitPaper,
    document: vit('DeiT-S/16', small),
    published: { top1: 79.8, source: 'MetaFormer Baselines for Vision (Yu et al. 2022), Table V' },
    preprocessing: imagenetPixels(0.9),
  },
]
