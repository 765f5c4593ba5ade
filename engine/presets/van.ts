/**
 * Visual Attention Network: four stages whose mixer is a large window in three cheap steps, used as a gate.
 *
 * Guo et al. 2022, https://arxiv.org/abs/2202.09741; weights are named as in Visual-Attention-Network/VAN-Classification.
 */
import { type Document, type GraphBody, IN } from '../document/types'
import type { Attributes } from '../schema/schema'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface VanSizes {
  readonly depths: readonly number[]
  readonly dims: readonly number[]
  readonly mlpRatios: readonly number[]
  readonly classes?: number
  readonly size?: number
}

export function van(
  name: string,
  { depths, dims, mlpRatios, classes = 1000, size = 224 }: VanSizes,
): Document {
  const stages = depths.map((depth, stage) => {
    const number = stage + 1
    const dim = dims[stage] ?? 64
    const embed =
      stage === 0
        ? module({ id: 'patch_embed', key: 'patch_embed1', keys: { conv: 'proj' } }, 'overlapStem', {
            ...(dim === 64 ? {} : { dim }),
            padding: 3,
            norm: 'batchNorm',
          })
        : module(
            { id: 'patch_embed', key: `patch_embed${number}`, keys: { conv: 'proj' } },
            'convDownsample',
            {
              dim,
              norm: 'batchNorm',
              normOrder: 'after',
            },
          )
    const blocks = group({ id: 'blocks.0', key: `block${number}.0` }, depth, block(mlpRatios[stage] ?? 4))
    const norm = module({ id: 'norm', key: `norm${number}` }, 'layerNorm')
    return group({ id: `stage${number}`, key: '', title: `Stage ${number}` }, 1, chain(embed, blocks, norm))
  })
  const head = module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
    ...(classes === 1000 ? {} : { classes }),
    norm: 'noNorm',
  })
  return design(name, chain(...stages, head), size)
}

/** x + γ₁·Attn(BN x), x + γ₂·MLP(BN x). */
function block(ratio: number): GraphBody {
  const sketch = new Sketch()
  const scale = (number: 1 | 2) => module({ id: `layer_scale_${number}`, keys: { gamma: '' } }, 'layerScale')
  const mixed = sketch.residual(IN, 'add1', [
    module('norm1', 'batchNorm'),
    group('attn', 1, attention()),
    scale(1),
  ])
  const mlp: Attributes = { ...(ratio === 4 ? {} : { mlpRatio: ratio }), weights: 'conv' }
  const out = sketch.residual(mixed, 'add2', [
    module('norm2', 'batchNorm'),
    module({ id: 'mlp', keys: { dwconv: 'dwconv.dwconv' } }, 'depthwiseMlp', mlp),
    scale(2),
  ])
  return sketch.body(out)
}

/** The gate between two pointwise convolutions, with a shortcut of its own. */
function attention(): GraphBody {
  const sketch = new Sketch()
  const out = sketch.residual(IN, 'add', [
    module('proj_1', 'convolution', { kernelSize: 1 }),
    module('activation', 'gelu'),
    module('spatial_gating_unit', 'largeKernelAttention'),
    module('proj_2', 'convolution', { kernelSize: 1 }),
  ])
  return sketch.body(out)
}

const reported = (top1: number) => ({
  published: { top1, source: 'MetaFormer Baselines for Vision (Yu et al. 2022), Table V' },
})
const small = { dims: [32, 64, 160, 256], mlpRatios: [8, 8, 4, 4] }
const usual = { dims: [64, 128, 320, 512], mlpRatios: [8, 8, 4, 4] }

export const vans: readonly Preset[] = presetsOf(
  {
    family: 'van',
    paper: {
      title: 'Visual Attention Network',
      authors: 'Guo et al.',
      year: 2022,
      url: 'https://arxiv.org/abs/2202.09741',
    },
    preprocessing: imagenetPixels(0.9),
  },
  van,
  [
    [
      'van_b0',
      'VAN-B0',
      { ...small, depths: [3, 3, 5, 2] },
      'A 5×5 and a dilated 7×7 window reach over 23×23 positions and gate the input: attention without softmax.',
    ],
    ['van_b1', 'VAN-B1', { ...usual, depths: [2, 2, 4, 2] }, 'Twice as wide as VAN-B0.'],
    ['van_b2', 'VAN-B2', { ...usual, depths: [3, 3, 12, 3] }, 'VAN-B1 at twice the depth.', reported(82.8)],
    [
      'van_b3',
      'VAN-B3',
      { ...usual, depths: [3, 5, 27, 3] },
      'VAN with thirty-eight blocks.',
      reported(83.9),
    ],
    ['van_b4', 'VAN-B4', { ...usual, depths: [3, 6, 40, 3] }, 'VAN with fifty-two blocks.', reported(84.2)],
    [
      'van_b5',
      'VAN-B5',
      { dims: [96, 192, 480, 768], mlpRatios: [8, 8, 4, 4], depths: [3, 3, 24, 3] },
      'Half as wide again as VAN-B4.',
    ],
    [
      'van_b6',
      'VAN-B6',
      { dims: [96, 192, 384, 768], mlpRatios: [8, 8, 4, 4], depths: [6, 6, 90, 6] },
      'The largest: 108 blocks.',
    ],
  ],
)
