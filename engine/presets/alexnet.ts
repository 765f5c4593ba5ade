/**
 * The beginnings: the network of the T–C problem (Rumelhart et al. 1985, https://apps.dtic.mil/sti/citations/ADA164453),
 * that of the zip codes (LeCun et al. 1989, https://doi.org/10.1162/neco.1989.1.4.541), LeNet-5 (LeCun et al. 1998, https://doi.org/10.1109/5.726791) and AlexNet (Krizhevsky et al. 2012,
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

/** Is a T or a C in the picture, however it is turned? Weights of 3×3, the same everywhere, and one unit that reads all places. */
function tc(name: string, { classes = 1, size = 8 }: ClassicSizes): Document {
  const nodes = [
    module('conv', 'convolution', { dim: 1, padding: 0 }),
    module('act1', 'sigmoid'),
    module('head', 'poolHead', { classes, norm: 'noNorm' }),
    module('act2', 'sigmoid'),
  ]
  return design(name, chain(...nodes), size)
}

/**
 * For pictures of 16×16 in colour; the original read grey digits, had a bias of its own at every place, and the twelve maps
 * of its second layer each read eight of the first’s, by a scheme that the paper does not give. Here they read all.
 */
function zipCodes(name: string, { classes = 10, size = 16 }: ClassicSizes): Document {
  // tanh that has its steepest bend near ±1, where the targets are.
  const act = (number: number) =>
    group(
      { id: `act${number}`, title: 'Scaled tanh' },
      1,
      chain(
        module('inner', 'factor', { value: 2 / 3 }),
        module('tanh', 'tanh'),
        module('outer', 'factor', { value: 1.7159 }),
      ),
    )
  const convolution = { dim: 12, kernelSize: 5, stride: 2, padding: 2 }
  const nodes = [
    module('conv1', 'convolution', convolution),
    act(1),
    module('conv2', 'convolution', convolution),
    act(2),
    module('flatten', 'flatten'),
    module('fc1', 'linear', { dim: 30 }),
    act(3),
    module('fc2', 'linear', { dim: classes }),
    act(4),
  ]
  return design(name, chain(...nodes), size)
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

const tcs = presetsOf(
  {
    family: 'lenet',
    paper: {
      title: 'Learning Internal Representations by Error Propagation',
      authors: 'Rumelhart et al.',
      year: 1985,
      url: 'https://apps.dtic.mil/sti/citations/ADA164453',
    },
    preprocessing: symmetricPixels(1),
  },
  tc,
  [
    [
      'tc_1986',
      'T–C network',
      {},
      'Tells a T from a C wherever it lies: the first convolution that back-propagation learned.',
    ],
  ],
)
const zipCodeReaders = presetsOf(
  {
    family: 'lenet',
    paper: {
      title: 'Backpropagation Applied to Handwritten Zip Code Recognition',
      authors: 'LeCun et al.',
      year: 1989,
      url: 'https://doi.org/10.1162/neco.1989.1.4.541',
    },
    preprocessing: symmetricPixels(1),
  },
  zipCodes,
  [
    [
      'lenet_1989',
      'LeNet (1989)',
      {},
      'Two strided convolutions and two layers read zip codes: the first convolutional network at work.',
    ],
  ],
)
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

export const classics: readonly Preset[] = [...tcs, ...zipCodeReaders, ...lenets, ...alexnets]
