/**
 * Vision Transformers: patches as tokens, attention and MLP in pre-norm blocks at one resolution.
 *
 * Dosovitskiy et al. 2020, https://arxiv.org/abs/2010.11929; DeiT: Touvron et al. 2020, https://arxiv.org/abs/2012.12877;
 * DINO: Caron et al. 2021, https://arxiv.org/abs/2104.14294
 */
import { type Document, type DocumentNode, type GraphBody, type GroupNode, IN } from '../document/types'
import type { Paper } from '../modules/module'
import type { Attributes } from '../schema/schema'
import { differing } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf, symmetricPixels } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface VitSizes {
  readonly dim: number
  readonly depth: number
  readonly heads: number
  readonly patch?: number
  readonly size?: number
  /** 0 leaves the features, as self-supervised models are published. */
  readonly classes?: number
  /** `token` reads the class token; `avg` averages the patches and normalises after that; a learned query gathers for `map`. */
  readonly pool?: 'token' | 'avg' | 'map'
  /** Patches are normalised before they are averaged. */
  readonly normFirst?: boolean
  readonly registers?: number
  /** Positions for patches only, added before class token and registers join. */
  readonly positionsOfPatchesOnly?: boolean
  readonly qkNorm?: boolean
  readonly qkvBias?: boolean
  readonly layerScale?: boolean
  /** A second token that learns from a teacher, and the mean of two classifiers (DeiT). */
  readonly distilled?: boolean
  /** Hidden width of the MLP as a multiple of the channels. */
  readonly mlpRatio?: number
  /** An MLP gated by SiLU; the ratio is then of the width behind the gate. */
  readonly swiglu?: boolean
  /** The embedded tokens are normalised, and the patches have no bias (CLIP). */
  readonly preNorm?: boolean
  /** Epsilon of all norms. */
  readonly eps?: number
  /** Activation of the MLPs. */
  readonly act?: 'gelu' | 'quickGelu' | 'geluTanh'
}

export function vit(name: string, sizes: VitSizes): Document {
  const { dim, depth, patch = 16, size = 224, registers = 0, pool = 'token' } = sizes
  const embed = module('patch_embed', 'patchStem', {
    ...(dim === 768 ? {} : { dim }),
    ...(patch === 16 ? {} : { patchSize: patch }),
    ...(sizes.preNorm ? { bias: false } : {}),
  })
  const learned: DocumentNode[] = []
  if (registers > 0)
    learned.push(module('reg_token', 'classToken', differing({ tokens: registers }, { tokens: 1 })))
  if (sizes.distilled) learned.push(module('dist_token', 'classToken'))
  if (pool === 'token') learned.push(module('cls_token', 'classToken'))
  const positions = module('pos_embed', 'positionEmbedding')
  const tokens = sizes.positionsOfPatchesOnly ? [positions, ...learned] : [...learned, positions]
  if (sizes.preNorm) tokens.push(norm('norm_pre', sizes))
  return design(name, chain(embed, ...tokens, group('blocks.0', depth, block(sizes)), ...head(sizes)), size)
}

const norm = (id: string, { eps = 1e-6 }: VitSizes) =>
  module(id, 'layerNorm', differing({ eps }, { eps: 1e-6 }))

function block(sizes: VitSizes): GraphBody {
  const { dim, heads, qkNorm, layerScale, mlpRatio = 4, swiglu, act = 'gelu', qkvBias = true } = sizes
  const sketch = new Sketch()
  const scale = (number: 1 | 2) => (layerScale ? [module(`ls${number}`, 'layerScale')] : [])
  const attrs: Attributes = {
    headDim: dim / heads,
    ...differing({ qkvBias }, { qkvBias: true }),
    ...(qkNorm ? { qkNorm: 'layerNorm' } : {}),
  }
  const mixed = sketch.residual(IN, 'add1', [
    norm('norm1', sizes),
    module('attn', 'attention', attrs),
    ...scale(1),
  ])
  const out = sketch.residual(mixed, 'add2', [
    norm('norm2', sizes),
    module(
      'mlp',
      swiglu ? 'gatedMlp' : 'mlp',
      differing({ mlpRatio, act }, { mlpRatio: 4, act: swiglu ? act : 'gelu' }),
    ),
    ...scale(2),
  ])
  return sketch.body(out)
}

function head(sizes: VitSizes): DocumentNode[] {
  const { pool = 'token', classes = 1000, distilled } = sizes
  const attrs: Attributes = classes === 1000 ? {} : { classes }
  if (distilled) return [norm('norm', sizes), module({ id: 'head', key: '' }, 'distilledHead', attrs)]
  if (pool === 'token') return [norm('norm', sizes), module('head', 'classTokenHead', attrs)]
  if (pool === 'map')
    return [norm('norm', sizes), attentionPool(sizes), module('head', 'classTokenHead', attrs)]
  if (sizes.normFirst)
    return [
      norm('norm', sizes),
      module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', { ...attrs, norm: 'noNorm' }),
    ]
  return [module({ id: 'head', key: '', keys: { norm: 'fc_norm', fc: 'head' } }, 'poolHead', attrs)]
}

/** A learned token that asks all patches once, but no registers, and an MLP. */
function attentionPool({ heads, mlpRatio = 4, act = 'gelu', registers = 0 }: VitSizes): GroupNode {
  const sketch = new Sketch()
  const patches = sketch.chain(
    IN,
    ...(registers > 0 ? [module('map', 'toMap'), module('patches', 'toTokens')] : []),
  )
  const latent = sketch.chain(
    patches,
    module('latent', 'classToken'),
    module({ id: 'query', key: '' }, 'firstTokens'),
  )
  const attention = module({ id: 'attn', key: '' }, 'crossAttention', { heads, weights: 'joint' })
  const pooled = sketch.join(attention, latent, patches, patches)
  const mlp = module('mlp', 'mlp', differing({ mlpRatio, act }, { mlpRatio: 4, act: 'gelu' }))
  const body = sketch.body(sketch.residual(pooled, 'add', [module('norm', 'layerNorm'), mlp]))
  return group({ id: 'attn_pool', title: 'Attention pooling' }, 1, body)
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
const dinoV2Paper: Paper = {
  title: 'DINOv2: Learning Robust Visual Features without Supervision',
  authors: 'Oquab et al.',
  year: 2023,
  url: 'https://arxiv.org/abs/2304.07193',
}
const deit3Paper: Paper = {
  title: 'DeiT III: Revenge of the ViT',
  authors: 'Touvron et al.',
  year: 2022,
  url: 'https://arxiv.org/abs/2204.07118',
}
const tiny = { dim: 192, depth: 12, heads: 3 }
const small = { dim: 384, depth: 12, heads: 6 }
const medium = { dim: 512, depth: 12, heads: 8 }
const base = { dim: 768, depth: 12, heads: 12 }
const large = { dim: 1024, depth: 24, heads: 16 }
const huge = { dim: 1280, depth: 32, heads: 16 }
const giant = { dim: 1408, depth: 40, heads: 16, mlpRatio: 48 / 11 }
const gigantic = { dim: 1664, depth: 48, heads: 16, mlpRatio: 64 / 13 }
const common = {
  family: 'vision_transformer',
  paper: vitPaper,
  preprocessing: symmetricPixels(0.9),
}

const deitTable = (top1: number): Published => ({
  top1,
  source: 'MetaFormer Baselines for Vision (Yu et al. 2022), Table V',
})
const swinTable = (top1: number): Published => ({
  top1,
  source: 'Swin Transformer (Liu et al. 2021), Table 1',
})

/** Larger pictures than in training are read whole. */
const whole = { preprocessing: symmetricPixels(1) }

const visionTransformers = presetsOf(common, vit, [
  [
    'vit_tiny_patch16_224',
    'ViT-Ti/16',
    tiny,
    'The smallest usual Vision Transformer: three heads, twelve blocks.',
  ],
  ['vit_tiny_patch16_384', 'ViT-Ti/16 384', { ...tiny, size: 384 }, 'ViT-Ti on 576 patches.', whole],
  ['vit_small_patch32_224', 'ViT-S/32', { ...small, patch: 32 }, 'ViT-S over only 49 large patches.'],
  [
    'vit_small_patch32_384',
    'ViT-S/32 384',
    { ...small, patch: 32, size: 384 },
    'ViT-S over 144 large patches.',
    whole,
  ],
  ['vit_small_patch16_224', 'ViT-S/16', small, 'Six heads of 64 over 196 patches.'],
  ['vit_small_patch16_384', 'ViT-S/16 384', { ...small, size: 384 }, 'ViT-S on 576 patches.', whole],
  [
    'vit_base_patch32_224',
    'ViT-B/32',
    { ...base, patch: 32 },
    'ViT-B over 49 large patches: a quarter of the tokens, a quarter of the work.',
  ],
  [
    'vit_base_patch32_384',
    'ViT-B/32 384',
    { ...base, patch: 32, size: 384 },
    'ViT-B over 144 large patches.',
    whole,
  ],
  [
    'vit_base_patch16_224',
    'ViT-B/16',
    base,
    'The Vision Transformer of the paper: twelve heads, 86 million parameters.',
  ],
  [
    'vit_base_patch16_384',
    'ViT-B/16 384',
    { ...base, size: 384 },
    'ViT-B on 576 patches; pre-trained on ImageNet-1k alone it stays behind DeiT.',
    { ...whole, published: swinTable(77.9) },
  ],
  [
    'vit_base_patch8_224',
    'ViT-B/8',
    { ...base, patch: 8 },
    'ViT-B over 784 small patches: attention costs as much as the layers around it.',
  ],
  [
    'vit_large_patch32_224',
    'ViT-L/32',
    { ...large, patch: 32, classes: 0 },
    'ViT-L over 49 large patches, without a classifier as it was published.',
  ],
  [
    'vit_large_patch32_384',
    'ViT-L/32 384',
    { ...large, patch: 32, size: 384 },
    'ViT-L over 144 large patches.',
    whole,
  ],
  [
    'vit_large_patch16_224',
    'ViT-L/16',
    large,
    'Twenty-four blocks of sixteen heads: 304 million parameters.',
  ],
  [
    'vit_large_patch16_384',
    'ViT-L/16 384',
    { ...large, size: 384 },
    'ViT-L on 576 patches; on ImageNet-1k alone it is worse than ViT-B.',
    { ...whole, published: swinTable(76.5) },
  ],
  ['vit_large_patch14_224', 'ViT-L/14', { ...large, patch: 14 }, 'ViT-L over 256 patches.'],
  [
    'vit_huge_patch14_224',
    'ViT-H/14',
    { ...huge, patch: 14, classes: 0 },
    'The largest model of the paper, without a classifier as it was published.',
  ],
  [
    'vit_giant_patch14_224',
    'ViT-g/14',
    { ...giant, patch: 14 },
    'A billion parameters: forty blocks of sixteen heads.',
  ],
  [
    'vit_gigantic_patch14_224',
    'ViT-G/14',
    { ...gigantic, patch: 14 },
    'Nearly two billion parameters in forty-eight blocks.',
  ],
])

const dinos = presetsOf({ ...common, paper: dinoPaper, preprocessing: imagenetPixels(0.9) }, vit, [
  [
    'vit_small_patch8_224',
    'ViT-S/8 (DINO)',
    { ...small, patch: 8, classes: 0 },
    'Patches of 8×8 and no classifier: 785 tokens, whose class token finds objects without labels.',
    {
      published: {
        top1: 79.7,
        source: 'DINO (Caron et al. 2021), Table 2: linear classifier on frozen features',
      },
    },
  ],
])

const dinoV2 = { patch: 14, size: 518, classes: 0, layerScale: true }
const withRegisters = { ...dinoV2, registers: 4, positionsOfPatchesOnly: true }
const dinosV2 = presetsOf({ ...common, paper: dinoV2Paper, preprocessing: imagenetPixels(1) }, vit, [
  [
    'vit_small_patch14_dinov2',
    'ViT-S/14 (DINOv2)',
    { ...small, ...dinoV2 },
    'Self-supervised features from 1369 patches, with LayerScale.',
  ],
  ['vit_base_patch14_dinov2', 'ViT-B/14 (DINOv2)', { ...base, ...dinoV2 }, 'DINOv2 at the width of ViT-B.'],
  ['vit_large_patch14_dinov2', 'ViT-L/14 (DINOv2)', { ...large, ...dinoV2 }, 'DINOv2 at the width of ViT-L.'],
  [
    'vit_giant_patch14_dinov2',
    'ViT-g/14 (DINOv2)',
    { ...dinoV2, dim: 1536, depth: 40, heads: 24, mlpRatio: 2.66667, swiglu: true },
    'DINOv2’s teacher: forty blocks whose MLPs are gated by SiLU.',
  ],
  [
    'vit_small_patch14_reg4_dinov2',
    'ViT-S/14 (DINOv2, registers)',
    { ...small, ...withRegisters },
    'Four registers take the notes that attention otherwise leaves on empty patches.',
  ],
  [
    'vit_base_patch14_reg4_dinov2',
    'ViT-B/14 (DINOv2, registers)',
    { ...base, ...withRegisters },
    'DINOv2 with four registers at the width of ViT-B.',
  ],
  [
    'vit_large_patch14_reg4_dinov2',
    'ViT-L/14 (DINOv2, registers)',
    { ...large, ...withRegisters },
    'DINOv2 with four registers at the width of ViT-L.',
  ],
  [
    'vit_giant_patch14_reg4_dinov2',
    'ViT-g/14 (DINOv2, registers)',
    { ...withRegisters, dim: 1536, depth: 40, heads: 24, mlpRatio: 2.66667, swiglu: true },
    'DINOv2 with four registers at its largest.',
  ],
])

const distilled = { distilled: true }
const wholeImagenet = { preprocessing: imagenetPixels(1) }
const deits = presetsOf(
  { ...common, family: 'deit', paper: deitPaper, preprocessing: imagenetPixels(0.9) },
  vit,
  [
    ['deit_tiny_patch16_224', 'DeiT-Ti/16', tiny, 'ViT-Ti with a training recipe that needs ImageNet only.'],
    [
      'deit_small_patch16_224',
      'DeiT-S/16',
      small,
      'ViT-S with a training recipe that needs ImageNet only.',
      { published: deitTable(79.8) },
    ],
    [
      'deit_base_patch16_224',
      'DeiT-B/16',
      base,
      'ViT-B with a training recipe that needs ImageNet only.',
      { published: deitTable(81.8) },
    ],
    [
      'deit_base_patch16_384',
      'DeiT-B/16 384',
      { ...base, size: 384 },
      'DeiT-B on 576 patches.',
      { ...wholeImagenet, published: swinTable(83.1) },
    ],
    [
      'deit_tiny_distilled_patch16_224',
      'DeiT-Ti/16 distilled',
      { ...tiny, ...distilled },
      'A second token learns from a convolutional teacher; at the end both classifiers are averaged.',
    ],
    [
      'deit_small_distilled_patch16_224',
      'DeiT-S/16 distilled',
      { ...small, ...distilled },
      'DeiT-S with a distillation token.',
    ],
    [
      'deit_base_distilled_patch16_224',
      'DeiT-B/16 distilled',
      { ...base, ...distilled },
      'DeiT-B with a distillation token.',
    ],
    [
      'deit_base_distilled_patch16_384',
      'DeiT-B/16 distilled 384',
      { ...base, ...distilled, size: 384 },
      'DeiT-B with a distillation token on 576 patches.',
      wholeImagenet,
    ],
  ],
)

const deit3 = { layerScale: true, positionsOfPatchesOnly: true }
const deits3 = presetsOf(
  { ...common, family: 'deit', paper: deit3Paper, preprocessing: imagenetPixels(1) },
  vit,
  [
    [
      'deit3_small_patch16_224',
      'DeiT III-S/16',
      { ...small, ...deit3 },
      'ViT-S with LayerScale and positions for patches only, trained by a simpler recipe.',
    ],
    [
      'deit3_small_patch16_384',
      'DeiT III-S/16 384',
      { ...small, ...deit3, size: 384 },
      'DeiT III-S on 576 patches.',
    ],
    ['deit3_medium_patch16_224', 'DeiT III-M/16', { ...medium, ...deit3 }, 'Between S and B: eight heads.'],
    ['deit3_base_patch16_224', 'DeiT III-B/16', { ...base, ...deit3 }, 'DeiT III at the width of ViT-B.'],
    [
      'deit3_base_patch16_384',
      'DeiT III-B/16 384',
      { ...base, ...deit3, size: 384 },
      'DeiT III-B on 576 patches.',
    ],
    ['deit3_large_patch16_224', 'DeiT III-L/16', { ...large, ...deit3 }, 'DeiT III at the width of ViT-L.'],
    [
      'deit3_large_patch16_384',
      'DeiT III-L/16 384',
      { ...large, ...deit3, size: 384 },
      'DeiT III-L on 576 patches.',
    ],
    [
      'deit3_huge_patch14_224',
      'DeiT III-H/14',
      { ...huge, ...deit3, patch: 14 },
      'DeiT III at the width of ViT-H.',
    ],
  ],
)

export const vits: readonly Preset[] = [...visionTransformers, ...dinos, ...dinosV2, ...deits, ...deits3]
