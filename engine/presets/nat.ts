/**
 * Neighborhood Attention Transformers: a pyramid on which every position attends to its 7×7 nearest ones.
 *
 * Hassani et al. 2022, https://arxiv.org/abs/2204.07143
 */
import type { Document, DocumentNode, GroupNode } from '../document/types'
import { preNormBlock } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

interface NatSizes {
  readonly dim: number
  readonly depths: readonly number[]
  readonly heads: readonly number[]
  readonly mlpRatio: number
  readonly layerScale?: boolean
}

const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

function nat(name: string, { dim, depths, heads, mlpRatio, layerScale = false }: NatSizes): Document {
  const scale = (half: 1 | 2): DocumentNode[] =>
    layerScale ? [module({ id: `gamma${half}`, keys: { gamma: '' } }, 'layerScale')] : []
  const stages = depths.map((depth, stage) => {
    const mixer = module('attn', 'neighbourhoodAttention', { heads: heads[stage] ?? 1 })
    const block = preNormBlock({ mixer, mlp: module('mlp', 'mlp', { mlpRatio }), norm, scale })
    const downsample = module({ id: 'downsample', keys: { conv: 'reduction' } }, 'convDownsample', {
      norm,
      normOrder: 'after',
      bias: false,
    })
    const nodes = [group('blocks.0', depth, block), ...(stage < depths.length - 1 ? [downsample] : [])]
    return group({ id: `levels.${stage}`, title: `Stage ${stage + 1}` }, 1, chain(...nodes))
  })
  const head = module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', { norm: 'noNorm' })
  return design(name, chain(stem(dim), ...stages, module('norm', norm.module, norm.attrs), head))
}

/** Two convolutions of stride 2, and a norm. */
function stem(dim: number): GroupNode {
  const body = chain(
    module('proj.0', 'convolution', { dim: dim / 2, stride: 2 }),
    module('proj.1', 'convolution', { dim, stride: 2 }),
    module('norm', norm.module, norm.attrs),
  )
  return group({ id: 'patch_embed', title: 'Stem' }, 1, body)
}

// --- the models --------------------------------------------------------------------------------------------------

const table = (top1: number): Published => ({
  top1,
  source: 'NAT (Hassani et al. 2022), README of the repository',
})
const narrow = { dim: 64, heads: [2, 4, 8, 16], mlpRatio: 3 }
const deep = [3, 4, 18, 5]

export const nats: readonly Preset[] = presetsOf(
  {
    family: 'nat',
    paper: {
      title: 'Neighborhood Attention Transformer',
      authors: 'Hassani et al.',
      year: 2022,
      url: 'https://arxiv.org/abs/2204.07143',
    },
    preprocessing: imagenetPixels(0.875),
  },
  nat,
  [
    [
      'nat_mini',
      'NAT-M',
      { ...narrow, depths: [3, 4, 6, 5] },
      'Every position attends to its 7×7 nearest ones; eighteen blocks.',
      { published: table(81.8) },
    ],
    [
      'nat_tiny',
      'NAT-T',
      { ...narrow, depths: deep },
      'Eighteen blocks in the third stage.',
      { published: table(83.2) },
    ],
    [
      'nat_small',
      'NAT-S',
      { dim: 96, depths: deep, heads: [3, 6, 12, 24], mlpRatio: 2, layerScale: true },
      'NAT-T half as wide again, with LayerScale and narrower MLPs.',
      { published: table(83.7) },
    ],
    [
      'nat_base',
      'NAT-B',
      { dim: 128, depths: deep, heads: [4, 8, 16, 32], mlpRatio: 2, layerScale: true },
      'Widths from 128 to 1024 channels.',
      { published: table(84.3) },
    ],
  ],
)
