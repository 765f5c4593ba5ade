/**
 * LV-ViT: a Vision Transformer behind a stem of four convolutions, whose patches vote beside the class token; and Refiner, the same
 * with attention maps that are refined.
 *
 * Jiang et al. 2021, https://arxiv.org/abs/2104.10858; Zhou et al. 2021, https://arxiv.org/abs/2106.03714
 */
import type { Document, DocumentNode } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

interface LvVitSizes {
  readonly dim: number
  readonly depth: number
  readonly heads: number
  /** Channels of the three convolutions before the patches. */
  readonly stem?: readonly [number, number, number]
  /** What both branches are divided by. */
  readonly divisor?: number
  /** Maps per head while they are refined; left out, they are used as they are. */
  readonly expansion?: number
  readonly classes?: number
  readonly size?: number
}

const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

export function lvvit(name: string, sizes: LvVitSizes): Document {
  const { dim, depth, heads, stem = [64, 64, 64], divisor = 1, expansion } = sizes
  const { classes = 1000, size = 224 } = sizes
  const mixer = expansion
    ? module('attn', 'refinedAttention', { heads, ...differing({ expansion }, { expansion: 3 }) })
    : module('attn', 'attention', { heads, qkvBias: false })
  const block = preNormBlock({
    mixer,
    mlp: module('mlp', 'mlp', { mlpRatio: 3 }),
    norm: expansion ? 'layerNorm' : norm,
    scale: (half) => (divisor === 1 ? [] : [module(`scale${half}`, 'factor', { value: 1 / divisor })]),
  })
  const convolutions = stem.flatMap((dim, index): DocumentNode[] => [
    module(`conv${index + 1}`, 'convolution', {
      dim,
      ...(index === 0 ? { kernelSize: 7, stride: 2 } : {}),
      bias: false,
    }),
    module(`bn${index + 1}`, 'batchNorm'),
    module(`relu${index + 1}`, 'relu'),
  ])
  const patches = module('proj', 'convolution', { dim, kernelSize: 8, stride: 8 })
  const graph = chain(
    group({ id: 'patch_embed', title: 'Stem' }, 1, chain(...convolutions, patches)),
    module('cls_token', 'classToken'),
    module('pos_embed', 'positionEmbedding'),
    group('blocks.0', depth, block),
    expansion ? module('norm', 'layerNorm') : module('norm', norm.module, norm.attrs),
    module({ id: 'head', key: '' }, 'tokenLabelHead', differing({ classes }, { classes: 1000 })),
  )
  return design(name, graph, size)
}

// --- the models --------------------------------------------------------------------------------------------------

const readme = (top1: number): { published: Published } => ({
  published: { top1, source: 'TokenLabeling (Jiang et al. 2021), README' },
})

const tiny = { dim: 240, depth: 12, heads: 4 }
const small = { dim: 384, depth: 16, heads: 6, divisor: 2 }
const medium = { dim: 512, depth: 20, heads: 8, divisor: 2 }
const large = { dim: 768, depth: 24, heads: 12, divisor: 3, stem: [128, 128, 128] } as const
const whole = { preprocessing: imagenetPixels(1) }

const lvvits = presetsOf<LvVitSizes>(
  {
    family: 'lvvit',
    paper: {
      title: 'All Tokens Matter: Token Labeling for Training Better Vision Transformers',
      authors: 'Jiang et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2104.10858',
    },
    preprocessing: imagenetPixels(0.9),
  },
  lvvit,
  [
    ['lvvit_t', 'LV-ViT-T', tiny, 'Trained with a label for every patch, which votes too.', readme(79.1)],
    ['lvvit_s', 'LV-ViT-S', small, 'Sixteen blocks whose branches count half.', readme(83.3)],
    ['lvvit_s_384', 'LV-ViT-S 384', { ...small, size: 384 }, 'On pictures of 384 pixels.', readme(84.4)],
    ['lvvit_m', 'LV-ViT-M', medium, 'Twenty blocks of 512 channels.', { ...whole, ...readme(84) }],
    [
      'lvvit_m_384',
      'LV-ViT-M 384',
      { ...medium, size: 384 },
      'LV-ViT-M on pictures of 384 pixels.',
      { ...whole, ...readme(85.4) },
    ],
    [
      'lvvit_m_448',
      'LV-ViT-M 448',
      { ...medium, size: 448 },
      'LV-ViT-M on pictures of 448 pixels.',
      { ...whole, ...readme(85.5) },
    ],
    [
      'lvvit_l_448',
      'LV-ViT-L 448',
      { ...large, size: 448 },
      'Twenty-four blocks of 768 channels, whose branches count a third.',
      { ...whole, ...readme(86.2) },
    ],
    [
      'lvvit_l_512',
      'LV-ViT-L 512',
      { ...large, size: 512 },
      'LV-ViT-L on pictures of 512 pixels.',
      { ...whole, ...readme(86.4) },
    ],
  ],
)

const refined = { stem: [32, 64, 128], expansion: 3 } as const
const refiners = presetsOf<LvVitSizes>(
  {
    family: 'refiner',
    paper: {
      title: 'Refiner: Refining Self-attention for Vision Transformers',
      authors: 'Zhou et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2106.03714',
    },
    preprocessing: imagenetPixels(0.9),
  },
  lvvit,
  [
    [
      'refiner_vit_s',
      'Refiner-ViT-S, all blocks refined',
      { ...refined, dim: 384, depth: 16, heads: 12 },
      'Refines the maps of every block by the paper’s formula; the authors’ code hands maps on from one block to the next.',
    ],
  ],
)

export const lvVits: readonly Preset[] = [...lvvits, ...refiners]
