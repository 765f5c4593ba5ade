/**
 * MambaOut: a pyramid of gated CNN blocks, which are Mamba's without the state space model.
 *
 * Yu and Wang 2024, https://arxiv.org/abs/2405.07992
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import type { Attributes } from '../schema/schema'
import { differing } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface MambaOutSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  readonly ratio?: number
  readonly convRatio?: number
  /** timm's own: norms before strides, LayerScale, and no norm inside the head. */
  readonly rw?: boolean
  readonly act?: string
  readonly classes?: number
  readonly size?: number
}

export function mambaOut(name: string, sizes: MambaOutSizes): Document {
  const { dims, depths, rw = false, size = 224 } = sizes
  const [first = 96] = dims
  const stemLayers = [
    module('conv1', 'convolution', { dim: first / 2, stride: 2 }),
    ...(rw ? [] : [module('norm1', 'layerNorm')]),
    module('act', sizes.act ?? 'gelu'),
    module('conv2', 'convolution', { dim: first, stride: 2 }),
    module('norm2', 'layerNorm'),
  ]
  const stages = depths.map((depth, stage) => {
    const shrink = module('downsample', 'convDownsample', {
      dim: dims[stage] ?? null,
      norm: 'layerNorm',
      ...(rw ? {} : { normOrder: 'after' }),
    })
    const blocks = group('blocks.0', depth, block(sizes))
    const title = `Stage ${stage + 1}`
    return group({ id: `stages.${stage}`, title }, 1, chain(...(stage === 0 ? [] : [shrink]), blocks))
  })
  const stem = group({ id: 'stem', title: 'Stem' }, 1, chain(...stemLayers))
  return design(name, chain(stem, ...stages, head(sizes)), size)
}

function block({ ratio, convRatio, rw, act = 'gelu' }: MambaOutSizes): GraphBody {
  const attrs: Attributes = {
    ...(ratio === undefined ? {} : { ratio }),
    ...(convRatio === undefined ? {} : { convRatio }),
    ...differing({ act }, { act: 'gelu' }),
  }
  const scale = rw ? [module('ls', 'layerScale')] : []
  const sketch = new Sketch()
  const mixer = module({ id: 'mixer', key: '' }, 'gatedCnn', attrs)
  return sketch.body(sketch.residual(IN, 'add', [module('norm', 'layerNorm'), mixer, ...scale]))
}

const head = ({ classes = 1000, rw }: MambaOutSizes): DocumentNode =>
  module(
    { id: 'head', keys: { 'fc.fc1': 'pre_logits.fc', 'fc.norm': 'pre_logits.norm', 'fc.fc2': 'fc' } },
    'mlpHead',
    { ...differing({ classes }, { classes: 1000 }), act: 'gelu', ...(rw ? { hiddenNorm: 'noNorm' } : {}) },
  )

// --- the models --------------------------------------------------------------------------------------------------

const wide = { dims: [128, 256, 512, 768] }
const usual = { dims: [96, 192, 384, 576] }
const femto = { dims: [48, 96, 192, 288] }
const deep = [3, 4, 27, 3]

export const mambaOuts: readonly Preset[] = presetsOf(
  {
    family: 'mambaout',
    paper: {
      title: 'MambaOut: Do We Really Need Mamba for Vision?',
      authors: 'Yu and Wang',
      year: 2024,
      url: 'https://arxiv.org/abs/2405.07992',
    },
    preprocessing: imagenetPixels(1),
  },
  mambaOut,
  [
    [
      'mambaout_femto',
      'MambaOut-Femto',
      { ...femto, depths: [3, 3, 9, 3] },
      'Gated convolutions on a pyramid: seven million parameters.',
    ],
    [
      'mambaout_kobe',
      'MambaOut-Kobe',
      { ...femto, depths: [3, 3, 15, 3] },
      'Twenty-four blocks of gated convolutions.',
    ],
    ['mambaout_tiny', 'MambaOut-Tiny', { ...usual, depths: [3, 3, 9, 3] }, 'Widths from 96 to 576 channels.'],
    ['mambaout_small', 'MambaOut-Small', { ...usual, depths: deep }, 'Thirty-seven blocks.'],
    [
      'mambaout_base',
      'MambaOut-Base',
      { ...wide, depths: deep },
      'Thirty-seven blocks of up to 768 channels.',
    ],
    [
      'mambaout_small_rw',
      'MambaOut-Small (rw)',
      { ...usual, depths: deep, rw: true },
      'The small one by timm, with LayerScale.',
    ],
    [
      'mambaout_base_short_rw',
      'MambaOut-Base short (rw)',
      { ...wide, depths: [3, 3, 25, 3], ratio: 3, convRatio: 1.25, rw: true },
      'Fewer blocks, more convolved channels.',
      { preprocessing: imagenetPixels(0.95) },
    ],
    [
      'mambaout_base_tall_rw',
      'MambaOut-Base tall (rw)',
      { ...wide, depths: [3, 4, 30, 3], ratio: 2.5, convRatio: 1.25, rw: true },
      'More and narrower blocks.',
      { preprocessing: imagenetPixels(0.95) },
    ],
    [
      'mambaout_base_wide_rw',
      'MambaOut-Base wide (rw)',
      { ...wide, depths: deep, ratio: 3, convRatio: 1.5, rw: true, act: 'silu' },
      'Half again as many convolved channels, and SiLU.',
      { preprocessing: imagenetPixels(0.95) },
    ],
    [
      'mambaout_base_plus_rw',
      'MambaOut-Base plus (rw)',
      { ...wide, depths: [3, 4, 30, 3], ratio: 3, convRatio: 1.5, rw: true, act: 'silu' },
      'The largest, forty blocks.',
    ],
    [
      'test_mambaout',
      'MambaOut test',
      { dims: [16, 32, 48, 64], depths: [1, 1, 3, 1], ratio: 3, rw: true, act: 'silu', size: 160 },
      'The smallest, to try things out.',
    ],
  ],
)
