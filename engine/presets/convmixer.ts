/**
 * ConvMixer: patches, then depthwise and pointwise convolutions in turn at one resolution.
 *
 * Trockman, Kolter 2022, Patches Are All You Need?, https://arxiv.org/abs/2201.09792
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface ConvMixerSizes {
  readonly dim: number
  readonly depth: number
  readonly kernelSize: number
  readonly patch: number
  readonly act?: string
  readonly classes?: number
  readonly size?: number
}

export function convmixer(name: string, sizes: ConvMixerSizes): Document {
  const { dim, depth, patch, act = 'gelu', classes = 1000, size = 224 } = sizes
  const embed = module('0', 'convolution', { dim, kernelSize: patch, stride: patch })
  const stem = group('stem', 1, chain(embed, ...after(act, 1)))
  const head = module({ id: 'head', key: '', keys: { fc: 'head', global_pool: 'pooling' } }, 'poolHead', {
    ...(classes === 1000 ? {} : { classes }),
    norm: 'noNorm',
  })
  return design(name, chain(stem, group('blocks.0', depth, block(sizes)), head), size)
}

/** Activation, then BatchNorm, which therefore folds into nothing. */
const after = (act: string, from: number, prefix = ''): DocumentNode[] => [
  module(`${prefix}${from}`, act),
  module(`${prefix}${from + 1}`, 'batchNorm'),
]

function block({ kernelSize, act = 'gelu' }: ConvMixerSizes): GraphBody {
  const sketch = new Sketch()
  const window = kernelSize === 7 ? {} : { kernelSize }
  const mixed = sketch.residual(IN, 'add', [module('fn.0', 'depthwiseConv', window), ...after(act, 1, 'fn.')])
  const channels = [module('1', 'convolution', { kernelSize: 1 }), ...after(act, 2)]
  return chain(group('0', 1, sketch.body(mixed)), ...channels)
}

export const convmixers: readonly Preset[] = presetsOf(
  {
    family: 'convmixer',
    paper: {
      title: 'Patches Are All You Need?',
      authors: 'Trockman, Kolter',
      year: 2022,
      url: 'https://arxiv.org/abs/2201.09792',
    },
    preprocessing: imagenetPixels(0.96),
  },
  convmixer,
  [
    [
      'convmixer_768_32',
      'ConvMixer-768/32',
      { dim: 768, depth: 32, kernelSize: 7, patch: 7, act: 'relu' },
      'Patches of 7×7 and thirty-two blocks of two convolutions: perhaps it is the patches that make a ViT work.',
    ],
    [
      'convmixer_1536_20',
      'ConvMixer-1536/20',
      { dim: 1536, depth: 20, kernelSize: 9, patch: 7 },
      'Twice as wide, with windows of 9×9.',
    ],
    [
      'convmixer_1024_20_ks9_p14',
      'ConvMixer-1024/20',
      { dim: 1024, depth: 20, kernelSize: 9, patch: 14 },
      'A quarter of the tokens: patches of 14×14.',
    ],
  ],
)
