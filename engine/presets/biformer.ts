/**
 * BiFormers: each region attends to the few regions that matter to it, on a pyramid; all tokens to all in the last stage.
 *
 * Zhu et al. 2023, https://arxiv.org/abs/2303.08810
 */
import type { Document, DocumentNode, GroupNode } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

export interface BiformerSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  readonly mlpRatio?: number
  readonly headDim?: number
  /** Regions along a side, and how many of them are chosen in each stage but the last. */
  readonly regions?: number
  readonly chosen?: readonly number[]
  readonly classes?: number
  readonly size?: number
}

export function biformer(name: string, sizes: BiformerSizes): Document {
  const { dims, depths, mlpRatio = 3, classes = 1000, size = 224 } = sizes
  const stages = depths.flatMap((depth, stage) => {
    const dim = dims[stage] ?? 64
    const mixer = attention(sizes, stage)
    const block = preNormBlock({
      first: [module({ id: 'pos_embed', keys: { proj: '' } }, 'conditionalPosition')],
      mixer,
      mlp: module({ id: 'mlp', keys: { fc1: '0', fc2: '3' } }, 'mlp', { mlpRatio }),
    })
    return [
      downsample(dim, stage),
      group(
        { id: `stages.${stage}`, title: `Stage ${stage + 1}` },
        1,
        chain(group({ id: '0' }, depth, block)),
      ),
    ]
  })
  const head = module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
    ...differing({ classes }, { classes: 1000 }),
    norm: 'noNorm',
  })
  return design(name, chain(...stages, module('norm', 'batchNorm'), head), size)
}

function downsample(dim: number, stage: number): GroupNode {
  const halving = (id: string, dim: number) => module(id, 'convolution', { dim, stride: 2 })
  const body =
    stage === 0
      ? chain(
          halving('0', Math.floor(dim / 2)),
          module('1', 'batchNorm'),
          module('2', 'gelu'),
          halving('3', dim),
          module('4', 'batchNorm'),
        )
      : chain(halving('0', dim), module('1', 'batchNorm'))
  return group({ id: `downsample_layers.${stage}`, title: stage === 0 ? 'Stem' : 'Downsample' }, 1, body)
}

/** The published code fixes eight heads in the last stage, and convolves its input. */
function attention(
  { depths, headDim = 32, regions = 7, chosen = [1, 4, 16] }: BiformerSizes,
  stage: number,
): DocumentNode {
  if (stage === depths.length - 1) {
    return module('attn', 'attention', { heads: 8, qkvBias: false, local: 'input', localKernel: 5 })
  }
  return module({ id: 'attn', keys: { qkv: 'qkv.qkv' } }, 'biLevelRouting', {
    ...differing({ headDim, regions, topk: chosen[stage] ?? 4 }, { headDim: 32, regions: 7, topk: 4 }),
  })
}

// --- the models --------------------------------------------------------------------------------------------------

const table = (top1: number): Published => ({
  top1,
  source: 'BiFormer (Zhu et al. 2023), README of the repository',
})
const dims = [64, 128, 256, 512]
export const biformerTiny = { dims, depths: [2, 2, 8, 2] }

export const biformers: readonly Preset[] = presetsOf(
  {
    family: 'biformer',
    paper: {
      title: 'BiFormer: Vision Transformer with Bi-Level Routing Attention',
      authors: 'Zhu et al.',
      year: 2023,
      url: 'https://arxiv.org/abs/2303.08810',
    },
    preprocessing: imagenetPixels(0.9),
  },
  biformer,
  [
    [
      'biformer_tiny',
      'BiFormer-T',
      biformerTiny,
      'Regions choose regions, and tokens attend inside the chosen ones.',
      { published: table(81.4) },
    ],
    [
      'biformer_small',
      'BiFormer-S',
      { dims, depths: [4, 4, 18, 4] },
      'Thirty blocks.',
      { published: table(83.8) },
    ],
    [
      'biformer_base',
      'BiFormer-B',
      { dims: [96, 192, 384, 768], depths: [4, 4, 18, 4] },
      'BiFormer-S one and a half times as wide.',
      { published: table(84.3) },
    ],
  ],
)
