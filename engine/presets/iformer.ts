/**
 * Inception Transformers: more and more heads attend from stage to stage, and fewer channels see edges.
 *
 * Si et al. 2022, https://arxiv.org/abs/2205.12956
 */
import type { Document, DocumentNode, GroupNode, NodeOverride } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

export interface IformerSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  /** Heads into which a stage's channels split. */
  readonly heads: readonly number[]
  /** How many of them attend, block by block through the whole network. */
  readonly attending: readonly number[]
  readonly classes?: number
  readonly size?: number
}

export function iformer(name: string, sizes: IformerSizes): Document {
  const { dims, depths, classes = 1000, size = 224 } = sizes
  const stages = depths.map((_, stage) => {
    const position = { id: 'pos_embed', key: `pos_embed${stage + 1}` }
    const positions = module(position, 'positionEmbedding', { asMap: true })
    const embed = stage === 0 ? stem(dims[0] ?? 96) : patches(dims[stage] ?? 96, stage)
    const title = `Stage ${stage + 1}`
    return group({ id: `stages.${stage}`, key: '', title }, 1, chain(embed, positions, blocks(sizes, stage)))
  })
  const head = module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
    ...differing({ classes }, { classes: 1000 }),
    norm: 'noNorm',
  })
  return design(name, chain(...stages, module('norm', 'layerNorm'), head), size)
}

function stem(dim: number): GroupNode {
  const body = chain(
    module('proj1', 'convolution', { dim: Math.floor(dim / 2), stride: 2 }),
    module('norm1', 'batchNorm'),
    module('gelu1', 'gelu'),
    module('proj2', 'convolution', { dim, stride: 2 }),
    module('norm2', 'batchNorm'),
  )
  return group({ id: 'patch_embed', title: 'Stem' }, 1, body)
}

const patches = (dim: number, stage: number): DocumentNode =>
  module({ id: 'patch_embed', key: `patch_embed${stage + 1}`, keys: { conv: 'proj' } }, 'convDownsample', {
    dim,
    norm: 'batchNorm',
    normOrder: 'after',
  })

/** Attention sees cells of 2×2 in the first two stages; the last two have LayerScale. */
function blocks({ dims, depths, heads, attending }: IformerSizes, stage: number): GroupNode {
  const depth = depths[stage] ?? 1
  const before = depths.slice(0, stage).reduce((sum, count) => sum + count, 0)
  const headsOf = (block: number) => attending[before + block] ?? 1
  const headDim = Math.floor((dims[stage] ?? 96) / (heads[stage] ?? 1))
  const first = headsOf(0)
  const mixer = module('attn', 'inceptionMixer', {
    ...differing({ heads: first, headDim }, { heads: 1, headDim: 16 }),
    ...(stage < 2 ? {} : { poolSize: 1 }),
  })
  const scale = (half: 1 | 2) =>
    stage < 2 ? [] : [module({ id: `layer_scale_${half}`, keys: { gamma: '' } }, 'layerScale')]
  const overrides: Record<string, Record<string, NodeOverride>> = {}
  for (let block = 1; block < depth; block++) {
    if (headsOf(block) !== first) overrides[block] = { attn: { attrs: { heads: headsOf(block) } } }
  }
  return {
    ...group(
      { id: 'blocks.0', key: `blocks${stage + 1}.0` },
      depth,
      preNormBlock({ mixer, mlp: module('mlp', 'mlp'), scale }),
    ),
    ...(Object.keys(overrides).length > 0 ? { overrides } : {}),
  }
}

// --- the models --------------------------------------------------------------------------------------------------

/** `[count, heads]` runs, written out. */
const runs = (...pairs: readonly (readonly [count: number, heads: number])[]): number[] =>
  pairs.flatMap(([count, heads]) => Array.from({ length: count }, () => heads))

const table = (top1: number): Published => ({
  top1,
  source: 'MetaFormer Baselines for Vision (Yu et al. 2022), Table V',
})

export const iformers: readonly Preset[] = presetsOf(
  {
    family: 'iformer',
    paper: {
      title: 'Inception Transformer',
      authors: 'Si et al.',
      year: 2022,
      url: 'https://arxiv.org/abs/2205.12956',
    },
    preprocessing: imagenetPixels(0.9),
  },
  iformer,
  [
    [
      'iformer_small',
      'iFormer-S',
      {
        dims: [96, 192, 320, 384],
        depths: [3, 3, 9, 3],
        heads: [3, 6, 10, 12],
        attending: runs([3, 1], [3, 3], [4, 7], [5, 9], [3, 11]),
      },
      'One of three heads attends at first, eleven of twelve at last.',
      { published: table(83.4) },
    ],
    [
      'iformer_base',
      'iFormer-B',
      {
        dims: [96, 192, 384, 512],
        depths: [4, 6, 14, 6],
        heads: [3, 6, 12, 16],
        attending: runs([4, 1], [6, 3], [7, 8], [7, 10], [6, 15]),
      },
      'Thirty blocks.',
    ],
    [
      'iformer_large',
      'iFormer-L',
      {
        dims: [96, 192, 448, 640],
        depths: [4, 6, 18, 8],
        heads: [3, 6, 14, 20],
        attending: runs([4, 1], [6, 3], [9, 10], [9, 12], [8, 19]),
      },
      'Thirty-six blocks.',
      { published: table(84.8) },
    ],
  ],
)
