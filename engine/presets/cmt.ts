/**
 * CMT: convolutions around attention. A conditional position before, a depthwise convolution for keys and values, and another
 * one inside the MLP; the bias of every pair of places is shared by all blocks of a stage.
 *
 * Guo et al. 2021, https://arxiv.org/abs/2107.06263
 */
import type { Document, GroupNode } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

export interface CmtSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  readonly heads?: readonly number[]
  readonly mlpRatio?: number
  /** Channels of the stem, and of the layer before the classifier. */
  readonly stem?: number
  readonly hidden?: number
  readonly ratios?: readonly number[]
  readonly classes?: number
  readonly size?: number
}

export function cmt(name: string, sizes: CmtSizes): Document {
  const { dims, depths, stem: stemDim = 16, hidden = 1280, classes = 1000, size = 224 } = sizes
  const stages = depths.map((depth, stage) => {
    const letter = 'abcd'[stage]
    const dim = dims[stage] ?? 64
    const patches = module(
      { id: 'patch_embed', key: `patch_embed_${letter}`, keys: { conv: 'proj' } },
      'convDownsample',
      { dim, kernelSize: 2, norm: { module: 'layerNorm', attrs: { eps: 1e-5 } }, normOrder: 'after' },
    )
    const blocks = group({ id: 'blocks.0', key: `blocks_${letter}.0` }, depth, block(sizes, stage))
    return group({ id: `stages.${stage}`, key: '', title: `Stage ${stage + 1}` }, 1, chain(patches, blocks))
  })
  const head = [
    module('_fc', 'convolution', { dim: hidden, kernelSize: 1 }),
    module('_bn', 'batchNorm'),
    module('_swish', 'silu'),
    module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
      ...differing({ classes }, { classes: 1000 }),
      norm: 'noNorm',
    }),
  ]
  return design(name, chain(stem(stemDim), ...stages, ...head), size)
}

function stem(dim: number): GroupNode {
  const layers = [1, 2, 3].flatMap((number) => [
    module(`stem_conv${number}`, 'convolution', { dim, ...(number === 1 ? { stride: 2 } : {}) }),
    module(`stem_relu${number}`, 'gelu'),
    module(`stem_norm${number}`, 'batchNorm'),
  ])
  return group({ id: 'stem', key: '', title: 'Stem' }, 1, chain(...layers))
}

function block(
  { dims, heads = [1, 2, 4, 8], ratios = [8, 4, 2, 1], mlpRatio = 3.6 }: CmtSizes,
  stage: number,
) {
  const mixer = module(
    {
      id: 'attn',
      keys: { sr: 'sr.0', norm: 'sr.1', relative_pos: `/relative_pos_${'abcd'[stage]}` },
    },
    'spatialReduction',
    {
      heads: heads[stage] ?? 1,
      ...differing({ ratio: ratios[stage] ?? 1 }, { ratio: 2 }),
      depthwise: true,
      norm: 'batchNorm',
      position: 'pairs',
      weights: 'apart',
    },
  )
  const dim = dims[stage] ?? 64
  return preNormBlock({
    first: [module({ id: 'proj', keys: { proj: '' } }, 'conditionalPosition')],
    mixer,
    mlp: feedForward(dim, Math.floor(dim * mlpRatio)),
  })
}

/** An MLP of 1×1 convolutions whose hidden layer looks at its neighbours: z + DW₃(z) between the two. */
function feedForward(dim: number, hidden: number): GroupNode {
  const body = chain(
    module('conv1.0', 'convolution', { dim: hidden, kernelSize: 1 }),
    module('conv1.1', 'gelu'),
    module('conv1.2', 'batchNorm'),
    module({ id: 'proj', keys: { proj: '' } }, 'conditionalPosition'),
    module('proj_act', 'gelu'),
    module('proj_bn', 'batchNorm'),
    module('conv2.0', 'convolution', { dim, kernelSize: 1 }),
    module('conv2.1', 'batchNorm'),
  )
  return group({ id: 'mlp', title: 'Convolutional MLP' }, 1, body)
}

// --- the models --------------------------------------------------------------------------------------------------

const table = (top1: number): Published => ({
  top1,
  source: 'CMT (Guo et al. 2021), README of the repository',
})

export const cmts: readonly Preset[] = presetsOf(
  {
    family: 'cmt',
    paper: {
      title: 'CMT: Convolutional Neural Networks Meet Vision Transformers',
      authors: 'Guo et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2107.06263',
    },
    preprocessing: imagenetPixels(0.9),
  },
  cmt,
  [
    [
      'cmt_ti',
      'CMT-Ti',
      { dims: [46, 92, 184, 368], depths: [2, 2, 10, 2], size: 160 },
      'Convolutions before, beside and inside attention, for pictures of 160 pixels.',
      { published: table(79) },
    ],
    [
      'cmt_xs',
      'CMT-XS',
      { dims: [52, 104, 208, 416], depths: [3, 3, 12, 3], mlpRatio: 3.77, size: 192 },
      'Deeper and wider than CMT-Ti, for pictures of 192 pixels.',
      { published: table(81.8) },
    ],
    [
      'cmt_s',
      'CMT-S',
      { dims: [64, 128, 256, 512], depths: [3, 3, 16, 3], mlpRatio: 4, stem: 32 },
      'Twenty-five blocks.',
      { published: table(83.5) },
    ],
    [
      'cmt_b',
      'CMT-B',
      { dims: [76, 152, 304, 608], depths: [4, 4, 20, 4], mlpRatio: 4, stem: 38, size: 256 },
      'Thirty-two blocks, for pictures of 256 pixels.',
      { published: table(84.5) },
    ],
  ],
)
