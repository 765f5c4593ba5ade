/**
 * SpectFormer: early blocks weigh the waves of the map, later ones attend. Over patches of one size, its first four blocks are
 * GFNet's; on a pyramid two stages are spectral and two attend, and a class token gathers at the end.
 *
 * Scattering ViT is the same pyramid, whose first stage works on wavelets.
 *
 * Patro et al. 2023, https://arxiv.org/abs/2304.06446; SVT: Patro and Agneeswaran 2023, https://arxiv.org/abs/2311.01310
 */
import { type Document, type DocumentNode, type GroupNode, IN } from '../document/types'
import { differing, preNormBlock } from './block'
import { type GfNetSizes, gfBlock, gfHead, gfPatches } from './gfnet'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface SpectFormerVanillaSizes extends Omit<GfNetSizes, 'mlpRatio'> {
  readonly heads?: number
}

/** How many of the first blocks are spectral. */
const spectral = 4

export function spectformerVanilla(name: string, sizes: SpectFormerVanillaSizes): Document {
  const { dim, depth, heads = 6, patch, classes, size } = sizes
  const attending = preNormBlock({
    mixer: module('attn', 'attention', { heads }),
    mlp: module('mlp', 'mlp'),
  })
  const blocks = [
    group('blocks.0', spectral, gfBlock(4)),
    group(`blocks.${spectral}`, depth - spectral, attending),
  ]
  return design(name, chain(...gfPatches(dim, patch), ...blocks, gfHead(classes)), size)
}

interface PyramidSizes {
  readonly stem: number
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  readonly heads: readonly number[]
}

function spectformer(name: string, sizes: PyramidSizes): Document {
  const spectral = module('attn', 'globalFilter')
  return pyramid(name, sizes, [spectral, spectral])
}

/** The paper scatters in two stages, the code that its authors published in the first alone. */
function svt(name: string, sizes: PyramidSizes): Document {
  return pyramid(name, sizes, [module('attn', 'scattering')])
}

/** `spectral` are the mixers of the first stages; the others attend. */
function pyramid(name: string, sizes: PyramidSizes, spectral: readonly DocumentNode[]): Document {
  const { stem, dims, depths, heads } = sizes
  const sketch = new Sketch()
  const stages = depths.flatMap((depth, stage) => {
    const block = preNormBlock({
      mixer: spectral[stage] ?? module('attn', 'spatialReduction', { heads: heads[stage] ?? 1, ratio: 1 }),
      mlp: module({ id: 'mlp', keys: { dwconv: 'dwconv.dwconv' } }, 'depthwiseMlp', {
        ...differing({ mlpRatio: stage < 2 ? 8 : 4 }, { mlpRatio: 4 }),
      }),
    })
    const embed = stage === 0 ? stemOf(stem, dims[0] ?? 64) : downsample(stage + 1, dims[stage] ?? 64)
    const blocks = group({ id: `block${stage + 1}.0`, title: `Stage ${stage + 1}` }, depth, block)
    const norm = module(`norm${stage + 1}`, 'layerNorm')
    return stage < depths.length - 1 ? [embed, blocks, norm] : [embed, blocks]
  })
  const patches = sketch.chain(IN, ...stages)
  const tokens = sketch.chain(patches, module('cls_token', 'classToken', { from: 'mean' }))
  const gathered = classBlock(sketch, tokens, heads.at(-1))
  const joined = sketch.join(module('tokens', 'joinTokens'), gathered, patches)
  const head = module({ id: 'head', key: '' }, 'tokenLabelHead')
  return design(name, sketch.body(sketch.chain(joined, module(`norm${depths.length}`, 'layerNorm'), head)))
}

/** cls ← cls + CA(LN [cls, X]); cls ← cls + MLP(LN cls). */
export function classBlock(sketch: Sketch, tokens: string, heads: number | undefined, mlpRatio = 4): string {
  const name = 'post_network.0'
  const asked = sketch.chain(
    tokens,
    module(`${name}.norm1`, 'layerNorm'),
    module(`${name}.attn`, 'classAttention', { heads: heads ?? 1, weights: 'joint' }),
  )
  const sum = sketch.join(module({ id: `${name}.add1`, key: '' }, 'addToFirst'), tokens, asked)
  return sketch.residual(sum, `${name}.add2`, [
    module(`${name}.norm2`, 'layerNorm'),
    module(`${name}.mlp`, 'mlp', differing({ mlpRatio }, { mlpRatio: 4 })),
  ])
}

/** 7×7 and two 3×3 convolutions on half the picture's side, then one with stride. */
export function stemOf(width: number, dim: number): GroupNode {
  const layer = (at: number, first: boolean): DocumentNode[] => [
    module(`conv.${at}`, 'convolution', {
      dim: width,
      ...(first ? { kernelSize: 7, stride: 2 } : {}),
      bias: false,
    }),
    module(`conv.${at + 1}`, 'batchNorm'),
    module(`conv.${at + 2}`, 'relu'),
  ]
  const proj = module({ id: 'proj', key: '', keys: { conv: 'proj' } }, 'convDownsample', {
    dim,
    ...normedAfter,
  })
  return group(
    { id: 'patch_embed1', title: 'Stem' },
    1,
    chain(...layer(0, true), ...layer(3, false), ...layer(6, false), proj),
  )
}

const normedAfter = { norm: { module: 'layerNorm', attrs: { eps: 1e-5 } }, normOrder: 'after' } as const

export const downsample = (number: number, dim: number): DocumentNode =>
  module({ id: `patch_embed${number}`, keys: { conv: 'proj' } }, 'convDownsample', { dim, ...normedAfter })

const paper = {
  title: 'SpectFormer: Frequency and Attention is what you need in a Vision Transformer',
  authors: 'Patro et al.',
  year: 2023,
  url: 'https://arxiv.org/abs/2304.06446',
}
const preprocessing = imagenetPixels(0.875)
const small = { stem: 32, dims: [64, 128, 320, 448], depths: [3, 4, 6, 3], heads: [2, 4, 10, 14] }
const base = { stem: 64, dims: [64, 128, 320, 512], depths: [3, 4, 12, 3], heads: [2, 4, 10, 16] }
const large = { stem: 64, dims: [96, 192, 384, 512], depths: [3, 6, 18, 3], heads: [3, 6, 12, 16] }
const reported = (top1: number) => ({
  published: { top1, source: 'SpectFormer (Patro et al. 2023), abstract' },
})

const pyramids = presetsOf({ family: 'spectformer', paper, preprocessing }, spectformer, [
  [
    'spectformer_s',
    'SpectFormer-H-S',
    small,
    'Two stages of global filters, two of attention, and a class token that gathers at the end.',
    reported(84.25),
  ],
  ['spectformer_b', 'SpectFormer-H-B', base, 'SpectFormer-H-S with twelve blocks in its third stage.'],
  [
    'spectformer_l',
    'SpectFormer-H-L',
    large,
    'Wider first stages, and eighteen blocks in the third.',
    reported(85.7),
  ],
])

const vanilla = presetsOf({ family: 'spectformer', paper, preprocessing }, spectformerVanilla, [
  [
    'spectformer_vanilla_ti',
    'SpectFormer-Ti (vanilla)',
    { dim: 256, depth: 12, heads: 4 },
    'Four blocks of global filters, then eight of attention; with the heads that a remark in the code names.',
  ],
  [
    'spectformer_vanilla_xs',
    'SpectFormer-XS (vanilla)',
    { dim: 384, depth: 12 },
    'Four blocks of global filters, then eight of attention, over patches of one size.',
  ],
  [
    'spectformer_vanilla_s',
    'SpectFormer-S (vanilla)',
    { dim: 384, depth: 19 },
    'SpectFormer-XS with fifteen blocks of attention.',
  ],
])

const svtPaper = {
  title: 'Scattering Vision Transformer: Spectral Mixing Matters',
  authors: 'Patro and Agneeswaran',
  year: 2023,
  url: 'https://arxiv.org/abs/2311.01310',
}
const reportedSvt = (top1: number) => ({
  published: { top1, source: 'Scattering Vision Transformer (Patro et al. 2023), abstract' },
})

export const svts: readonly Preset[] = presetsOf({ family: 'svt', paper: svtPaper, preprocessing }, svt, [
  [
    'svt_s',
    'SVT-H-S',
    small,
    'A stage that mixes wavelets, then three of attention and a class token that gathers at the end.',
    reportedSvt(84.2),
  ],
  ['svt_b', 'SVT-H-B', base, 'SVT-H-S with twelve blocks in its third stage.', reportedSvt(85.2)],
  ['svt_l', 'SVT-H-L', large, 'Wider first stages, and eighteen blocks in the third.', reportedSvt(85.7)],
])

export const spectformers: readonly Preset[] = [...pyramids, ...vanilla]
