/**
 * Swin Transformers: attention in windows that shift by half in every second block, on four resolutions.
 *
 * Liu et al. 2021, https://arxiv.org/abs/2103.14030; S3, sizes found by search: Chen et al. 2021, https://arxiv.org/abs/2111.14725
 */
import type { Document, GroupNode, NodeOverride } from '../document/types'
import type { Paper } from '../modules/module'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

export interface SwinSizes {
  readonly dim: number
  readonly depths: readonly number[]
  readonly heads: readonly number[]
  /** Side of a window, for all stages or per stage. */
  readonly window?: number | readonly number[]
  readonly patch?: number
  readonly classes?: number
  readonly size?: number
}

const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

export function swin(name: string, sizes: SwinSizes): Document {
  const { dim, depths, patch = 4, classes = 1000, size = 224 } = sizes
  const stem = module('patch_embed', 'patchStem', {
    ...differing({ dim }, { dim: 768 }),
    patchSize: patch,
    norm,
    flatten: false,
  })
  const stages = depths.map((_, stage) => {
    const downsample = stage === 0 ? [] : [module('downsample', 'patchMerging')]
    const title = `Stage ${stage + 1}`
    return group({ id: `layers.${stage}`, title }, 1, chain(...downsample, blocks(sizes, stage)))
  })
  const head = module('head', 'poolHead', { ...differing({ classes }, { classes: 1000 }), norm: 'noNorm' })
  return design(name, chain(stem, ...stages, module('norm', norm.module, norm.attrs), head), size)
}

function blocks({ depths, heads, window = 7 }: SwinSizes, stage: number): GroupNode {
  const depth = depths[stage] ?? 1
  const windowSize = typeof window === 'number' ? window : (window[stage] ?? 7)
  const mixer = module('attn', 'windowAttention', {
    heads: heads[stage] ?? 1,
    ...differing({ windowSize }, { windowSize: 7 }),
  })
  const shifted = { attn: { attrs: { shifted: true } } }
  const overrides: Record<string, Record<string, NodeOverride>> = {}
  for (let block = 1; block < depth; block += 2) overrides[block] = shifted
  const block = preNormBlock({ mixer, mlp: module('mlp', 'mlp'), norm })
  return { ...group('blocks.0', depth, block), ...(depth > 1 ? { overrides } : {}) }
}

// --- the models --------------------------------------------------------------------------------------------------

const swinPaper: Paper = {
  title: 'Swin Transformer: Hierarchical Vision Transformer using Shifted Windows',
  authors: 'Liu et al.',
  year: 2021,
  url: 'https://arxiv.org/abs/2103.14030',
}
const s3Paper: Paper = {
  title: 'Searching the Search Space of Vision Transformer',
  authors: 'Chen et al.',
  year: 2021,
  url: 'https://arxiv.org/abs/2111.14725',
}

const table = (top1: number, remark = ''): Published => ({
  top1,
  source: `A ConvNet for the 2020s (Liu et al. 2022), Table 12${remark}`,
})
const pretrained = ': pre-trained on ImageNet-22k'

const tiny = { dim: 96, depths: [2, 2, 6, 2], heads: [3, 6, 12, 24] }
const small = { ...tiny, depths: [2, 2, 18, 2] }
const base = { dim: 128, depths: [2, 2, 18, 2], heads: [4, 8, 16, 32] }
const large = { dim: 192, depths: [2, 2, 18, 2], heads: [6, 12, 24, 48] }
const at384 = { window: 12, size: 384 }
const whole = { preprocessing: imagenetPixels(1) }

export const swins: readonly Preset[] = presetsOf(
  { family: 'swin_transformer', paper: swinPaper, preprocessing: imagenetPixels(0.9) },
  swin,
  [
    [
      'swin_tiny_patch4_window7_224',
      'Swin-T',
      tiny,
      'Windows of 7×7 that shift in every second block: attention of linear cost on a pyramid.',
      { published: table(81.3) },
    ],
    [
      'swin_small_patch4_window7_224',
      'Swin-S',
      small,
      'Eighteen blocks in the third stage.',
      { published: table(83) },
    ],
    [
      'swin_base_patch4_window7_224',
      'Swin-B',
      base,
      'Widths from 128 to 1024 channels.',
      { published: table(83.5) },
    ],
    [
      'swin_base_patch4_window12_384',
      'Swin-B 384',
      { ...base, ...at384 },
      'Swin-B with windows of 12×12 on larger pictures.',
      { ...whole, published: table(84.5) },
    ],
    [
      'swin_large_patch4_window7_224',
      'Swin-L',
      large,
      'Widths from 192 to 1536 channels.',
      { published: table(86.3, pretrained) },
    ],
    [
      'swin_large_patch4_window12_384',
      'Swin-L 384',
      { ...large, ...at384 },
      'The largest Swin, on pictures of 384 pixels.',
      { ...whole, published: table(87.3, pretrained) },
    ],
    [
      'swin_s3_tiny_224',
      'Swin-S3-T',
      { ...tiny, window: [7, 7, 14, 7] },
      'Swin-T with the window of the third stage found by search.',
      { paper: s3Paper },
    ],
    [
      'swin_s3_small_224',
      'Swin-S3-S',
      { ...small, window: [14, 14, 14, 7] },
      'Windows of 14×14 in the first three stages.',
      { paper: s3Paper },
    ],
    [
      'swin_s3_base_224',
      'Swin-S3-B',
      { ...tiny, depths: [2, 2, 30, 2], window: [7, 7, 14, 7] },
      'Thirty blocks in the third stage.',
      { paper: s3Paper },
    ],
  ],
)
