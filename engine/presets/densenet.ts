/**
 * DenseNet: every layer reads what all layers before it made, and lays a few channels of its own beside them.
 *
 * Huang et al. 2016, https://arxiv.org/abs/1608.06993
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import type { Attributes } from '../schema/schema'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, instance, module, Sketch } from './sketch'

export interface DenseNetSizes {
  readonly depths: readonly number[]
  /** Channels that each layer adds. */
  readonly growth: number
  /** Width of a layer's 1×1 convolution, as a multiple of what it adds. */
  readonly bottleneck?: number
  /** Three 3×3 convolutions in the place of the 7×7. */
  readonly deepStem?: boolean
  /** The stem's pooling blurs before it strides. */
  readonly blur?: boolean
  readonly classes?: number
  readonly size?: number
}

export function densenet(name: string, sizes: DenseNetSizes): Document {
  const { depths, growth, bottleneck = 4, classes = 1000, size = 224 } = sizes
  const blocks = depths.flatMap((depth, index): DocumentNode[] => {
    const layers = Array.from({ length: depth }, (_, at) => instance(`denselayer${at + 1}`, 'denselayer'))
    const block = group(
      { id: `denseblock${index + 1}`, title: `Dense block ${index + 1}` },
      1,
      chain(...layers),
    )
    return index === depths.length - 1 ? [block] : [block, group(`transition${index + 1}`, 1, transition())]
  })
  const features = chain(...stem(sizes), ...blocks, module('norm5', 'batchNorm'), module('relu5', 'relu'))
  const head = module({ id: 'head', key: '', keys: { fc: 'classifier' } }, 'poolHead', {
    ...(classes === 1000 ? {} : { classes }),
    norm: 'noNorm',
  })
  const document = design(name, chain(group('features', 1, features), head), size)
  return { ...document, definitions: { denselayer: layer(growth, bottleneck) } }
}

function stem({ growth, deepStem = false, blur = false }: DenseNetSizes): DocumentNode[] {
  const unit = (index: number, attrs: Attributes) => [
    convolution(`conv${index}`, attrs),
    module(`norm${index}`, 'batchNorm'),
    module(`relu${index}`, 'relu'),
  ]
  const convolutions = deepStem
    ? [...unit(0, { dim: growth, stride: 2 }), ...unit(1, {}), ...unit(2, { ratio: 2 })]
    : unit(0, { dim: 2 * growth, kernelSize: 7, stride: 2 })
  const pool = blur
    ? [module('pool0.0', 'maxPool', { kernelSize: 3, stride: 1 }), module('pool0.1', 'blurPool')]
    : [module('pool0', 'maxPool', { kernelSize: 3 })]
  return [...convolutions, ...pool]
}

function layer(growth: number, bottleneck: number): GraphBody {
  const sketch = new Sketch()
  const made = sketch.chain(
    IN,
    module('norm1', 'batchNorm'),
    module('relu1', 'relu'),
    convolution('conv1', { dim: bottleneck * growth, kernelSize: 1 }),
    module('norm2', 'batchNorm'),
    module('relu2', 'relu'),
    convolution('conv2', { dim: growth }),
  )
  return sketch.body(sketch.join(module('concat', 'concat'), IN, made))
}

/** Half as wide and half as large. */
const transition = (): GraphBody =>
  chain(
    module('norm', 'batchNorm'),
    module('relu', 'relu'),
    convolution('conv', { ratio: 0.5, kernelSize: 1 }),
    module('pool', 'averagePool'),
  )

const convolution = (id: string, attrs: Attributes) => module(id, 'convolution', { ...attrs, bias: false })

const says = 'Every layer reads all that came before it and adds a few channels.'
export const densenets: readonly Preset[] = presetsOf(
  {
    family: 'densenet',
    paper: {
      title: 'Densely Connected Convolutional Networks',
      authors: 'Huang et al.',
      year: 2016,
      url: 'https://arxiv.org/abs/1608.06993',
    },
    preprocessing: imagenetPixels(0.875),
  },
  densenet,
  [
    ['densenet121', 'DenseNet-121', { depths: [6, 12, 24, 16], growth: 32 }, says],
    ['densenet161', 'DenseNet-161', { depths: [6, 12, 36, 24], growth: 48 }, 'DenseNet with wider layers.'],
    ['densenet169', 'DenseNet-169', { depths: [6, 12, 32, 32], growth: 32 }, says],
    ['densenet201', 'DenseNet-201', { depths: [6, 12, 48, 32], growth: 32 }, says],
    [
      'densenetblur121d',
      'DenseNet-121-D (blur)',
      { depths: [6, 12, 24, 16], growth: 32, deepStem: true, blur: true },
      'With a deep stem that blurs before it strides.',
    ],
    [
      'densenet264d',
      'DenseNet-264-D',
      { depths: [6, 12, 64, 48], growth: 48, deepStem: true },
      'The deepest, with a deep stem.',
    ],
  ],
)
