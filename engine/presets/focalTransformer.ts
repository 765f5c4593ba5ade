/**
 * Focal Transformers: windows that see near tokens finely and far windows as summaries, on four resolutions.
 *
 * Yang et al. 2021, https://arxiv.org/abs/2107.00641
 */
import type { Document } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

interface FocalSizes {
  readonly dim: number
  readonly depths: readonly number[]
  readonly heads: readonly number[]
  readonly classes?: number
  readonly size?: number
}

const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

/** Summaries along each side that a window sees, per stage. */
const focalWindows = [7, 5, 3, 1]

/** The summaries of windows are kept in the block, beside its attention. */
const keys = {
  pool: 'pool_layers.0',
  ...Object.fromEntries(
    [
      'qkv',
      'proj',
      'relative_position_bias_table',
      'relative_position_bias_table_to_neighbors',
      'relative_position_bias_table_to_windows',
    ].map((part) => [part, `attn.${part}`]),
  ),
}

export function focalTransformer(name: string, sizes: FocalSizes): Document {
  const { dim, depths, heads, classes = 1000, size = 224 } = sizes
  const stem = module('patch_embed', 'patchStem', { dim, patchSize: 4, norm, flatten: false })
  const stages = depths.map((depth, stage) => {
    const block = preNormBlock({
      mixer: module({ id: 'attn', key: '', keys }, 'focalAttention', {
        heads: heads[stage] ?? 1,
        ...differing({ focalWindow: focalWindows[stage] ?? 1 }, { focalWindow: 3 }),
      }),
      mlp: module('mlp', 'mlp'),
      norm,
    })
    const downsample = module({ id: 'downsample', keys: { conv: 'proj' } }, 'convDownsample', {
      dim: dim * 2 ** (stage + 1),
      kernelSize: 2,
      norm,
      normOrder: 'after',
    })
    const last = stage === depths.length - 1 ? [] : [downsample]
    const body = chain(group('blocks.0', depth, block), ...last)
    return group({ id: `layers.${stage}`, title: `Stage ${stage + 1}` }, 1, body)
  })
  const head = module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
    ...differing({ classes }, { classes: 1000 }),
    norm: 'noNorm',
  })
  return design(name, chain(stem, ...stages, module('norm', norm.module, norm.attrs), head), size)
}

const readme = (top1: number): { published: Published } => ({
  published: { top1, source: 'Focal Transformer (Yang et al. 2021), README' },
})

const tiny = { dim: 96, depths: [2, 2, 6, 2], heads: [3, 6, 12, 24] }

export const focalTransformers: readonly Preset[] = presetsOf(
  {
    family: 'focal_transformer',
    paper: {
      title: 'Focal Self-attention for Local-Global Interactions in Vision Transformers',
      authors: 'Yang et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2107.00641',
    },
    preprocessing: imagenetPixels(0.9),
  },
  focalTransformer,
  [
    [
      'focal_tiny_patch4_window7_224',
      'Focal-T',
      tiny,
      'Each window sees its near surroundings finely and farther ones as summaries.',
      readme(82.2),
    ],
    [
      'focal_small_patch4_window7_224',
      'Focal-S',
      { ...tiny, depths: [2, 2, 18, 2] },
      'Eighteen blocks in the third stage.',
      readme(83.6),
    ],
    [
      'focal_base_patch4_window7_224',
      'Focal-B',
      { dim: 128, depths: [2, 2, 18, 2], heads: [4, 8, 16, 32] },
      'Widths from 128 to 1024 channels.',
      readme(84),
    ],
  ],
)
