/**
 * T2T-ViT: overlapping windows become tokens step by step, attending to each other in between; then a deep, narrow ViT.
 *
 * Yuan et al. 2021, https://arxiv.org/abs/2101.11986
 */
import { type Document, type GroupNode, IN } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface T2tVitSizes {
  readonly dim: number
  readonly depth: number
  readonly heads: number
  readonly mlpRatio?: number
  /** How tokens attend while they are being made. */
  readonly kernel?: 'softmax' | 'favor'
  readonly tokenDim?: number
  readonly classes?: number
  readonly size?: number
}

const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

export function t2tVit(name: string, sizes: T2tVitSizes): Document {
  const { dim, depth, heads, mlpRatio = 3, kernel = 'favor', tokenDim = 64 } = sizes
  const { classes = 1000, size = 224 } = sizes
  const step = { kernelSize: 3, stride: 2 }
  const tokens = chain(
    module('soft_split0', 'softSplit'),
    tokenBlock('attention1', tokenDim, kernel),
    module('soft_split1', 'softSplit', step),
    tokenBlock('attention2', tokenDim, kernel),
    module('soft_split2', 'softSplit', step),
    module('project', 'linear', { dim }),
  )
  const block = preNormBlock({
    mixer: module('attn', 'attention', { heads, qkvBias: false }),
    mlp: module('mlp', 'mlp', differing({ mlpRatio }, { mlpRatio: 4 })),
    norm,
  })
  const nodes = chain(
    group({ id: 'tokens_to_token', title: 'Tokens to token' }, 1, tokens),
    module('cls_token', 'classToken'),
    module('pos_embed', 'positionEmbedding', { positions: 'sequence' }),
    group('blocks.0', depth, block),
    module('norm', norm.module, norm.attrs),
    module('head', 'classTokenHead', differing({ classes }, { classes: 1000 })),
  )
  return design(name, nodes, size)
}

/** Its first half has no shortcut: the tokens become shorter. */
function tokenBlock(id: string, dim: number, kernel: 'softmax' | 'favor'): GroupNode {
  const sketch = new Sketch()
  const isRandom = kernel === 'favor'
  const attention = module(isRandom ? { id: 'attn', key: '' } : 'attn', 'narrowingAttention', {
    ...differing({ dim }, { dim: 64 }),
    ...(isRandom ? { kernel, bias: true } : {}),
  })
  const narrow = sketch.chain(IN, module('norm1', norm.module, norm.attrs), attention)
  const mlp = isRandom ? { id: 'mlp', keys: { fc1: '0', fc2: '2' } } : 'mlp'
  const branch = [module('norm2', norm.module, norm.attrs), module(mlp, 'mlp', { mlpRatio: 1 })]
  return group(id, 1, sketch.body(sketch.residual(narrow, 'add', branch)))
}

// --- the models --------------------------------------------------------------------------------------------------

const readme = (top1: number): { published: Published } => ({
  published: { top1, source: 'T2T-ViT (Yuan et al. 2021), README' },
})

const lite = { dim: 256, heads: 4, mlpRatio: 2 }
const small = { dim: 384, depth: 14, heads: 6 }
const medium = { dim: 448, depth: 19, heads: 7 }
const large = { dim: 512, depth: 24, heads: 8 }

export const t2tVits: readonly Preset[] = presetsOf(
  {
    family: 't2t_vit',
    paper: {
      title: 'Tokens-to-Token ViT: Training Vision Transformers from Scratch on ImageNet',
      authors: 'Yuan et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2101.11986',
    },
    preprocessing: imagenetPixels(0.9),
  },
  t2tVit,
  [
    [
      't2t_vit_7',
      'T2T-ViT-7',
      { ...lite, depth: 7 },
      'Seven narrow blocks behind a tokenizer of overlapping windows.',
      readme(71.7),
    ],
    ['t2t_vit_10', 'T2T-ViT-10', { ...lite, depth: 10 }, 'Ten blocks.', readme(75.2)],
    ['t2t_vit_12', 'T2T-ViT-12', { ...lite, depth: 12 }, 'Twelve blocks.', readme(76.5)],
    [
      't2t_vit_14',
      'T2T-ViT-14',
      small,
      'As large as ResNet-50: fourteen blocks of 384 channels.',
      readme(81.5),
    ],
    [
      't2t_vit_14_384',
      'T2T-ViT-14 384',
      { ...small, size: 384 },
      'T2T-ViT-14 on pictures of 384 pixels.',
      { ...readme(83.3), preprocessing: imagenetPixels(1) },
    ],
    ['t2t_vit_19', 'T2T-ViT-19', medium, 'Nineteen blocks of 448 channels.', readme(81.9)],
    ['t2t_vit_24', 'T2T-ViT-24', large, 'Twenty-four blocks of 512 channels.', readme(82.3)],
    [
      't2t_vit_t_14',
      'T2T-ViTₜ-14',
      { ...small, kernel: 'softmax' },
      'Tokens attend by softmax while they are made: 3136 of them at first.',
      readme(81.7),
    ],
    ['t2t_vit_t_19', 'T2T-ViTₜ-19', { ...medium, kernel: 'softmax' }, 'Nineteen blocks.', readme(82.4)],
    ['t2t_vit_t_24', 'T2T-ViTₜ-24', { ...large, kernel: 'softmax' }, 'Twenty-four blocks.', readme(82.6)],
    [
      't2t_vit_14_resnext',
      'T2T-ViT-ResNeXt-14',
      { ...small, heads: 32 },
      'Many heads as ResNeXt has many groups: thirty-two of twelve channels.',
    ],
    [
      't2t_vit_14_wide',
      'T2T-ViT-Wide-14',
      { dim: 768, depth: 4, heads: 12 },
      'Shallow and wide for comparison: four blocks of 768 channels.',
    ],
  ],
)
