/** VGG: stacks of 3×3 convolutions between max poolings. Simonyan, Zisserman 2014, https://arxiv.org/abs/1409.1556 */
import type { Document, DocumentNode } from '../document/types'
import type { Attributes } from '../schema/schema'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

export interface VggSizes {
  /** Width of each convolution; `M` is a max pooling. */
  readonly layers: readonly (number | 'M')[]
  readonly batchNorm: boolean
  /** Width of the first of the two wide layers before the head, as a share of 4096. */
  readonly mlpRatio?: number
  readonly classes?: number
  readonly size?: number
}

const wide = 4096

export function vgg(
  name: string,
  { layers, batchNorm, mlpRatio = 1, classes = 1000, size = 224 }: VggSizes,
): Document {
  const features: DocumentNode[] = []
  const append = (kind: string, attrs: Attributes = {}) =>
    features.push(module(`features.${features.length}`, kind, attrs))
  for (const layer of layers) {
    if (layer === 'M') append('maxPool')
    else {
      append('convolution', { dim: layer })
      if (batchNorm) append('batchNorm')
      append('relu')
    }
  }
  const body = chain(
    module('fc1', 'convolution', { dim: Math.floor(wide * mlpRatio), kernelSize: 7, padding: 0 }),
    module('act1', 'relu'),
    module('fc2', 'convolution', { dim: wide, kernelSize: 1 }),
    module('act2', 'relu'),
  )
  const head = module('head', 'poolHead', { ...(classes === 1000 ? {} : { classes }), norm: 'noNorm' })
  return design(name, chain(...features, group('pre_logits', 1, body), head), size)
}

/** The widths between one pooling and the next. */
const stages = (...widths: readonly (readonly number[])[]): VggSizes['layers'] =>
  widths.flatMap((stage) => [...stage, 'M' as const])

const vgg11 = stages([64], [128], [256, 256], [512, 512], [512, 512])
const vgg13 = stages([64, 64], [128, 128], [256, 256], [512, 512], [512, 512])
const vgg16 = stages([64, 64], [128, 128], [256, 256, 256], [512, 512, 512], [512, 512, 512])
const vgg19 = stages([64, 64], [128, 128], Array(4).fill(256), Array(4).fill(512), Array(4).fill(512))

export const vggs: readonly Preset[] = presetsOf(
  {
    family: 'vgg',
    paper: {
      title: 'Very Deep Convolutional Networks for Large-Scale Image Recognition',
      authors: 'Simonyan, Zisserman',
      year: 2014,
      url: 'https://arxiv.org/abs/1409.1556',
    },
    preprocessing: imagenetPixels(0.875),
  },
  vgg,
  [
    [
      'vgg11',
      'VGG-11',
      { layers: vgg11, batchNorm: false },
      'Eight 3×3 convolutions and three wide layers, which hold most of its 133 million parameters.',
    ],
    ['vgg11_bn', 'VGG-11 (BN)', { layers: vgg11, batchNorm: true }, 'VGG-11 with BatchNorm.'],
    ['vgg13', 'VGG-13', { layers: vgg13, batchNorm: false }, 'Two convolutions in each of five stages.'],
    ['vgg13_bn', 'VGG-13 (BN)', { layers: vgg13, batchNorm: true }, 'VGG-13 with BatchNorm.'],
    [
      'vgg16',
      'VGG-16',
      { layers: vgg16, batchNorm: false },
      'Thirteen convolutions of 3×3: small windows in depth instead of large ones.',
    ],
    ['vgg16_bn', 'VGG-16 (BN)', { layers: vgg16, batchNorm: true }, 'VGG-16 with BatchNorm.'],
    [
      'vgg19',
      'VGG-19',
      { layers: vgg19, batchNorm: false },
      'The deepest of the paper: sixteen convolutions.',
    ],
    ['vgg19_bn', 'VGG-19 (BN)', { layers: vgg19, batchNorm: true }, 'VGG-19 with BatchNorm.'],
  ],
)
