/**
 * Swin Transformers: attention in windows that shift by half in every second block, on four resolutions.
 *
 * Liu et al. 2021, https://arxiv.org/abs/2103.14030; V2: https://arxiv.org/abs/2111.09883; S3, sizes found by search: Chen et al. 2021, https://arxiv.org/abs/2111.14725
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
  /** Cosines, a bias computed from the offset, and norms at the end of the residual branches. */
  readonly version2?: boolean
  /** Per stage, the side of the window that the bias was trained with, where it is another one. */
  readonly trained?: readonly number[]
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
    const merging = sizes.version2 ? { normOrder: 'after' } : {}
    const downsample = stage === 0 ? [] : [module('downsample', 'patchMerging', merging)]
    const title = `Stage ${stage + 1}`
    return group({ id: `layers.${stage}`, title }, 1, chain(...downsample, blocks(sizes, stage)))
  })
  const head = module('head', 'poolHead', { ...differing({ classes }, { classes: 1000 }), norm: 'noNorm' })
  return design(name, chain(stem, ...stages, module('norm', norm.module, norm.attrs), head), size)
}

function blocks({ depths, heads, window = 7, version2, trained }: SwinSizes, stage: number): GroupNode {
  const depth = depths[stage] ?? 1
  const windowSize = typeof window === 'number' ? window : (window[stage] ?? 7)
  const sizes = { heads: heads[stage] ?? 1, ...differing({ windowSize }, { windowSize: 7 }) }
  const trainedWindow = differing({ trainedWindow: trained?.[stage] ?? null }, { trainedWindow: null })
  const mixer = version2
    ? module({ id: 'attn', keys: { 'mlp.fc1': 'cpb_mlp.0', 'mlp.fc2': 'cpb_mlp.2' } }, 'windowAttention', {
        ...{ ...sizes, ...trainedWindow, position: 'bounded', scores: 'cosine', keyBias: false },
      })
    : module('attn', 'windowAttention', sizes)
  const shifted = { attn: { attrs: { shifted: true } } }
  const overrides: Record<string, Record<string, NodeOverride>> = {}
  for (let block = 1; block < depth; block += 2) overrides[block] = shifted
  const mlp = module('mlp', 'mlp')
  const last = (half: 1 | 2) => [module(`norm${half}`, norm.module, norm.attrs)]
  const block = preNormBlock(version2 ? { mixer, mlp, norm: null, scale: last } : { mixer, mlp, norm })
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

const swinV2Paper: Paper = {
  title: 'Swin Transformer V2: Scaling Up Capacity and Resolution',
  authors: 'Liu et al.',
  year: 2021,
  url: 'https://arxiv.org/abs/2111.09883',
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

const version1 = presetsOf(
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

const v2 = { version2: true, size: 256 }
const at192 = { version2: true, window: 12, size: 192, classes: 21841 }
const from192 = { version2: true, trained: [12, 12, 12, 6] }

const version2 = presetsOf(
  { family: 'swin_transformer_v2', paper: swinV2Paper, preprocessing: imagenetPixels(0.9) },
  swin,
  [
    [
      'swinv2_tiny_window8_256',
      'SwinV2-T',
      { ...tiny, ...v2, window: 8 },
      'Cosines in place of products, and a bias that an MLP computes from the offset, so that windows may grow.',
    ],
    ['swinv2_tiny_window16_256', 'SwinV2-T, window 16', { ...tiny, ...v2, window: 16 }, 'Windows of 16×16.'],
    [
      'swinv2_small_window8_256',
      'SwinV2-S',
      { ...small, ...v2, window: 8 },
      'Eighteen blocks in the third stage.',
    ],
    [
      'swinv2_small_window16_256',
      'SwinV2-S, window 16',
      { ...small, ...v2, window: 16 },
      'SwinV2-S with windows of 16×16.',
    ],
    [
      'swinv2_base_window8_256',
      'SwinV2-B',
      { ...base, ...v2, window: 8 },
      'Widths from 128 to 1024 channels.',
    ],
    [
      'swinv2_base_window16_256',
      'SwinV2-B, window 16',
      { ...base, ...v2, window: 16 },
      'SwinV2-B with windows of 16×16.',
    ],
    [
      'swinv2_base_window12_192',
      'SwinV2-B 192',
      { ...base, ...at192 },
      'Pre-trained on small pictures and 21841 classes, to grow afterwards.',
    ],
    [
      'swinv2_base_window12to16_192to256',
      'SwinV2-B, window 12 to 16',
      { ...base, ...from192, window: 16, size: 256 },
      'Trained with windows of 12×12 and fine-tuned with windows of 16×16.',
    ],
    [
      'swinv2_base_window12to24_192to384',
      'SwinV2-B 384, window 12 to 24',
      { ...base, ...from192, window: 24, size: 384 },
      'Trained with windows of 12×12 and fine-tuned with windows of 24×24.',
      whole,
    ],
    [
      'swinv2_large_window12_192',
      'SwinV2-L 192',
      { ...large, ...at192 },
      'Widths from 192 to 1536 channels, on small pictures and 21841 classes.',
    ],
    [
      'swinv2_large_window12to16_192to256',
      'SwinV2-L, window 12 to 16',
      { ...large, ...from192, window: 16, size: 256 },
      'SwinV2-L fine-tuned with windows of 16×16.',
    ],
    [
      'swinv2_large_window12to24_192to384',
      'SwinV2-L 384, window 12 to 24',
      { ...large, ...from192, window: 24, size: 384 },
      'SwinV2-L fine-tuned with windows of 24×24 on pictures of 384 pixels.',
      whole,
    ],
  ],
)

export const swins: readonly Preset[] = [...version1, ...version2]
