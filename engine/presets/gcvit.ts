/**
 * GCViT: attention inside windows in turns: by the window's own queries, and by queries of a small map of the whole picture,
 * which every window is asked.
 *
 * Hatamizadeh et al. 2022, https://arxiv.org/abs/2206.09959
 */
import { type Document, type GroupNode, IN } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface GcvitSizes {
  readonly dim: number
  readonly depths: readonly number[]
  readonly heads: readonly number[]
  /** Side of the windows per stage. */
  readonly windows?: readonly number[]
  readonly mlpRatio?: number
  readonly layerScale?: boolean
  readonly classes?: number
  readonly size?: number
}

const eps = { eps: 1e-5 }

export function gcvit(name: string, sizes: GcvitSizes): Document {
  const { dim, depths, classes = 1000, size = 224 } = sizes
  const conv = module('conv1', 'convolution', { dim, stride: 2 })
  const stem = group('stem', 1, chain(conv, shrink('down', dim)))
  const stages = depths.map((_, stage) => stageOf(sizes, stage))
  const head = module('head', 'poolHead', { ...differing({ classes }, { classes: 1000 }), norm: 'noNorm' })
  return design(name, chain(stem, ...stages, head), size)
}

/** A depthwise convolution with squeeze and excitation, without a norm. */
function convolutionBlock(id: string): GroupNode {
  const sketch = new Sketch()
  const sum = sketch.residual(IN, 'add', [
    module('conv_dw', 'convolution', { groups: null, bias: false }),
    module('act', 'gelu'),
    module('se', 'squeezeExcite', { ratio: 0.25, act: 'gelu', bias: false }),
    module('conv_pw', 'convolution', { kernelSize: 1, bias: false }),
  ])
  return group(id, 1, sketch.body(sum))
}

const shrink = (id: string, dim: number): GroupNode =>
  group(
    id,
    1,
    chain(
      module('norm1', 'layerNorm', eps),
      convolutionBlock('conv_block'),
      module('reduction', 'convolution', { dim, stride: 2, bias: false }),
      module('norm2', 'layerNorm', eps),
    ),
  )

function stageOf(sizes: GcvitSizes, stage: number): GroupNode {
  const { dim, depths, heads, windows = [7, 7, 14, 7], size = 224 } = sizes
  const sketch = new Sketch()
  const whole = sketch.chain(IN, ...(stage === 0 ? [] : [shrink('downsample', dim * 2 ** stage)]))
  const window = windows[stage] ?? 7
  const query = sketch.chain(whole, globalQuery(Math.log2(size / 4 / 2 ** stage / window)))
  const head = heads[stage] ?? 1
  let x = whole
  for (let block = 0; block < (depths[stage] ?? 1); block++) {
    x =
      block % 2 === 0
        ? sketch.chain(x, local(sizes, block, head, window))
        : asked(sketch, sizes, block, head, x, query)
  }
  if (stage === depths.length - 1) x = sketch.chain(x, module('norm', 'layerNorm', eps))
  return group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, sketch.body(x))
}

/** The map as small as a window. */
function globalQuery(halvings: number): GroupNode {
  const nodes = Array.from({ length: Math.max(1, halvings) }, (_, index) => [
    convolutionBlock(`blocks.conv${index + 1}`),
    ...(index < halvings ? [module(`blocks.pool${index + 1}`, 'maxPool', { kernelSize: 3 })] : []),
  ])
  return group('global_block', 1, chain(...nodes.flat()))
}

const mlpOf = ({ mlpRatio = 3 }: GcvitSizes, id: string) =>
  module(id, 'mlp', differing({ mlpRatio }, { mlpRatio: 4 }))

function local(sizes: GcvitSizes, block: number, heads: number, windowSize: number): GroupNode {
  const table = 'relative_position_bias_table'
  const keys = { softmax: '', [table]: `rel_pos.${table}` }
  const mixer = module({ id: 'attn', keys }, 'windowAttention', {
    ...{ heads, ...differing({ windowSize }, { windowSize: 7 }) },
  })
  const norm = { module: 'layerNorm', attrs: eps }
  const scale = (half: 1 | 2) => (sizes.layerScale ? [module(`ls${half}`, 'layerScale')] : [])
  return group(`blocks.${block}`, 1, preNormBlock({ mixer, mlp: mlpOf(sizes, 'mlp'), norm, scale }))
}

/** A block that every window is asked by the global query; it reads two maps, and so it is no group. */
function asked(
  sketch: Sketch,
  sizes: GcvitSizes,
  block: number,
  heads: number,
  x: string,
  query: string,
): string {
  const part = (name: string) => `blocks.${block}.${name}`
  const scale = (half: 1 | 2) => (sizes.layerScale ? [module(part(`ls${half}`), 'layerScale')] : [])
  const normed = sketch.chain(x, module(part('norm1'), 'layerNorm', eps))
  const attended = sketch.join(module(part('attn'), 'globalQueryAttention', { heads }), normed, query)
  const scaled = sketch.chain(attended, ...scale(1))
  const mixed = sketch.join(module({ id: part('add1'), key: '' }, 'add'), x, scaled)
  const branch = [module(part('norm2'), 'layerNorm', eps), mlpOf(sizes, part('mlp')), ...scale(2)]
  return sketch.residual(mixed, `blocks.${block}`, branch)
}

// --- the models --------------------------------------------------------------------------------------------------

const deep = [3, 4, 19, 5]
const scaled = { mlpRatio: 2, layerScale: true }

export const gcvits: readonly Preset[] = presetsOf(
  {
    family: 'gcvit',
    paper: {
      title: 'Global Context Vision Transformers',
      authors: 'Hatamizadeh et al.',
      year: 2022,
      url: 'https://arxiv.org/abs/2206.09959',
    },
    preprocessing: imagenetPixels(0.875),
  },
  gcvit,
  [
    [
      'gcvit_xxtiny',
      'GCViT-XXT',
      { dim: 64, depths: [2, 2, 6, 2], heads: [2, 4, 8, 16] },
      'Windows attend by themselves and answer the queries of the whole picture, in turns.',
    ],
    ['gcvit_xtiny', 'GCViT-XT', { dim: 64, depths: [3, 4, 6, 5], heads: [2, 4, 8, 16] }, 'Eighteen blocks.'],
    ['gcvit_tiny', 'GCViT-T', { dim: 64, depths: deep, heads: [2, 4, 8, 16] }, 'Thirty-one blocks.'],
    [
      'gcvit_small',
      'GCViT-S',
      { dim: 96, depths: deep, heads: [3, 6, 12, 24], ...scaled },
      'Wider, with narrower MLPs and LayerScale.',
    ],
    [
      'gcvit_base',
      'GCViT-B',
      { dim: 128, depths: deep, heads: [4, 8, 16, 32], ...scaled },
      'Widths from 128 to 1024 channels.',
    ],
  ],
)
