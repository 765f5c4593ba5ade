/**
 * SwiftFormer: convolutional blocks, and at the end of every stage one of efficient additive attention.
 *
 * Shaker et al. 2023, https://arxiv.org/abs/2303.15446
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import { differing } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface SwiftFormerSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  readonly classes?: number
  readonly size?: number
}

export function swiftformer(name: string, sizes: SwiftFormerSizes): Document {
  const { dims, depths, classes = 1000, size = 224 } = sizes
  const [first = 48] = dims
  const stem = chain(
    module('0', 'convolution', { dim: first / 2, stride: 2 }),
    module('1', 'batchNorm'),
    module('2', 'relu'),
    module('3', 'convolution', { dim: first, stride: 2 }),
    module('4', 'batchNorm'),
    module('5', 'relu'),
  )
  const stages = depths.map((depth, stage) => {
    const shrink = module({ id: 'downsample', keys: { conv: 'proj' } }, 'convDownsample', {
      dim: dims[stage] ?? first,
      norm: 'batchNorm',
      normOrder: 'after',
    })
    const blocks = [
      ...(depth > 1 ? [group('blocks.0', depth - 1, local(4))] : []),
      group(`blocks.${depth - 1}`, 1, attending()),
    ]
    const inside = stage === 0 ? blocks : [shrink, ...blocks]
    return group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, chain(...inside))
  })
  const head = module({ id: 'head', key: '' }, 'distilledHead', {
    ...differing({ classes }, { classes: 1000 }),
    reads: 'mean',
  })
  return design(
    name,
    chain(group({ id: 'stem', title: 'Stem' }, 1, stem), ...stages, module('norm', 'batchNorm'), head),
    size,
  )
}

const scale = (id: string): DocumentNode => module(id, 'layerScale', { trailing: 2 })

/** Depthwise convolution, then an MLP; with a ratio of 1 it is what comes before attention. */
function local(ratio: number): GraphBody {
  const sketch = new Sketch()
  const branch = [
    module('dwconv', 'convolution', { groups: null }),
    module('norm', 'batchNorm'),
    module('pwconv1', 'convolution', { ...differing({ ratio }, { ratio: 1 }), kernelSize: 1 }),
    module('act', 'gelu'),
    module('pwconv2', 'convolution', { ...differing({ ratio: 1 / ratio }, { ratio: 1 }), kernelSize: 1 }),
    scale('layer_scale'),
  ]
  return sketch.body(sketch.residual(IN, 'add', branch))
}

function attending(): GraphBody {
  const sketch = new Sketch()
  const near = sketch.chain(IN, group('local_representation', 1, local(1)))
  const read = sketch.residual(near, 'add1', [module('attn', 'globalQuery'), scale('layer_scale_1')])
  const out = sketch.residual(read, 'add2', [
    module('linear.norm1', 'batchNorm'),
    module('linear', 'mlp', { weights: 'conv' }),
    scale('layer_scale_2'),
  ])
  return sketch.body(out)
}

export const swiftformers: readonly Preset[] = presetsOf(
  {
    family: 'swiftformer',
    paper: {
      title:
        'SwiftFormer: Efficient Additive Attention for Transformer-based Real-time Mobile Vision Applications',
      authors: 'Shaker et al.',
      year: 2023,
      url: 'https://arxiv.org/abs/2303.15446',
    },
    preprocessing: imagenetPixels(0.95),
  },
  swiftformer,
  [
    [
      'swiftformer_xs',
      'SwiftFormer-XS',
      { dims: [48, 56, 112, 220], depths: [3, 3, 6, 4] },
      'Convolutions, and one block of additive attention at the end of each stage.',
    ],
    [
      'swiftformer_s',
      'SwiftFormer-S',
      { dims: [48, 64, 168, 224], depths: [3, 3, 9, 6] },
      'Twenty-one blocks.',
    ],
    [
      'swiftformer_l1',
      'SwiftFormer-L1',
      { dims: [48, 96, 192, 384], depths: [4, 3, 10, 5] },
      'Twenty-two blocks of up to 384 channels.',
    ],
    [
      'swiftformer_l3',
      'SwiftFormer-L3',
      { dims: [64, 128, 320, 512], depths: [4, 4, 12, 6] },
      'Twenty-six blocks of up to 512 channels.',
    ],
  ],
)
