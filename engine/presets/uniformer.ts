/**
 * UniFormers: convolution as local attention in two stages, attention over all tokens in two more, and conditional
 * positions in every block.
 *
 * Li et al. 2022, https://arxiv.org/abs/2201.09450
 */
import type { Document, DocumentNode, GroupNode } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

export interface UniformerSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  readonly headDim?: number
  /** Two overlapping convolutions in place of patches, and one between stages. */
  readonly convStem?: boolean
  readonly classes?: number
  readonly size?: number
}

export function uniformer(name: string, sizes: UniformerSizes): Document {
  const { dims, depths, headDim = 64, convStem = false, classes = 1000, size = 224 } = sizes
  const stages = depths.map((depth, stage) => {
    const dim = dims[stage] ?? 64
    const embed = convStem ? convolutions(dim, stage) : patches(dim, stage)
    const block = stage < 2 ? localBlock() : globalBlock(headDim)
    const blocks = group({ id: 'blocks.0', key: `blocks${stage + 1}.0` }, depth, block)
    return group({ id: `stages.${stage}`, key: '', title: `Stage ${stage + 1}` }, 1, chain(embed, blocks))
  })
  const head = module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
    ...differing({ classes }, { classes: 1000 }),
    norm: 'noNorm',
  })
  return design(name, chain(...stages, module('norm', 'batchNorm'), head), size)
}

const patches = (dim: number, stage: number): DocumentNode =>
  module({ id: 'patch_embed', key: `patch_embed${stage + 1}`, keys: { conv: 'proj' } }, 'convDownsample', {
    dim,
    ...(stage === 0 ? { kernelSize: 4, stride: 4 } : { kernelSize: 2 }),
    norm: { module: 'layerNorm', attrs: { eps: 1e-5 } },
    normOrder: 'after',
  })

function convolutions(dim: number, stage: number): GroupNode {
  const halving = (id: string, dim: number) => module(id, 'convolution', { dim, stride: 2 })
  const [last, norm] = stage === 0 ? ['3', '4'] : ['0', '1']
  const first =
    stage === 0 ? [halving('0', Math.floor(dim / 2)), module('1', 'batchNorm'), module('2', 'gelu')] : []
  const body = chain(...first, halving(last, dim), module(norm, 'batchNorm'))
  return group({ id: 'patch_embed', key: `patch_embed${stage + 1}.proj`, title: 'Patches' }, 1, body)
}

const positions = () => module({ id: 'pos_embed', keys: { proj: '' } }, 'conditionalPosition')

/** A window of 5×5 that looks the same wherever it lies: what attention learns in early stages. */
function localBlock() {
  const mixer = [
    module('conv1', 'convolution', { kernelSize: 1 }),
    module('attn', 'convolution', { kernelSize: 5, groups: null }),
    module('conv2', 'convolution', { kernelSize: 1 }),
  ]
  const mlp = module('mlp', 'mlp', { weights: 'conv' })
  return preNormBlock({ mixer, mlp, norm: 'batchNorm', first: [positions()] })
}

function globalBlock(headDim: number) {
  const mixer = module('attn', 'attention', differing({ headDim }, { headDim: 32 }))
  return preNormBlock({ mixer, mlp: module('mlp', 'mlp'), first: [positions()] })
}

// --- the models --------------------------------------------------------------------------------------------------

const table = (top1: number): Published => ({
  top1,
  source: 'MetaFormer Baselines for Vision (Yu et al. 2022), Table V',
})
const dims = [64, 128, 320, 512]

export const uniformers: readonly Preset[] = presetsOf(
  {
    family: 'uniformer',
    paper: {
      title: 'UniFormer: Unifying Convolution and Self-attention for Visual Recognition',
      authors: 'Li et al.',
      year: 2022,
      url: 'https://arxiv.org/abs/2201.09450',
    },
    preprocessing: imagenetPixels(0.9),
  },
  uniformer,
  [
    [
      'uniformer_small',
      'UniFormer-S',
      { dims, depths: [3, 4, 8, 3] },
      'Windows of 5×5 on two large maps, attention over all tokens on two small ones.',
      { published: table(82.9) },
    ],
    [
      'uniformer_small_plus',
      'UniFormer-S+',
      { dims, depths: [3, 5, 9, 3], headDim: 32, convStem: true },
      'Overlapping convolutions between the stages, heads of 32.',
    ],
    [
      'uniformer_base',
      'UniFormer-B',
      { dims, depths: [5, 8, 20, 7] },
      'Forty blocks.',
      { published: table(83.9) },
    ],
  ],
)
