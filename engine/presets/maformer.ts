/** MAFormer: windows, and what they ask a smaller map of the whole picture. Wang et al. 2022, https://arxiv.org/abs/2209.01620 */
import { type Document, type GraphBody, IN } from '../document/types'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

interface MaformerSizes {
  readonly dim: number
  readonly depths: readonly number[]
  readonly heads: readonly number[]
  /** Pixels along each side that become one global token, per stage. */
  readonly ratios: readonly number[]
}

function maformer(name: string, { dim, depths, heads, ratios }: MaformerSizes): Document {
  const stem = module('patch_embed', 'patchStem', {
    dim,
    patchSize: 4,
    norm: 'layerNorm',
    flatten: false,
  })
  const stages = depths.map((depth, stage) => {
    const downsample = stage === 0 ? [] : [module('downsample', 'patchMerging')]
    const blocks = group('blocks.0', depth, block(heads[stage] ?? 1, ratios[stage] ?? 1))
    return group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, chain(...downsample, blocks))
  })
  return design(name, chain(stem, ...stages, module('head', 'poolHead')))
}

/** Windows learn what is near; their tokens then ask a smaller map of the whole picture, and both are kept. */
function block(heads: number, ratio: number): GraphBody {
  const sketch = new Sketch()
  const normed = sketch.chain(IN, module('norm1', 'layerNorm'))
  const local = sketch.chain(normed, module('local', 'windowAttention', { heads }))
  const global =
    ratio === 1
      ? normed
      : sketch.chain(normed, module('global', 'convolution', { kernelSize: ratio, stride: ratio }))
  const asked = sketch.join(module('fusion', 'crossAttention', { heads }), local, global, global)
  const fused = sketch.join(module('fused', 'add'), local, sketch.chain(asked, module('map', 'toMap')))
  const mixed = sketch.join(module('add1', 'add'), IN, fused)
  return sketch.body(sketch.residual(mixed, 'add2', [module('norm2', 'layerNorm'), module('mlp', 'mlp')]))
}

export const maformers: readonly Preset[] = presetsOf(
  {
    family: 'maformer',
    paper: {
      title: 'MAFormer: A Transformer Network with Multi-scale Attention Fusion for Visual Recognition',
      authors: 'Wang et al.',
      year: 2022,
      url: 'https://arxiv.org/abs/2209.01620',
    },
    preprocessing: imagenetPixels(0.9),
  },
  maformer,
  [
    [
      'maformer',
      'MAFormer, sizes of Swin-T',
      { dim: 96, depths: [2, 2, 6, 2], heads: [3, 6, 12, 24], ratios: [8, 4, 2, 1] },
      'Windows learn what is near and ask a smaller map for the rest. Our reading of the abstract; no public code.',
    ],
  ],
)
