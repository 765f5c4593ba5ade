/**
 * Axial-ResNet: bottlenecks whose middle is attention along the columns and then along the rows, with positions that
 * queries, keys and values know.
 *
 * Wang et al. 2020, Axial-DeepLab, https://arxiv.org/abs/2003.07853
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

interface AxialSizes {
  readonly depths: readonly number[]
  /** Factor on all widths. */
  readonly width: number
  readonly classes?: number
  readonly size?: number
}

function axialResnet(name: string, sizes: AxialSizes): Document {
  const { depths, width, classes = 1000, size = 224 } = sizes
  const stages = depths.map((depth, stage) => {
    const planes = Math.floor(128 * 2 ** stage * width)
    const first = group('0', 1, block({ planes, stride: stage === 0 ? 1 : 2 }))
    const others = depth > 1 ? [group('1', depth - 1, block(null))] : []
    return group({ id: `layer${stage + 1}`, title: `Stage ${stage + 1}` }, 1, chain(first, ...others))
  })
  const dim = Math.floor(64 * width)
  const stem = module({ id: 'stem', key: '' }, 'resnetStem', dim === 64 ? {} : { dim })
  const head = module({ id: 'head', key: '' }, 'poolHead', {
    ...(classes === 1000 ? {} : { classes }),
    norm: 'noNorm',
  })
  return design(name, chain(stem, ...stages, head), size)
}

/** The first block of a stage has a width and projects its shortcut; others keep width and size. */
function block(first: { readonly planes: number; readonly stride: number } | null): GraphBody {
  const strides = first?.stride === 2 ? { stride: 2 } : {}
  const branch: DocumentNode[] = [
    convolution('conv_down', first ? { dim: first.planes } : { ratio: 0.5 }),
    module('bn1', 'batchNorm'),
    module('relu1', 'relu'),
    module('hight_block', 'positionSensitive', { heads: 8 }),
    module('width_block', 'positionSensitive', { heads: 8, axis: 'width', ...strides }),
    module('relu2', 'relu'),
    convolution('conv_up', { ratio: 2 }),
    module('bn2', 'batchNorm'),
  ]
  const shortcut = first && [
    convolution('downsample.0', { dim: 2 * first.planes, ...strides }),
    module('downsample.1', 'batchNorm'),
  ]
  const sketch = new Sketch()
  const sum = sketch.residual(IN, 'add', branch, shortcut ?? [])
  return sketch.body(sketch.chain(sum, module('relu3', 'relu')))
}

const convolution = (id: string, attrs: { readonly [name: string]: number }) =>
  module(id, 'convolution', { ...attrs, kernelSize: 1, bias: false })

export const axials: readonly Preset[] = presetsOf(
  {
    family: 'axial',
    paper: {
      title: 'Axial-DeepLab: Stand-Alone Axial-Attention for Panoptic Segmentation',
      authors: 'Wang et al.',
      year: 2020,
      url: 'https://arxiv.org/abs/2003.07853',
    },
    preprocessing: imagenetPixels(0.875),
  },
  axialResnet,
  [
    [
      'axial26s',
      'Axial-ResNet-26-S',
      { depths: [1, 2, 4, 1], width: 0.5 },
      'Eight bottlenecks that attend along columns and rows instead of convolving.',
    ],
    [
      'axial50s',
      'Axial-ResNet-S',
      { depths: [3, 4, 6, 3], width: 0.5 },
      'Sixteen bottlenecks that attend along columns and rows.',
    ],
    ['axial50m', 'Axial-ResNet-M', { depths: [3, 4, 6, 3], width: 0.75 }, 'Half as wide again as S.'],
    ['axial50l', 'Axial-ResNet-L', { depths: [3, 4, 6, 3], width: 1 }, 'Twice as wide as S.'],
  ],
)
