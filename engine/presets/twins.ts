/**
 * Twins: pyramids with conditional positions. PCPVT attends to a smaller map in every block, SVT in turns inside windows
 * and to the smaller map.
 *
 * Chu et al. 2021, https://arxiv.org/abs/2104.13840
 */
import type { Document, GroupNode, ModuleNode, NodeOverride } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

export interface TwinsSizes {
  readonly depths: readonly number[]
  readonly dims: readonly number[]
  readonly heads: readonly number[]
  readonly mlpRatios: readonly number[]
  readonly ratios?: readonly number[]
  /** Side of the windows per stage: SVT. Without it every block attends globally: PCPVT. */
  readonly windows?: readonly number[]
  readonly classes?: number
  readonly size?: number
}

export function twins(name: string, sizes: TwinsSizes): Document {
  const { depths, dims, classes = 1000, size = 224 } = sizes
  const stages = depths.map((depth, stage) => {
    const patches = module(
      { id: 'patch_embed', key: `patch_embeds.${stage}`, keys: { conv: 'proj' } },
      'convDownsample',
      {
        dim: dims[stage] ?? null,
        ...(stage === 0 ? { kernelSize: 4, stride: 4 } : { kernelSize: 2 }),
        norm: { module: 'layerNorm', attrs: { eps: 1e-5 } },
        normOrder: 'after',
      },
    )
    const positions = module(
      { id: 'pos_block', key: `pos_block.${stage}`, keys: { proj: 'proj.0' } },
      'conditionalPosition',
    )
    const body = chain(
      patches,
      blocks(sizes, stage, 0, 1),
      positions,
      ...(depth > 1 ? [blocks(sizes, stage, 1, depth - 1)] : []),
    )
    return group({ id: `stages.${stage}`, key: '', title: `Stage ${stage + 1}` }, 1, body)
  })
  const head = module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
    ...differing({ classes }, { classes: 1000 }),
    norm: 'noNorm',
  })
  return design(name, chain(...stages, module('norm', 'layerNorm'), head), size)
}

/** Blocks `first` to `first + count`, of which the even ones are local in SVT. */
function blocks(sizes: TwinsSizes, stage: number, first: number, count: number): GroupNode {
  const mixerOf = (block: number) =>
    sizes.windows && block % 2 === 0 ? local(sizes, stage) : global(sizes, stage)
  const mixer = mixerOf(first)
  const mlp = module('mlp', 'mlp', differing({ mlpRatio: sizes.mlpRatios[stage] ?? 4 }, { mlpRatio: 4 }))
  const others = Array.from({ length: count }, (_, index) => [index, mixerOf(first + index)] as const).filter(
    ([, other]) => other.module !== mixer.module,
  )
  const overrides: Record<string, Record<string, NodeOverride>> = {}
  for (const [index, other] of others)
    overrides[index] = { attn: { module: other.module, attrs: other.attrs } }
  return {
    ...group({ id: `blocks.${first}`, key: `blocks.${stage}.${first}` }, count, preNormBlock({ mixer, mlp })),
    ...(others.length > 0 ? { overrides } : {}),
  }
}

const global = ({ heads, ratios = [8, 4, 2, 1] }: TwinsSizes, stage: number): ModuleNode =>
  module('attn', 'spatialReduction', {
    heads: heads[stage] ?? 1,
    ...differing({ ratio: ratios[stage] ?? 1 }, { ratio: 2 }),
  })

const local = ({ heads, windows = [] }: TwinsSizes, stage: number): ModuleNode =>
  module('attn', 'windowAttention', {
    heads: heads[stage] ?? 1,
    ...differing({ windowSize: windows[stage] ?? 7 }, { windowSize: 7 }),
    padding: 'twins',
    position: 'none',
  })

// --- the models --------------------------------------------------------------------------------------------------

const pcpvt = { dims: [64, 128, 320, 512], heads: [1, 2, 5, 8], mlpRatios: [8, 8, 4, 4] }
const svt = { mlpRatios: [4, 4, 4, 4], windows: [7, 7, 7, 7] }

export const twinTransformers: readonly Preset[] = presetsOf(
  {
    family: 'twins',
    paper: {
      title: 'Twins: Revisiting the Design of Spatial Attention in Vision Transformers',
      authors: 'Chu et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2104.13840',
    },
    preprocessing: imagenetPixels(0.9),
  },
  twins,
  [
    [
      'twins_pcpvt_small',
      'Twins-PCPVT-S',
      { ...pcpvt, depths: [3, 4, 6, 3] },
      'PVT with positions from a depthwise convolution after the first block of a stage.',
    ],
    [
      'twins_pcpvt_base',
      'Twins-PCPVT-B',
      { ...pcpvt, depths: [3, 4, 18, 3] },
      'Eighteen blocks in the third stage.',
    ],
    ['twins_pcpvt_large', 'Twins-PCPVT-L', { ...pcpvt, depths: [3, 8, 27, 3] }, 'Forty-one blocks.'],
    [
      'twins_svt_small',
      'Twins-SVT-S',
      { ...svt, dims: [64, 128, 256, 512], heads: [2, 4, 8, 16], depths: [2, 2, 10, 4] },
      'Windows and a smaller map of the whole in turns.',
    ],
    [
      'twins_svt_base',
      'Twins-SVT-B',
      { ...svt, dims: [96, 192, 384, 768], heads: [3, 6, 12, 24], depths: [2, 2, 18, 2] },
      'The widths of Swin-T, with eighteen blocks in the third stage.',
    ],
    [
      'twins_svt_large',
      'Twins-SVT-L',
      { ...svt, dims: [128, 256, 512, 1024], heads: [4, 8, 16, 32], depths: [2, 2, 18, 2] },
      'Up to 1024 channels in thirty-two heads.',
    ],
  ],
)
