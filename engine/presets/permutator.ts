/**
 * MLPs that look along rows and along columns: Vision Permutator (Hou et al. 2021, https://arxiv.org/abs/2106.12368),
 * CycleMLP (Chen et al. 2021, https://arxiv.org/abs/2107.10224), AS-MLP (Lian et al. 2021, https://arxiv.org/abs/2107.08391).
 */
import type { Document, DocumentNode, GroupNode } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

interface PyramidSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  readonly mlpRatios: readonly number[]
  readonly classes?: number
  readonly size?: number
}

const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

const linearHead = (classes: number): DocumentNode =>
  module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
    ...differing({ classes }, { classes: 1000 }),
    norm: 'noNorm',
  })

/** What Vision Permutator and CycleMLP share: stages and the steps between them, all numbered in one list. */
function network(
  name: string,
  { depths, mlpRatios, classes = 1000, size = 224 }: PyramidSizes,
  stem: DocumentNode,
  mixer: (stage: number) => DocumentNode,
  downsample: (id: string, stage: number) => DocumentNode | null,
): Document {
  const nodes: DocumentNode[] = []
  for (const [stage, depth] of depths.entries()) {
    const step = stage === 0 ? null : downsample(`network.${nodes.length}`, stage)
    if (step) nodes.push(step)
    const ratio = { mlpRatio: mlpRatios[stage] ?? 4 }
    const block = preNormBlock({
      mixer: mixer(stage),
      mlp: module('mlp', 'mlp', differing(ratio, { mlpRatio: 4 })),
      norm,
    })
    const title = `Stage ${stage + 1}`
    nodes.push({ ...group({ id: `network.${nodes.length}.0`, title }, depth, block) })
  }
  const end = [module('norm', norm.module, norm.attrs), linearHead(classes)]
  return design(name, chain(stem, ...nodes, ...end), size)
}

export interface VipSizes extends PyramidSizes {
  readonly patch: number
  /** Segments of channels per stage: as many as the map has rows there. */
  readonly segments: readonly number[]
  /** Whether the map is halved after each stage. */
  readonly transitions: readonly boolean[]
}

export function vip(name: string, sizes: VipSizes): Document {
  const { dims, patch, segments, transitions } = sizes
  const stem = module('patch_embed', 'patchStem', {
    dim: dims[0] ?? 1,
    patchSize: patch,
    flatten: false,
  })
  const mixer = (stage: number) =>
    module('attn', 'permutator', differing({ segments: segments[stage] ?? 16 }, { segments: 16 }))
  return network(name, sizes, stem, mixer, (id, stage) => {
    const stride = transitions[stage - 1] ? 2 : 1
    const dim = dims[stage] ?? 1
    if (stride === 1 && dim === dims[stage - 1]) return null
    return module({ id, keys: { conv: 'proj' } }, 'convDownsample', {
      dim,
      kernelSize: stride,
      ...differing({ stride }, { stride: 2 }),
      norm: 'noNorm',
    })
  })
}

export function cycleMlp(name: string, sizes: PyramidSizes): Document {
  const stem = module({ id: 'patch_embed', keys: { conv: 'proj' } }, 'overlapStem', {
    ...differing({ dim: sizes.dims[0] ?? 1 }, { dim: 64 }),
    norm: 'noNorm',
  })
  return network(
    name,
    sizes,
    stem,
    () => module('attn', 'cycleMlp'),
    (id, stage) =>
      module({ id, keys: { conv: 'proj' } }, 'convDownsample', {
        dim: sizes.dims[stage] ?? null,
        norm: 'noNorm',
      }),
  )
}

export interface AsMlpSizes {
  readonly dim: number
  readonly depths: readonly number[]
  readonly shift?: number
  readonly mlpRatio?: number
  readonly classes?: number
  readonly size?: number
}

const oneGroup = { module: 'groupNorm', attrs: { groups: 1 } } as const

export function asMlp(name: string, sizes: AsMlpSizes): Document {
  const { dim, depths, shift = 5, mlpRatio = 4, classes = 1000, size = 224 } = sizes
  const block = preNormBlock({
    mixer: module('axial_shift', 'axialShift', differing({ shiftSize: shift }, { shiftSize: 5 })),
    mlp: module('mlp', 'mlp', { ...differing({ mlpRatio }, { mlpRatio: 4 }), weights: 'conv' }),
    norm: oneGroup,
  })
  const stem = module('patch_embed', 'patchStem', {
    ...differing({ dim }, { dim: 768 }),
    patchSize: 4,
    norm: oneGroup,
    flatten: false,
  })
  const stages = depths.map((depth, stage): GroupNode => {
    const isLast = stage === depths.length - 1
    const merging = module('downsample', 'patchMerging', { norm: oneGroup, weights: 'conv' })
    const title = `Stage ${stage + 1}`
    const body = chain(group('blocks.0', depth, block), ...(isLast ? [] : [merging]))
    return group({ id: `layers.${stage}`, title }, 1, body)
  })
  const end = [module('norm', oneGroup.module, oneGroup.attrs), linearHead(classes)]
  return design(name, chain(stem, ...stages, ...end), size)
}

// --- the models --------------------------------------------------------------------------------------------------

const by =
  (source: string) =>
  (top1: number): { published: Published } => ({ published: { top1, source } })

const byVip = by('Vision Permutator (Hou et al. 2021), README')
const vips = presetsOf(
  {
    family: 'vip',
    paper: {
      title: 'Vision Permutator: A Permutable MLP-Like Architecture for Visual Recognition',
      authors: 'Hou et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2106.12368',
    },
    preprocessing: imagenetPixels(0.9),
  },
  vip,
  [
    [
      'vip_s14',
      'ViP-Small/14',
      {
        patch: 14,
        dims: [384, 384, 384, 384],
        depths: [4, 3, 8, 3],
        mlpRatios: [3, 3, 3, 3],
        segments: [16, 16, 16, 16],
        transitions: [false, false, false, false],
      },
      'One resolution throughout: eighteen blocks on 16×16 patches.',
    ],
    [
      'vip_s7',
      'ViP-Small/7',
      {
        patch: 7,
        dims: [192, 384, 384, 384],
        depths: [4, 3, 8, 3],
        mlpRatios: [3, 3, 3, 3],
        segments: [32, 16, 16, 16],
        transitions: [true, false, false, false],
      },
      'Four blocks on small patches first, then fourteen on a map of half the size.',
      byVip(81.5),
    ],
    [
      'vip_m7',
      'ViP-Medium/7',
      {
        patch: 7,
        dims: [256, 256, 512, 512],
        depths: [4, 3, 14, 3],
        mlpRatios: [3, 3, 3, 3],
        segments: [32, 32, 16, 16],
        transitions: [false, true, false, false],
      },
      'Seven blocks on small patches, then seventeen of 512 channels.',
      byVip(82.7),
    ],
    [
      'vip_l7',
      'ViP-Large/7',
      {
        patch: 7,
        dims: [256, 512, 512, 512],
        depths: [8, 8, 16, 4],
        mlpRatios: [3, 3, 3, 3],
        segments: [32, 16, 16, 16],
        transitions: [true, false, false, false],
      },
      'Thirty-six blocks.',
      { ...byVip(83.2), preprocessing: imagenetPixels(0.875) },
    ],
  ],
)

const byCycle = by('CycleMLP (Chen et al. 2021), README')
const dims = [64, 128, 320, 512]
const cycleMlps = presetsOf(
  {
    family: 'cyclemlp',
    paper: {
      title: 'CycleMLP: A MLP-like Architecture for Dense Prediction',
      authors: 'Chen et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2107.10224',
    },
    preprocessing: imagenetPixels(0.9),
  },
  cycleMlp,
  [
    [
      'CycleMLP_B1',
      'CycleMLP-B1',
      { dims, depths: [2, 2, 4, 2], mlpRatios: [4, 4, 4, 4] },
      'Ten blocks on four resolutions, whose linear layers read neighbours in turn: works on pictures of any size.',
      byCycle(78.9),
    ],
    [
      'CycleMLP_B2',
      'CycleMLP-B2',
      { dims, depths: [2, 3, 10, 3], mlpRatios: [4, 4, 4, 4] },
      'Eighteen blocks.',
      byCycle(81.6),
    ],
    [
      'CycleMLP_B3',
      'CycleMLP-B3',
      { dims, depths: [3, 4, 18, 3], mlpRatios: [8, 8, 4, 4] },
      'Twenty-eight blocks, with wide MLPs in the first two stages.',
      byCycle(82.4),
    ],
    [
      'CycleMLP_B4',
      'CycleMLP-B4',
      { dims, depths: [3, 8, 27, 3], mlpRatios: [8, 8, 4, 4] },
      'Forty-one blocks.',
      { ...byCycle(83), preprocessing: imagenetPixels(0.875) },
    ],
    [
      'CycleMLP_B5',
      'CycleMLP-B5',
      { dims: [96, 192, 384, 768], depths: [3, 4, 24, 3], mlpRatios: [4, 4, 4, 4] },
      'The widest: up to 768 channels.',
      { ...byCycle(83.2), preprocessing: imagenetPixels(0.875) },
    ],
  ],
)

const byAsMlp = by('AS-MLP (Lian et al. 2021), README')
const asMlps = presetsOf(
  {
    family: 'asmlp',
    paper: {
      title: 'AS-MLP: An Axial Shifted MLP Architecture for Vision',
      authors: 'Lian et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2107.08391',
    },
    preprocessing: imagenetPixels(0.875),
  },
  asMlp,
  [
    [
      'asmlp_tiny_patch4_shift5_224',
      'AS-MLP-T',
      { dim: 96, depths: [2, 2, 6, 2] },
      'Swin’s four stages with shifted channels in place of windows.',
      byAsMlp(81.3),
    ],
    [
      'asmlp_small_patch4_shift5_224',
      'AS-MLP-S',
      { dim: 96, depths: [2, 2, 18, 2] },
      'Eighteen blocks in the third stage.',
      byAsMlp(83.1),
    ],
    [
      'asmlp_base_patch4_shift5_224',
      'AS-MLP-B',
      { dim: 128, depths: [2, 2, 18, 2] },
      'Widths from 128 to 1024 channels.',
      byAsMlp(83.3),
    ],
  ],
)

export const permutators: readonly Preset[] = [...vips, ...cycleMlps, ...asMlps]
