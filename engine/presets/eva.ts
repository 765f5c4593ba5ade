/**
 * EVA: large ViTs that learn to predict CLIP's features of masked patches; EVA-02 adds rotary positions and gated MLPs.
 * timm's ViTs with rotary positions are of the same make.
 *
 * Fang et al. 2022, https://arxiv.org/abs/2211.07636; Fang et al. 2023, https://arxiv.org/abs/2303.11331;
 * Heo et al. 2024, RoPE-ViT, https://arxiv.org/abs/2403.13298
 */
import type { Document, DocumentNode, ModuleNode } from '../document/types'
import type { Paper } from '../modules/module'
import type { Attributes } from '../schema/schema'
import { differing, preNormBlock } from './block'
import { gammas, lastNorms, normOf, type PlainSizes, plainTransformer, widths } from './plainTransformer'
import { clipValues } from './preprocessing'
import {
  imagenetPixels,
  type Preprocessing,
  type Preset,
  type PresetRow,
  presetsOf,
  symmetricPixels,
} from './preset'
import { module } from './sketch'

export interface EvaSizes extends PlainSizes {
  /** `patches`: an embedding of the patches' positions before class token and registers join; null: none. */
  readonly positions?: 'tokens' | 'patches' | null
  readonly classToken?: boolean
  readonly registers?: number
  /** Rotary positions: how attention is told, and which half of the channels is the rows'. */
  readonly rotary?: Rotary
  readonly qkvBias?: boolean
  /** EVA's keys have no bias. */
  readonly keyBias?: boolean
  /** A layer each for queries, keys and values, and for both halves of a gated MLP. */
  readonly apart?: boolean
  /** Norms inside a gated MLP and, for CLIP, before the attention's projection. */
  readonly innerNorms?: 'mlp' | 'both'
  readonly mlp?: 'swiglu' | number
  /** A gated MLP of another width: behind the gate, as a multiple of the channels. */
  readonly gated?: number
  readonly layerScale?: boolean
  readonly postNorm?: boolean
}

interface Rotary {
  readonly rotary: 'rows' | 'columns' | 'centred'
  readonly wavelength?: number
  readonly trainedSide?: number
}

export function eva(name: string, sizes: EvaSizes): Document {
  const { positions = 'tokens', classToken = true, registers = 0, layerScale, postNorm } = sizes
  const learned: DocumentNode[] = []
  if (registers > 0) {
    const attrs = differing({ tokens: registers }, { tokens: 1 })
    learned.push(module('reg_token', 'classToken', attrs))
  }
  if (classToken) learned.push(module('cls_token', 'classToken'))
  const embedding = [module('pos_embed', 'positionEmbedding')]
  const tokens = {
    tokens: [...learned, ...embedding],
    patches: [...embedding, ...learned],
    none: learned,
  }[positions ?? 'none']
  const parts = { mixer: attention(sizes), mlp: mlp(sizes) }
  const scale = layerScale ? { scale: gammas } : {}
  const block = preNormBlock({
    ...parts,
    ...(postNorm ? { norm: null, scale: lastNorms } : { ...scale, norm: normOf(sizes) }),
  })
  return plainTransformer(name, sizes, { tokens, block })
}

function attention({
  heads,
  rotary,
  apart,
  qkvBias = true,
  keyBias = false,
  innerNorms,
}: EvaSizes): ModuleNode {
  return module('attn', 'attention', {
    heads,
    ...(rotary ?? {}),
    ...differing({ qkvBias, keyBias: keyBias || !qkvBias }, { qkvBias: true, keyBias: true }),
    ...(apart ? { order: 'apart' } : {}),
    ...(innerNorms === 'both' ? { innerNorm: 'layerNorm' } : {}),
  })
}

function mlp({ mlp: kind = 4, gated, apart, innerNorms }: EvaSizes): ModuleNode {
  if (gated) return module('mlp', 'gatedMlp', { mlpRatio: gated, packed: false })
  if (kind !== 'swiglu') return module('mlp', 'mlp', differing({ mlpRatio: kind }, { mlpRatio: 4 }))
  const attrs: Attributes = innerNorms ? { norm: 'layerNorm' } : {}
  return module('mlp', 'gatedMlp', apart ? { ...attrs, packed: false } : attrs)
}

// --- the models --------------------------------------------------------------------------------------------------

const evaPaper: Paper = {
  title: 'EVA: Exploring the Limits of Masked Visual Representation Learning at Scale',
  authors: 'Fang et al.',
  year: 2022,
  url: 'https://arxiv.org/abs/2211.07636',
}
const eva02Paper: Paper = {
  title: 'EVA-02: A Visual Representation for Neon Genesis',
  authors: 'Fang et al.',
  year: 2023,
  url: 'https://arxiv.org/abs/2303.11331',
}
const clipPaper: Paper = {
  title: 'EVA-CLIP: Improved Training Techniques for CLIP at Scale',
  authors: 'Sun et al.',
  year: 2023,
  url: 'https://arxiv.org/abs/2303.15389',
}
const ropePaper: Paper = {
  title: 'Rotary Position Embedding for Vision Transformer',
  authors: 'Heo et al.',
  year: 2024,
  url: 'https://arxiv.org/abs/2403.13298',
}

const dinoPaper: Paper = {
  title: 'DINOv3',
  authors: 'Siméoni et al.',
  year: 2025,
  url: 'https://arxiv.org/abs/2508.10104',
}

const { tiny, small, medium, base, large, giant } = widths
const clipPixels = (crop: number): Preprocessing => ({ crop, ...clipValues })
const giantEva = { ...giant, patch: 14, mlp: 6144 / 1408, pool: 'avg' } as const
const at16 = { rotary: { rotary: 'rows', trainedSide: 16 } } as const
const eva02 = { ...at16, patch: 14, mlp: 'swiglu', pool: 'avg' } as const
const gated = { apart: true, innerNorms: 'mlp' } as const
const forClip = { ...at16, mlp: 'swiglu', apart: true, innerNorms: 'both' } as const
const features = { classes: 0 }

const evas = presetsOf({ family: 'eva', paper: evaPaper, preprocessing: clipPixels(0.9) }, eva, [
  ['eva_giant_patch14_224', 'EVA-g/14', giantEva, 'A billion parameters: forty blocks, keys without bias.'],
  [
    'eva_giant_patch14_336',
    'EVA-g/14 336',
    { ...giantEva, size: 336 },
    'EVA-g on 576 patches.',
    { preprocessing: clipPixels(1) },
  ],
  [
    'eva_giant_patch14_560',
    'EVA-g/14 560',
    { ...giantEva, size: 560 },
    'EVA-g on 1600 patches.',
    { preprocessing: clipPixels(1) },
  ],
  [
    'eva_giant_patch14_clip_224',
    'EVA-g/14 (CLIP)',
    { ...giantEva, pool: 'token', classes: 1024 },
    'The image tower of a CLIP: its class token becomes 1024 features.',
    { paper: clipPaper },
  ],
  [
    'eva02_tiny_patch14_224',
    'EVA-02-Ti/14',
    { ...tiny, ...eva02, ...features },
    'Rotary positions and an MLP gated by SiLU; features without a classifier.',
    { paper: eva02Paper },
  ],
  [
    'eva02_small_patch14_224',
    'EVA-02-S/14',
    { ...small, ...eva02, ...features },
    'Six heads; features without a classifier.',
    { paper: eva02Paper },
  ],
  [
    'eva02_base_patch14_224',
    'EVA-02-B/14',
    { ...base, ...eva02, ...gated, ...features },
    'Norms inside the gated MLPs; features without a classifier.',
    { paper: eva02Paper },
  ],
  [
    'eva02_large_patch14_224',
    'EVA-02-L/14',
    { ...large, ...eva02, ...gated, ...features },
    'EVA-02 at the width of ViT-L; features without a classifier.',
    { paper: eva02Paper },
  ],
  [
    'eva02_tiny_patch14_336',
    'EVA-02-Ti/14 336',
    { ...tiny, ...eva02, size: 336 },
    'On 576 patches, whose angles count as on the 16×16 of training.',
    { paper: eva02Paper, preprocessing: clipPixels(1) },
  ],
  [
    'eva02_small_patch14_336',
    'EVA-02-S/14 336',
    { ...small, ...eva02, size: 336 },
    'EVA-02-S on 576 patches.',
    { paper: eva02Paper, preprocessing: clipPixels(1) },
  ],
  [
    'eva02_base_patch14_448',
    'EVA-02-B/14 448',
    { ...base, ...eva02, ...gated, size: 448 },
    'EVA-02-B on 1024 patches.',
    { paper: eva02Paper, preprocessing: clipPixels(1) },
  ],
  [
    'eva02_large_patch14_448',
    'EVA-02-L/14 448',
    { ...large, ...eva02, ...gated, size: 448 },
    'EVA-02-L on 1024 patches.',
    { paper: eva02Paper, preprocessing: clipPixels(1) },
  ],
  [
    'eva02_base_patch16_clip_224',
    'EVA-02-B/16 (CLIP)',
    { ...base, ...forClip, classes: 512 },
    'The image tower of a CLIP, with a norm before each attention’s projection.',
    { paper: clipPaper },
  ],
  [
    'eva02_large_patch14_clip_224',
    'EVA-02-L/14 (CLIP)',
    { ...large, ...forClip, patch: 14, classes: 768 },
    'The image tower of a large CLIP.',
    { paper: clipPaper },
  ],
  [
    'eva02_large_patch14_clip_336',
    'EVA-02-L/14 336 (CLIP)',
    { ...large, ...forClip, patch: 14, classes: 768, size: 336 },
    'The image tower of a large CLIP on 576 patches.',
    { paper: clipPaper, preprocessing: clipPixels(1) },
  ],
  [
    'eva02_enormous_patch14_clip_224',
    'EVA-02-E/14 (CLIP)',
    { dim: 1792, depth: 64, heads: 16, patch: 14, mlp: 15360 / 1792, postNorm: true, classes: 1024 },
    'More than four billion parameters in sixty-four blocks, with norms at the end of the branches.',
    { paper: clipPaper },
  ],
])

const averaged = {
  ...at16,
  size: 256,
  classToken: false,
  positions: null,
  pool: 'avg',
  layerScale: true,
} as const
const rotaryVits = presetsOf({ family: 'eva', paper: ropePaper, preprocessing: symmetricPixels(0.95) }, eva, [
  [
    'vit_medium_patch16_rope_reg1_gap_256',
    'ViT-M/16 rotary, register',
    { ...medium, ...averaged, registers: 1 },
    'Rotary positions, a register in place of the class token, and the mean of the patches.',
  ],
  [
    'vit_mediumd_patch16_rope_reg1_gap_256',
    'ViT-Md/16 rotary, register',
    { ...medium, ...averaged, depth: 20, registers: 1, qkvBias: false },
    'Twenty blocks at the width of ViT-M.',
  ],
  [
    'vit_betwixt_patch16_rope_reg4_gap_256',
    'ViT-Be/16 rotary, registers',
    { ...averaged, dim: 640, depth: 12, heads: 10, registers: 4 },
    'Between M and B, with four registers.',
  ],
  [
    'vit_base_patch16_rope_reg1_gap_256',
    'ViT-B/16 rotary, register',
    { ...base, ...averaged, registers: 1 },
    'ViT-B with rotary positions and a register.',
  ],
])

const byColumns = {
  rotary: { rotary: 'columns', wavelength: 100 },
  keyBias: true,
  layerScale: true,
} as const
const only = { ...byColumns, positions: null } as const
const besides = { ...byColumns, positions: 'patches' } as const
const ropeVits = presetsOf({ family: 'eva', paper: ropePaper, preprocessing: imagenetPixels(0.9) }, eva, [
  [
    'vit_small_patch16_rope_224',
    'RoPE-ViT-S/16',
    { ...small, ...only },
    'Rotary positions along both axes in place of the embedding.',
  ],
  ['vit_base_patch16_rope_224', 'RoPE-ViT-B/16', { ...base, ...only }, 'Twelve heads with rotary positions.'],
  [
    'vit_large_patch16_rope_224',
    'RoPE-ViT-L/16',
    { ...large, ...only },
    'Twenty-four blocks with rotary positions.',
  ],
  [
    'vit_small_patch16_rope_ape_224',
    'RoPE-ViT-S/16, embedding too',
    { ...small, ...besides },
    'Rotary positions beside the embedding.',
  ],
  [
    'vit_base_patch16_rope_ape_224',
    'RoPE-ViT-B/16, embedding too',
    { ...base, ...besides },
    'Twelve heads; rotary positions beside the embedding.',
  ],
  [
    'vit_large_patch16_rope_ape_224',
    'RoPE-ViT-L/16, embedding too',
    { ...large, ...besides },
    'Twenty-four blocks; rotary positions beside the embedding.',
  ],
])

const fromMae = { ...large, patch: 14, keyBias: true, pool: 'avg' } as const
const evaLarges = presetsOf({ family: 'eva', paper: evaPaper, preprocessing: clipPixels(1) }, eva, [
  ['eva_large_patch14_196', 'EVA-L/14 196', { ...fromMae, size: 196 }, 'ViT-L on 196 patches of 14 pixels.'],
  ['eva_large_patch14_336', 'EVA-L/14 336', { ...fromMae, size: 336 }, 'ViT-L on 576 patches of 14 pixels.'],
])

const dino = {
  rotary: { rotary: 'centred', wavelength: 100 },
  positions: null,
  registers: 4,
  layerScale: true,
  eps: 1e-5,
  pool: 'normed',
  classes: 0,
  size: 256,
} as const
const huge = { dim: 1280, depth: 32, heads: 20, gated: 4 }
const dinoRows: readonly PresetRow<EvaSizes>[] = [
  [
    'vit_small_patch16_dinov3',
    'ViT-S/16 (DINOv3)',
    { ...small, ...dino },
    'Self-supervised features: rotary positions from the centre, four registers, no bias of queries, keys and values.',
  ],
  [
    'vit_small_plus_patch16_dinov3',
    'ViT-S+/16 (DINOv3)',
    { ...small, ...dino, gated: 4 },
    'DINOv3-S with gated MLPs.',
  ],
  ['vit_base_patch16_dinov3', 'ViT-B/16 (DINOv3)', { ...base, ...dino }, 'DINOv3 at the width of ViT-B.'],
  ['vit_large_patch16_dinov3', 'ViT-L/16 (DINOv3)', { ...large, ...dino }, 'DINOv3 at the width of ViT-L.'],
  [
    'vit_huge_plus_patch16_dinov3',
    'ViT-H+/16 (DINOv3)',
    { ...huge, ...dino },
    'DINOv3 in thirty-two blocks with gated MLPs.',
  ],
]
const withoutBias = dinoRows.map(
  ([id, title, sizes, summary]): PresetRow<EvaSizes> => [id, title, { ...sizes, qkvBias: false }, summary],
)
const withBias = dinoRows.map(
  ([id, title, sizes]): PresetRow<EvaSizes> => [
    `${id}_qkvb`,
    `${title}, biases`,
    sizes,
    `${title} whose queries and values have biases.`,
  ],
)
const dinosV3 = presetsOf({ family: 'eva', paper: dinoPaper, preprocessing: imagenetPixels(1) }, eva, [
  ...withoutBias,
  [
    'vit_tiny_patch16_dinov3_qkvb',
    'ViT-Ti/16 (DINOv3), biases',
    { ...tiny, ...dino },
    'The smallest, three heads.',
  ],
  ...withBias,
  [
    'vit_7b_patch16_dinov3',
    'ViT-7B/16 (DINOv3)',
    { ...dino, dim: 4096, depth: 40, heads: 32, gated: 2, qkvBias: false },
    'The teacher of the others: nearly seven billion parameters.',
  ],
])

export const rotaryTransformers: readonly Preset[] = [
  ...evas,
  ...evaLarges,
  ...rotaryVits,
  ...ropeVits,
  ...dinosV3,
]
