/**
 * MLPs over positions and over channels: MLP-Mixer (Tolstikhin et al. 2021, https://arxiv.org/abs/2105.01601),
 * ResMLP (Touvron et al. 2021, https://arxiv.org/abs/2105.03404), gMLP (Liu et al. 2021, https://arxiv.org/abs/2105.08050).
 */
import { type Document, type GraphBody, IN } from '../document/types'
import { preNormBlock } from './block'
import { imagenetPixels, type Preset, presetsOf, symmetricPixels } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface MlpMixerSizes {
  readonly dim: number
  readonly depth: number
  readonly block?: keyof typeof blocks
  readonly patch?: number
  readonly classes?: number
  readonly size?: number
}

export function mlpMixer(
  name: string,
  { dim, depth, block = 'mixer', patch = 16, classes = 1000, size = 224 }: MlpMixerSizes,
): Document {
  const stem = module('stem', 'patchStem', {
    ...(dim === 768 ? {} : { dim }),
    ...(patch === 16 ? {} : { patchSize: patch }),
  })
  const head = module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
    ...(classes === 1000 ? {} : { classes }),
    ...(block === 'resmlp' ? { norm: 'affine' } : {}),
    normOrder: 'before',
  })
  return design(name, chain(stem, group('blocks.0', depth, blocks[block]()), head), size)
}

const blocks = {
  mixer(): GraphBody {
    const sketch = new Sketch()
    const mixed = sketch.residual(IN, 'add1', [
      module('norm1', 'layerNorm'),
      module('mlp_tokens', 'spatialMlp'),
    ])
    return sketch.body(
      sketch.residual(mixed, 'add2', [module('norm2', 'layerNorm'), module('mlp_channels', 'mlp')]),
    )
  },

  /** Both MLPs gated by SiLU. */
  gmixer: () =>
    preNormBlock({
      mixer: module('mlp_tokens', 'spatialMlp', { act: 'silu', gated: true }),
      mlp: module('mlp_channels', 'gatedMlp', { mlpRatio: 2, gate: 'second' }),
    }),

  /** A gated layer over positions in the place of attention, and the plain MLP beside it. */
  activator: () =>
    preNormBlock({ mixer: module('glu', 'spatialMlp', { gated: true }), mlp: module('mlp', 'mlp') }),

  /** x + λ₁·W(Aff x), x + λ₂·MLP(Aff x): no statistics anywhere. */
  resmlp(): GraphBody {
    const sketch = new Sketch()
    const scale = (id: string) => module({ id, keys: { gamma: '' } }, 'layerScale')
    const mixed = sketch.residual(IN, 'add1', [
      module('norm1', 'affine'),
      module('linear_tokens', 'spatialLinear'),
      scale('ls1'),
    ])
    return sketch.body(
      sketch.residual(mixed, 'add2', [
        module('norm2', 'affine'),
        module('mlp_channels', 'mlp'),
        scale('ls2'),
      ]),
    )
  },

  /** One residual: the gate inside the MLP mixes positions. */
  gmlp(): GraphBody {
    const sketch = new Sketch()
    const branch = [module('norm', 'layerNorm'), module('mlp_channels', 'spatialGate')]
    return sketch.body(sketch.residual(IN, 'add', branch))
  },
}

const mixers = presetsOf(
  {
    family: 'mlp_mixer',
    paper: {
      title: 'MLP-Mixer: An all-MLP Architecture for Vision',
      authors: 'Tolstikhin et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2105.01601',
    },
    preprocessing: symmetricPixels(0.875),
  },
  mlpMixer,
  [
    [
      'mixer_s16_224',
      'Mixer-S/16',
      { dim: 512, depth: 8 },
      'Neither convolution nor attention: learned weights between positions.',
    ],
    ['mixer_s32_224', 'Mixer-S/32', { dim: 512, depth: 8, patch: 32 }, 'Mixer-S over 49 large patches.'],
    ['mixer_b16_224', 'Mixer-B/16', { dim: 768, depth: 12 }, 'Twelve blocks at the width of ViT-B.'],
    ['mixer_b32_224', 'Mixer-B/32', { dim: 768, depth: 12, patch: 32 }, 'Mixer-B over 49 large patches.'],
    ['mixer_l16_224', 'Mixer-L/16', { dim: 1024, depth: 24 }, 'Twenty-four blocks at the width of ViT-L.'],
    ['mixer_l32_224', 'Mixer-L/32', { dim: 1024, depth: 24, patch: 32 }, 'Mixer-L over 49 large patches.'],
  ],
)

const resmlp = { dim: 384, block: 'resmlp' } as const
const resmlps = presetsOf(
  {
    family: 'mlp_mixer',
    paper: {
      title: 'ResMLP: Feedforward networks for image classification with data-efficient training',
      authors: 'Touvron et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2105.03404',
    },
    preprocessing: imagenetPixels(0.875),
  },
  mlpMixer,
  [
    [
      'resmlp_12_224',
      'ResMLP-S12',
      { ...resmlp, depth: 12 },
      'One matrix between positions and learned scales instead of norms.',
    ],
    ['resmlp_24_224', 'ResMLP-S24', { ...resmlp, depth: 24 }, 'ResMLP-S12 at twice the depth.'],
    ['resmlp_36_224', 'ResMLP-S36', { ...resmlp, depth: 36 }, 'ResMLP-S12 at three times the depth.'],
    [
      'resmlp_big_24_224',
      'ResMLP-B24',
      { ...resmlp, dim: 768, depth: 24, patch: 8 },
      'Twice as wide, over 784 small patches.',
    ],
  ],
)

const gmlp = { block: 'gmlp', depth: 30 } as const
const gmlps = presetsOf(
  {
    family: 'mlp_mixer',
    paper: {
      title: 'Pay Attention to MLPs',
      authors: 'Liu et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2105.08050',
    },
    preprocessing: imagenetPixels(0.875),
  },
  mlpMixer,
  [
    [
      'gmlp_ti16_224',
      'gMLP-Ti/16',
      { ...gmlp, dim: 128 },
      'Thirty blocks of one MLP each, gated across positions.',
    ],
    ['gmlp_s16_224', 'gMLP-S/16', { ...gmlp, dim: 256 }, 'Twice as wide as gMLP-Ti.'],
    ['gmlp_b16_224', 'gMLP-B/16', { ...gmlp, dim: 512 }, 'Four times as wide as gMLP-Ti.'],
  ],
)

const gmixers = presetsOf(
  {
    family: 'mlp_mixer',
    paper: {
      title: 'GLU Variants Improve Transformer',
      authors: 'Shazeer',
      year: 2020,
      url: 'https://arxiv.org/abs/2002.05202',
    },
    preprocessing: imagenetPixels(0.875),
  },
  mlpMixer,
  [
    [
      'gmixer_12_224',
      'gMixer-12',
      { dim: 384, depth: 12, block: 'gmixer' },
      'MLP-Mixer whose two MLPs are gated by SiLU: timm’s experiment.',
    ],
    ['gmixer_24_224', 'gMixer-24', { dim: 384, depth: 24, block: 'gmixer' }, 'Twenty-four gated blocks.'],
  ],
)

const activators = presetsOf(
  {
    family: 'mlp_mixer',
    paper: {
      title: 'Activator: GLU Activation Function as the Core Component of a Vision Transformer',
      authors: 'Abdullah, Aydin',
      year: 2024,
      url: 'https://arxiv.org/abs/2405.15953',
    },
    preprocessing: imagenetPixels(0.875),
  },
  mlpMixer,
  [
    [
      'activator_s16',
      'Activator-S/16',
      { dim: 384, depth: 12, block: 'activator' },
      'A layer gated by GELU in the place of attention. Our reading of the abstract; no public code.',
    ],
  ],
)

export const mlpMixers: readonly Preset[] = [...mixers, ...resmlps, ...gmlps, ...gmixers, ...activators]
