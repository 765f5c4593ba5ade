/**
 * NesT: attention inside blocks of the picture that stay equally large while the map shrinks, so that four of them merge
 * into one between levels.
 *
 * Zhang et al. 2021, https://arxiv.org/abs/2105.12723
 */
import type { Document, DocumentNode } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type PresetRow, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

export interface NestSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  readonly heads: readonly number[]
  readonly patch?: number
  /** Padding of the pooling as in the paper's code, which was written in JAX. */
  readonly jax?: boolean
  readonly classes?: number
  readonly size?: number
}

export function nest(name: string, sizes: NestSizes): Document {
  const { dims, depths, heads, patch = 4, classes = 1000, size = 224 } = sizes
  const windowSize = size / patch / 2 ** (depths.length - 1)
  const embed = module('patch_embed', 'patchStem', {
    ...differing({ dim: dims[0] ?? 128 }, { dim: 768 }),
    patchSize: patch,
    flatten: false,
  })
  const levels = depths.map((depth, level) => {
    const positions = module('pos_embed', 'positionEmbedding', { asMap: true, windowSize })
    const mixer = module({ id: 'attn', keys: { softmax: '' } }, 'windowAttention', {
      ...differing({ windowSize }, { windowSize: 7 }),
      ...{ heads: heads[level] ?? 1, position: 'none', joined: 'channels' },
    })
    const blocks = group('transformer_encoder.0', depth, preNormBlock({ mixer, mlp: module('mlp', 'mlp') }))
    const title = `Level ${level + 1}`
    return group({ id: `levels.${level}`, title }, 1, chain(...merging(sizes, level), positions, blocks))
  })
  const head = module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
    ...differing({ classes }, { classes: 1000 }),
    norm: 'noNorm',
  })
  return design(name, chain(embed, ...levels, module('norm', 'layerNorm'), head), size)
}

/** A convolution sees over the borders of the blocks before the map is halved. */
function merging({ dims, jax }: NestSizes, level: number): readonly DocumentNode[] {
  if (level === 0) return []
  const pool = { kernelSize: 3, ...(jax ? { alignment: 'tensorflow' } : {}) }
  const nodes = [
    module('conv', 'convolution', { dim: dims[level] ?? null }),
    module('norm', 'layerNorm'),
    module('pool', 'maxPool', pool),
  ]
  return [group('pool', 1, chain(...nodes))]
}

// --- the models --------------------------------------------------------------------------------------------------

const narrow = { dims: [96, 192, 384], heads: [3, 6, 12] }
const rows: readonly PresetRow<NestSizes>[] = [
  [
    'nest_tiny',
    'NesT-T',
    { ...narrow, depths: [2, 2, 8] },
    'Blocks of 14×14 positions that attend by themselves; a convolution and a pooling merge four of them.',
  ],
  ['nest_small', 'NesT-S', { ...narrow, depths: [2, 2, 20] }, 'Twenty blocks on the last level.'],
  [
    'nest_base',
    'NesT-B',
    { dims: [128, 256, 512], heads: [4, 8, 16], depths: [2, 2, 20] },
    'Widths from 128 to 512 channels.',
  ],
]

export const nests: readonly Preset[] = presetsOf(
  {
    family: 'nest',
    paper: {
      title:
        'Nested Hierarchical Transformer: Towards Accurate, Data-Efficient and Interpretable Visual Understanding',
      authors: 'Zhang et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2105.12723',
    },
    preprocessing: imagenetPixels(0.875),
  },
  nest,
  [
    ...rows,
    ...rows.map(
      ([id, title, sizes]): PresetRow<NestSizes> => [
        `${id}_jx`,
        `${title} (JAX)`,
        { ...sizes, jax: true },
        `${title} with the padding of the paper’s own code.`,
      ],
    ),
  ],
)
