/**
 * MobileViT: inverted residuals, and blocks in which a small transformer reads the whole map between two convolutions.
 * Every position attends to those that are two rows and columns apart, so four interleaved maps are read at a quarter of the
 * cost each. The second version attends by one context for all.
 *
 * Mehta, Rastegari 2021, https://arxiv.org/abs/2110.02178; V2: Mehta, Rastegari 2022, https://arxiv.org/abs/2206.02680
 */
import { type GraphBody, IN } from '../document/types'
import { divisible } from '../modules/rounding'
import { preNormBlock } from './block'
import { type ByobBlock, type ByobSizes, byobnet, unit } from './byobnet'
import { type Preprocessing, type Preset, presetsOf } from './preset'
import { group, module, Sketch } from './sketch'

/** What all blocks of these networks share. */
export const mobileStyle = { act: 'silu', shortcut: 'none', linearOut: true, widen: true } as const

/** An inverted residual, depthwise in its middle. */
export const inverted = (width: number, repeat: number, stride: number, ratio: number): ByobBlock => ({
  kind: 'bottle',
  repeat,
  width,
  stride,
  groupWidth: 1,
  ratio,
})

/** Attention over interleaved maps, and a convolution that brings what came in and what was read together. */
export function fused(width: number, dim: number, depth: number): ByobBlock {
  const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const
  const act = mobileStyle.act
  const mixer = module('attn', 'dilatedAttention', {
    heads: 4,
    windowSize: null,
    interval: 2,
    position: 'none',
  })
  const mlp = module('mlp', 'mlp', { mlpRatio: 2, act })
  const sketch = new Sketch()
  const seen = sketch.chain(
    IN,
    ...unit('conv_kxk', {}, act),
    module('conv_1x1', 'convolution', { dim, kernelSize: 1, bias: false }),
  )
  // Maps of an odd side grow, so that they interleave, and shrink again.
  const told = sketch.chain(
    seen,
    module('even', 'resize', { to: 'divisible' }),
    group('transformer.0', depth, preNormBlock({ mixer, mlp, norm })),
    module('norm', norm.module, norm.attrs),
  )
  const read = sketch.chain(
    sketch.join(module('back', 'matchSize'), told, seen),
    ...unit('conv_proj', { dim: width, kernelSize: 1 }, act),
  )
  const both = sketch.join(module('both', 'concat'), IN, read)
  const body = sketch.body(sketch.chain(both, ...unit('conv_fusion', { dim: width }, act)))
  return own(width, body)
}

/** Separable attention over interleaved maps, at half of the width. */
export function separable(width: number, depth: number): ByobBlock {
  const norm = { module: 'groupNorm', attrs: { groups: 1 } } as const
  const mixer = module('attn', 'separableAttention', { interval: 2, weights: 'conv' })
  const mlp = module('mlp', 'mlp', { mlpRatio: 2, act: mobileStyle.act, weights: 'conv' })
  const sketch = new Sketch()
  const read = sketch.chain(
    IN,
    // Maps of an odd side grow, so that they interleave.
    module('even', 'resize', { to: 'divisible', alignCorners: true }),
    ...unit('conv_kxk', { groups: null }, mobileStyle.act),
    module('conv_1x1', 'convolution', { dim: divisible(width / 2), kernelSize: 1, bias: false }),
    group('transformer.0', depth, preNormBlock({ mixer, mlp, norm })),
    module('norm', norm.module, norm.attrs),
    ...unit('conv_proj', { dim: width, kernelSize: 1 }),
  )
  return own(width, sketch.body(read))
}

const own = (width: number, body: GraphBody): ByobBlock => ({ kind: 'own', width, stride: 1, body })

/** Widths of the five stages, and of the transformers in the last three. */
function first(
  widths: readonly [number, number, number, number, number],
  dims: readonly [number, number, number],
  ratio: number,
  features: number,
): ByobSizes {
  const [a, b, ...others] = widths
  const depths = [2, 4, 3]
  return {
    stages: [
      [inverted(a, 1, 1, ratio)],
      [inverted(b, 3, 2, ratio)],
      ...others.map((width, index) => [
        inverted(width, 1, 2, ratio),
        fused(width, dims[index] ?? width, depths[index] ?? 1),
      ]),
    ],
    stemWidth: 16,
    ...mobileStyle,
    features,
    size: 256,
  }
}

/** All widths by a factor. */
function second(factor: number): ByobSizes {
  const width = (channels: number) => Math.floor(channels * factor)
  const stage = (channels: number, depth: number) => [
    inverted(width(channels), 1, 2, 2),
    separable(width(channels), depth),
  ]
  return {
    stages: [
      [inverted(width(64), 1, 1, 2)],
      [inverted(width(128), 2, 2, 2)],
      stage(256, 2),
      stage(384, 4),
      stage(512, 3),
    ],
    stemWidth: width(32),
    ...mobileStyle,
    size: 256,
  }
}

/** These models take pixels between 0 and 1 as they are. */
const plainPixels = (crop: number): Preprocessing => ({ crop, mean: [0, 0, 0], std: [1, 1, 1] })

const firsts = presetsOf(
  {
    family: 'mobilevit',
    paper: {
      title: 'MobileViT: Light-weight, General-purpose, and Mobile-friendly Vision Transformer',
      authors: 'Mehta, Rastegari',
      year: 2021,
      url: 'https://arxiv.org/abs/2110.02178',
    },
    preprocessing: plainPixels(0.9),
  },
  byobnet,
  [
    [
      'mobilevit_xxs',
      'MobileViT-XXS',
      first([16, 24, 48, 64, 80], [64, 80, 96], 2, 320),
      'A transformer inside a mobile network: 1.3 million parameters.',
    ],
    [
      'mobilevit_xs',
      'MobileViT-XS',
      first([32, 48, 64, 80, 96], [96, 120, 144], 4, 384),
      'Transformers of 96 to 144 channels.',
    ],
    [
      'mobilevit_s',
      'MobileViT-S',
      first([32, 64, 96, 128, 160], [144, 192, 240], 4, 640),
      'Transformers of 144 to 240 channels.',
      { published: { top1: 78.4, source: 'MobileViT (Mehta et al. 2021), abstract' } },
    ],
  ],
)

const seconds = presetsOf(
  {
    family: 'mobilevit',
    paper: {
      title: 'Separable Self-attention for Mobile Vision Transformers',
      authors: 'Mehta, Rastegari',
      year: 2022,
      url: 'https://arxiv.org/abs/2206.02680',
    },
    preprocessing: plainPixels(0.888),
  },
  byobnet,
  [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2].map((factor) => [
    `mobilevitv2_${String(100 * factor).padStart(3, '0')}`,
    `MobileViTv2-${factor.toFixed(2).replace(/0$/, '')}`,
    second(factor),
    factor === 1
      ? 'Separable attention: one context for all positions, at a cost linear in the map.'
      : `All widths of MobileViTv2 times ${factor}.`,
  ]),
)

export const mobilevits: readonly Preset[] = [...firsts, ...seconds]
