/**
 * CSWin Transformers: half of the heads attend inside vertical stripes, half inside horizontal ones.
 *
 * Dong et al. 2021, https://arxiv.org/abs/2107.00652
 */
import type { Document } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

export interface CswinSizes {
  readonly dim: number
  readonly depths: readonly number[]
  readonly heads: readonly number[]
  /** Width of the stripes per stage; in the last one the map itself. */
  readonly stripes?: readonly number[]
  readonly classes?: number
  readonly size?: number
}

const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

export function cswin(name: string, sizes: CswinSizes): Document {
  const { dim, depths, heads, stripes = [1, 2, 7, 7], classes = 1000, size = 224 } = sizes
  const stem = module(
    { id: 'stem', key: 'stage1_conv_embed', keys: { conv: '0', norm: '2' } },
    'overlapStem',
    {
      ...differing({ dim }, { dim: 64 }),
      norm,
    },
  )
  const stages = depths.map((depth, stage) => {
    const merge = module({ id: 'merge', key: `merge${stage}` }, 'convDownsample', {
      norm,
      normOrder: 'after',
    })
    const mixer = module({ id: 'attn', key: '' }, 'crossShaped', {
      heads: heads[stage] ?? 2,
      ...differing({ stripe: stripes[stage] ?? 7 }, { stripe: 1 }),
    })
    const block = preNormBlock({ mixer, mlp: module('mlp', 'mlp'), norm })
    const blocks = group({ id: 'blocks.0', key: `stage${stage + 1}.0` }, depth, block)
    const body = stage === 0 ? chain(blocks) : chain(merge, blocks)
    return group({ id: `stages.${stage}`, key: '', title: `Stage ${stage + 1}` }, 1, body)
  })
  const head = module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
    ...differing({ classes }, { classes: 1000 }),
    norm: 'noNorm',
  })
  return design(name, chain(stem, ...stages, module('norm', norm.module, norm.attrs), head), size)
}

// --- the models --------------------------------------------------------------------------------------------------

const table = (top1: number): Published => ({
  top1,
  source: 'MetaFormer Baselines for Vision (Yu et al. 2022), Table V',
})

export const cswins: readonly Preset[] = presetsOf(
  {
    family: 'cswin',
    paper: {
      title: 'CSWin Transformer: A General Vision Transformer Backbone with Cross-Shaped Windows',
      authors: 'Dong et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2107.00652',
    },
    preprocessing: imagenetPixels(0.9),
  },
  cswin,
  [
    [
      'CSWin_64_12211_tiny_224',
      'CSWin-T',
      { dim: 64, depths: [1, 2, 21, 1], heads: [2, 4, 8, 16] },
      'Stripes that widen from stage to stage; positions from the values of neighbours.',
      { published: table(82.7) },
    ],
    [
      'CSWin_64_24322_small_224',
      'CSWin-S',
      { dim: 64, depths: [2, 4, 32, 2], heads: [2, 4, 8, 16] },
      'Thirty-two blocks in the third stage.',
      { published: table(83.6) },
    ],
    [
      'CSWin_96_24322_base_224',
      'CSWin-B',
      { dim: 96, depths: [2, 4, 32, 2], heads: [4, 8, 16, 32] },
      'Widths from 96 to 768 channels.',
      { published: table(84.2) },
    ],
    [
      'CSWin_144_24322_large_224',
      'CSWin-L',
      { dim: 144, depths: [2, 4, 32, 2], heads: [6, 12, 24, 24] },
      'Widths from 144 to 1152 channels.',
    ],
  ],
)
