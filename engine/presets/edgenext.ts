/**
 * EdgeNeXt: depthwise convolutions whose window grows from stage to stage, and at the end of each of the last three a block
 * of cascaded convolutions and attention between channels.
 *
 * Maaz et al. 2022, https://arxiv.org/abs/2206.10589
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import { differing } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface EdgeNextSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  readonly heads?: readonly number[]
  /** timm's own: overlapping patches, strides in the first block, convolutions without biases. */
  readonly overlap?: boolean
  readonly classes?: number
  readonly size?: number
}

const kernels = [3, 5, 7, 9]
/** Chunks of the cascade, per stage. */
const scales = [2, 2, 3, 4]

export function edgenext(name: string, sizes: EdgeNextSizes): Document {
  const { dims, depths, heads = [8, 8, 8, 8], overlap = false, classes = 1000, size = 256 } = sizes
  const unbiased = overlap ? { bias: false } : {}
  const stem = group(
    { id: 'stem', title: 'Stem' },
    1,
    chain(
      module('0', 'convolution', {
        dim: dims[0] ?? 24,
        kernelSize: overlap ? 9 : 4,
        stride: 4,
        padding: overlap ? 4 : 0,
        ...unbiased,
      }),
      module('1', 'layerNorm'),
    ),
  )
  const stages = depths.map((depth, stage) => {
    const dim = dims[stage] ?? 24
    const local = depth - (stage === 0 ? 0 : 1)
    const kernelSize = kernels[stage] ?? 3
    const downsample = [
      module('downsample.0', 'layerNorm'),
      module('downsample.1', 'convolution', { dim, kernelSize: 2, stride: 2 }),
    ]
    const strides = overlap && stage > 0
    const first = strides ? [group('blocks.0', 1, convBlock({ kernelSize, dim, ...unbiased }))] : []
    const others = local - first.length
    const cascade = {
      ...differing({ scales: scales[stage] ?? 4 }, { scales: 4 }),
      groups: null,
      norm: 'noNorm',
      act: 'noActivation',
      ...differing({ bias: !overlap }, { bias: false }),
    }
    const blocks: DocumentNode[] = [
      ...first,
      ...(others > 0
        ? [group(`blocks.${first.length}`, others, convBlock({ kernelSize, ...unbiased }))]
        : []),
      ...(stage === 0
        ? []
        : [group(`blocks.${local}`, 1, splitBlock(heads[stage] ?? 8, cascade, stage === 1))]),
    ]
    const inside = stage === 0 || overlap ? blocks : [...downsample, ...blocks]
    return group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, chain(...inside))
  })
  const head = module('head', 'poolHead', differing({ classes }, { classes: 1000 }))
  return design(name, chain(stem, ...stages, head), size)
}

const scale = (name: string): DocumentNode => module({ id: name, keys: { gamma: '' } }, 'layerScale')

/** The block of ConvNeXt; with a width it strides, and its shortcut begins behind the convolution. */
function convBlock({
  dim,
  kernelSize,
  ...more
}: {
  dim?: number
  kernelSize: number
  bias?: boolean
}): GraphBody {
  const convolution = module('conv_dw', 'convolution', {
    ...(dim === undefined ? {} : { dim, stride: 2 }),
    ...differing({ kernelSize }, { kernelSize: 3 }),
    groups: null,
    ...more,
  })
  const rest = [module('norm', 'layerNorm'), module('mlp', 'mlp'), scale('gamma')]
  const sketch = new Sketch()
  if (dim === undefined) return sketch.body(sketch.residual(IN, 'add', [convolution, ...rest]))
  return sketch.body(sketch.residual(sketch.chain(IN, convolution), 'add', rest))
}

/** Cascade, channels that attend to channels, MLP; the whole is added to what came in. */
function splitBlock(heads: number, cascade: Parameters<typeof module>[2], hasPositions: boolean): GraphBody {
  const positions = { id: 'pos_embd', key: '', keys: { encoding: 'pos_embd' } }
  const sketch = new Sketch()
  const near = sketch.chain(
    IN,
    module({ id: 'convs', key: '' }, 'hierarchicalConv', cascade),
    ...(hasPositions ? [module(positions, 'positionEmbedding', { positions: 'projected' })] : []),
  )
  const read = sketch.residual(near, 'add_xca', [
    module('norm_xca', 'layerNorm'),
    module('xca', 'crossCovariance', { heads }),
    scale('gamma_xca'),
  ])
  const out = sketch.chain(read, module('norm', 'layerNorm'), module('mlp', 'mlp'), scale('gamma'))
  return sketch.body(sketch.join(module('add', 'add'), IN, out))
}

export const edgenexts: readonly Preset[] = presetsOf(
  {
    family: 'edgenext',
    paper: {
      title: 'EdgeNeXt: Efficiently Amalgamated CNN-Transformer Architecture for Mobile Vision Applications',
      authors: 'Maaz et al.',
      year: 2022,
      url: 'https://arxiv.org/abs/2206.10589',
    },
    preprocessing: imagenetPixels(0.9),
  },
  edgenext,
  [
    [
      'edgenext_xx_small',
      'EdgeNeXt-XXS',
      { dims: [24, 48, 88, 168], depths: [2, 2, 6, 2], heads: [4, 4, 4, 4] },
      'Growing depthwise windows, and channels that attend to channels: 1.3 million parameters.',
    ],
    [
      'edgenext_x_small',
      'EdgeNeXt-XS',
      { dims: [32, 64, 100, 192], depths: [3, 3, 9, 3], heads: [4, 4, 4, 4] },
      'Eighteen blocks of up to 192 channels.',
    ],
    [
      'edgenext_small',
      'EdgeNeXt-S',
      { dims: [48, 96, 160, 304], depths: [3, 3, 9, 3] },
      'Eighteen blocks of up to 304 channels.',
      { preprocessing: imagenetPixels(0.95) },
    ],
    [
      'edgenext_base',
      'EdgeNeXt-B',
      { dims: [80, 160, 288, 584], depths: [3, 3, 9, 3] },
      'Eighteen blocks of up to 584 channels.',
      { preprocessing: imagenetPixels(0.95) },
    ],
    [
      'edgenext_small_rw',
      'EdgeNeXt-S (rw)',
      { dims: [48, 96, 192, 384], depths: [3, 3, 9, 3], overlap: true },
      'Overlapping patches, and strides in the first block of a stage, by timm.',
    ],
  ],
)
