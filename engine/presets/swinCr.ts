/**
 * timm's first Swin V2, written before the paper's code was out: an MLP makes a bias of every pair's offset, windows are an
 * eighth of the map, and the largest normalise the sum after every sixth block.
 *
 * Liu et al. 2021, https://arxiv.org/abs/2111.09883
 */
import { type Document, type GraphBody, type GroupNode, type NodeOverride, OUT } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type PresetRow, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

interface SwinCrSizes {
  readonly dim: number
  readonly depths: readonly number[]
  readonly heads: readonly number[]
  /** Where a norm follows the sum besides the last block: at the end of each stage, or after every sixth block. */
  readonly norms?: 'stages' | 'sixth'
  readonly size?: number
}

const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

function swinCr(name: string, sizes: SwinCrSizes): Document {
  const { dim, depths, size = 224 } = sizes
  const stem = module('patch_embed', 'patchStem', {
    ...differing({ dim }, { dim: 768 }),
    ...{ patchSize: 4, norm, flatten: false },
  })
  const stages = depths.map((_, stage) => {
    const downsample = stage === 0 ? [] : [module('downsample', 'patchMerging')]
    const title = `Stage ${stage + 1}`
    return group({ id: `stages.${stage}`, title }, 1, chain(...downsample, ...blocks(sizes, stage)))
  })
  return design(name, chain(stem, ...stages, module('head', 'poolHead', { norm: 'noNorm' })), size)
}

/** Runs of blocks: those with a norm after the sum are their own. */
function blocks(sizes: SwinCrSizes, stage: number): GroupNode[] {
  const { depths, norms } = sizes
  const depth = depths[stage] ?? 1
  const endsNormed = stage === depths.length - 1 || norms === 'stages'
  const isNormed = (block: number) =>
    (block === depth - 1 && endsNormed) || (norms === 'sixth' && block % 6 === 5)
  const starts = Array.from({ length: depth }, (_, block) => block).filter(
    (block) => block === 0 || isNormed(block) || isNormed(block - 1),
  )
  return starts.map((start, index) => {
    const count = (starts[index + 1] ?? depth) - start
    const first = start % 2 === 1
    const overrides: Record<string, Record<string, NodeOverride>> = {}
    for (let other = 1; other < count; other += 2) overrides[other] = { attn: { attrs: { shifted: !first } } }
    const run = group(`blocks.${start}`, count, block(sizes, stage, first, isNormed(start)))
    return count > 1 ? { ...run, overrides } : run
  })
}

function block(
  { heads, size = 224 }: SwinCrSizes,
  stage: number,
  shifted: boolean,
  isNormed: boolean,
): GraphBody {
  const mixer = module(
    { id: 'attn', keys: { 'mlp.fc1': 'meta_mlp.fc1', 'mlp.fc2': 'meta_mlp.fc2' } },
    'windowAttention',
    {
      ...{ heads: heads[stage] ?? 1, position: 'logOfPairs', hidden: 384, scores: 'cosine', factorAxes: 0 },
      ...differing({ windowSize: size / 32, shifted }, { windowSize: 7, shifted: false }),
    },
  )
  const last = (half: 1 | 2) => [module(`norm${half}`, norm.module, norm.attrs)]
  const plain = preNormBlock({ mixer, mlp: module('mlp', 'mlp'), norm: null, scale: last })
  if (!isNormed) return plain
  const end = module('norm3', norm.module, norm.attrs)
  return {
    nodes: [...plain.nodes, end],
    edges: [
      ...plain.edges.map((edge) => (edge.from === 'add2' ? { from: 'add2', to: 'norm3' } : edge)),
      { from: 'norm3', to: OUT },
    ],
  }
}

// --- the models --------------------------------------------------------------------------------------------------

const tiny = { dim: 96, depths: [2, 2, 6, 2], heads: [3, 6, 12, 24] }
const small = { ...tiny, depths: [2, 2, 18, 2] }
const base = { dim: 128, depths: [2, 2, 18, 2], heads: [4, 8, 16, 32] }
const large = { dim: 192, depths: [2, 2, 18, 2], heads: [6, 12, 24, 48] }
const huge = { dim: 352, depths: [2, 2, 18, 2], norms: 'sixth' } as const
const giant = { dim: 512, depths: [2, 2, 42, 2], heads: [16, 32, 64, 128], norms: 'sixth' } as const
const normed = { norms: 'stages' } as const

const rows: readonly PresetRow<SwinCrSizes>[] = [
  ['swinv2_cr_tiny_384', 'SwinV2-CR-T 384', { ...tiny, size: 384 }, 'Windows of 12×12.'],
  [
    'swinv2_cr_tiny_224',
    'SwinV2-CR-T',
    tiny,
    'Cosines, a bias that an MLP makes of each pair’s offset, and norms at the end of the branches.',
  ],
  ['swinv2_cr_tiny_ns_224', 'SwinV2-CR-T, normed stages', { ...tiny, ...normed }, 'A norm ends each stage.'],
  ['swinv2_cr_small_384', 'SwinV2-CR-S 384', { ...small, size: 384 }, 'SwinV2-CR-S on larger pictures.'],
  ['swinv2_cr_small_224', 'SwinV2-CR-S', small, 'Eighteen blocks in the third stage.'],
  [
    'swinv2_cr_small_ns_224',
    'SwinV2-CR-S, normed stages',
    { ...small, ...normed },
    'SwinV2-CR-S whose stages end with a norm.',
  ],
  [
    'swinv2_cr_small_ns_256',
    'SwinV2-CR-S 256, normed stages',
    { ...small, ...normed, size: 256 },
    'Windows of 8×8 on pictures of 256 pixels.',
  ],
  ['swinv2_cr_base_384', 'SwinV2-CR-B 384', { ...base, size: 384 }, 'SwinV2-CR-B on larger pictures.'],
  ['swinv2_cr_base_224', 'SwinV2-CR-B', base, 'Widths from 128 to 1024 channels.'],
  [
    'swinv2_cr_base_ns_224',
    'SwinV2-CR-B, normed stages',
    { ...base, ...normed },
    'SwinV2-CR-B whose stages end with a norm.',
  ],
  ['swinv2_cr_large_384', 'SwinV2-CR-L 384', { ...large, size: 384 }, 'SwinV2-CR-L on larger pictures.'],
  ['swinv2_cr_large_224', 'SwinV2-CR-L', large, 'Widths from 192 to 1536 channels.'],
  [
    'swinv2_cr_huge_384',
    'SwinV2-CR-H 384',
    { ...huge, heads: [11, 22, 44, 88], size: 384 },
    'Heads of 32 channels, and a norm after every sixth block.',
  ],
  [
    'swinv2_cr_huge_224',
    'SwinV2-CR-H',
    { ...huge, heads: [8, 16, 32, 64] },
    'Heads of 44 channels, and a norm after every sixth block.',
  ],
  ['swinv2_cr_giant_384', 'SwinV2-CR-G 384', { ...giant, size: 384 }, 'SwinV2-CR-G on larger pictures.'],
  ['swinv2_cr_giant_224', 'SwinV2-CR-G', giant, 'More than two billion parameters.'],
]

export const swinsOfTimm: readonly Preset[] = presetsOf(
  {
    family: 'swin_transformer_v2_cr',
    paper: {
      title: 'Swin Transformer V2: Scaling Up Capacity and Resolution',
      authors: 'Liu et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2111.09883',
    },
    preprocessing: imagenetPixels(0.9),
  },
  swinCr,
  rows,
)
