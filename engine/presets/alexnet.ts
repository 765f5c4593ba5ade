/**
 * The beginnings: LeNet-5 (LeCun et al. 1998, https://doi.org/10.1109/5.726791) and AlexNet (Krizhevsky et al. 2012,
 * https://papers.nips.cc/paper/4824), the latter in the widths of its author's later code, which torchvision keeps.
 */
import type { Document, DocumentNode } from '../document/types'
import type { Attributes } from '../schema/schema'
import { imagenetPixels, type Preset, presetsOf, symmetricPixels } from './preset'
import { chain, design, group, module } from './sketch'

interface ClassicSizes {
  readonly classes?: number
  readonly size?: number
}

function alexnet(name: string, { classes = 1000, size = 224 }: ClassicSizes): Document {
  const convolution = (id: number, dim: number, attrs: Attributes): DocumentNode[] => [
    module(`${id}`, 'convolution', { dim, ...attrs }),
    module(`${id + 1}`, 'relu'),
  ]
  const pool = (id: number) => module(`${id}`, 'maxPool', { kernelSize: 3, padding: 0 })
  const features = chain(
    ...convolution(0, 64, { kernelSize: 11, stride: 4, padding: 2 }),
    pool(2),
    ...convolution(3, 192, { kernelSize: 5 }),
    pool(5),
    ...convolution(6, 384, {}),
    ...convolution(8, 256, {}),
    ...convolution(10, 256, {}),
    pool(12),
  )
  const classifier = chain(
    module('flatten', 'flatten'),
    module('1', 'linear', { dim: 4096 }),
    module('2', 'relu'),
    module('4', 'linear', { dim: 4096 }),
    module('5', 'relu'),
    module('6', 'linear', { dim: classes }),
  )
  return design(name, chain(group('features', 1, features), group('classifier', 1, classifier)), size)
}

/** For pictures of 32×32 in colour; the original read grey digits. */
function lenet(name: string, { classes = 10, size = 32 }: ClassicSizes): Document {
  const nodes = [
    module('conv1', 'convolution', { dim: 6, kernelSize: 5, padding: 0 }),
    module('act1', 'tanh'),
    module('pool1', 'averagePool'),
    module('conv2', 'convolution', { dim: 16, kernelSize: 5, padding: 0 }),
    module('act2', 'tanh'),
    module('pool2', 'averagePool'),
    module('flatten', 'flatten'),
    module('fc1', 'linear', { dim: 120 }),
    module('act3', 'tanh'),
    module('fc2', 'linear', { dim: 84 }),
    module('act4', 'tanh'),
    module('fc3', 'linear', { dim: classes }),
  ]
  return design(name, chain(...nodes), size)
}

const lenets = presetsOf(
  {
    family: 'lenet',
    paper: {
      title: 'Gradient-Based Learning Applied to Document Recognition',
      authors: 'LeCun et al.',
      year: 1998,
      url: 'https://doi.org/10.1109/5.726791',
    },
    preprocessing: symmetricPixels(1),
  },
  lenet,
  [
    [
      'lenet5',
      'LeNet-5',
      {},
      'Two convolutions, two poolings and three layers read digits on cheques: where it began.',
    ],
  ],
)
const alexnets = presetsOf(
  {
    family: 'alexnet',
    paper: {
      title: 'ImageNet Classification with Deep Convolutional Neural Networks',
      authors: 'Krizhevsky et al.',
      year: 2012,
      url: 'https://papers.nips.cc/paper/4824',
    },
    preprocessing: imagenetPixels(0.875),
  },
  alexnet,
  [
    [
      'alexnet',
      'AlexNet',
      {},
      'Five convolutions and three wide layers, which hold 59 of its 61 million parameters: what began the decade.',
    ],
  ],
)

export const classics: readonly Preset[] = [...lenets, ...alexnets]
