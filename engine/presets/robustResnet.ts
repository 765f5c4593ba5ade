/**
 * Robust-ResNets: what makes transformers robust, put into residual networks: patches of 16×16, windows of 11×11, and few
 * norms and activations. Wang et al. 2022, Can CNNs Be More Robust Than Transformers?, https://arxiv.org/abs/2206.03452
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import type { Attributes } from '../schema/schema'
import { differing } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

interface RobustSizes {
  /** Where the depthwise convolution stands: in a bottleneck, inside an inverted one, before or behind its layers. */
  readonly block: 'bottleneck' | 'inverted' | 'up' | 'down'
  readonly depths: readonly number[]
  readonly kernelSize: number
  /** The one stage that strides; with `down`, in its last block. */
  readonly strideStage: number
}

const dims = [96, 192, 384, 768]

function robustResnet(name: string, sizes: RobustSizes): Document {
  const stem = module({ id: 'stem', keys: { proj: '' } }, 'patchStem', { dim: dims[0] ?? 96, flatten: false })
  let width = dims[0]
  const stages = sizes.depths.map((depth, stage) => {
    const dim = dims[stage] ?? 96
    const out = sizes.block === 'bottleneck' ? 4 * dim : dim
    const strides = stage === sizes.strideStage
    const isLate = sizes.block === 'down' && strides
    const first = { dim, stride: strides && !isLate ? 2 : 1, projects: width !== out || (strides && !isLate) }
    const last = isLate ? [group(`${depth - 1}`, 1, block(sizes, { dim, stride: 2, projects: true }))] : []
    width = out
    const rest = depth - 1 - last.length
    const body = chain(
      group('0', 1, block(sizes, first)),
      group('1', rest, block(sizes, { dim, stride: 1, projects: false })),
      ...last,
    )
    return group(
      { id: `stages.${stage}`, key: `stages.${stage}.blocks`, title: `Stage ${stage + 1}` },
      1,
      body,
    )
  })
  return design(name, chain(stem, ...stages, module('head', 'poolHead', { norm: 'noNorm' })))
}

interface BlockSizes {
  readonly dim: number
  readonly stride: number
  readonly projects: boolean
}

function block({ block: kind, kernelSize }: RobustSizes, { dim, stride, projects }: BlockSizes): GraphBody {
  const wide = 4 * dim
  const strides = differing({ stride }, { stride: 1 })
  const pointwise = (number: 1 | 2, dim: number) =>
    module(`pwconv${number}`, 'convolution', { dim, kernelSize: 1 })
  const depthwise = (attrs: Attributes = {}) =>
    module('conv_dw', 'convolution', { ...attrs, kernelSize, ...strides, groups: null })
  const norm = module('norm1', 'batchNorm')
  const relu = (number: 1 | 2) => module(`act${number}`, 'relu')
  const branches: Record<typeof kind, readonly DocumentNode[]> = {
    bottleneck: [pointwise(1, dim), norm, depthwise(), pointwise(2, wide)],
    inverted: [pointwise(1, wide), norm, relu(1), depthwise(), pointwise(2, dim)],
    up: [depthwise({ dim }), norm, pointwise(1, wide), relu(2), pointwise(2, dim)],
    down: [pointwise(1, wide), module('norm2', 'batchNorm'), relu(2), pointwise(2, dim), depthwise()],
  }
  const scaled = module({ id: 'gamma', keys: { gamma: '' } }, 'layerScale')
  const sketch = new Sketch()
  const out = kind === 'bottleneck' ? wide : dim
  const sum = sketch.residual(
    IN,
    'add',
    [...branches[kind], scaled],
    projects ? [projection(out, stride)] : [],
  )
  return sketch.body(kind === 'bottleneck' ? sketch.chain(sum, module('act3', 'relu')) : sum)
}

const projection = (dim: number, stride: number): DocumentNode =>
  module({ id: 'downsample', keys: { conv: '0', norm: '1' } }, 'convDownsample', {
    dim,
    kernelSize: 1,
    ...differing({ stride }, { stride: 2 }),
    norm: 'batchNorm',
    normOrder: 'after',
  })

const reported = (top1: number) => ({
  published: { top1, source: 'Can CNNs Be More Robust Than Transformers? (Wang et al. 2022), README' },
})

export const robustResnets: readonly Preset[] = presetsOf(
  {
    family: 'robust_resnet',
    paper: {
      title: 'Can CNNs Be More Robust Than Transformers?',
      authors: 'Wang et al.',
      year: 2022,
      url: 'https://arxiv.org/abs/2206.03452',
    },
    preprocessing: imagenetPixels(0.875),
  },
  robustResnet,
  [
    [
      'robust_resnet_dw_small',
      'Robust-ResNet-DW-Small',
      { block: 'bottleneck', depths: [3, 4, 12, 3], kernelSize: 11, strideStage: 3 },
      'Depthwise bottlenecks on patches of 16×16, with windows of 11×11, one norm and one activation each.',
      reported(79.4),
    ],
    [
      'robust_resnet_inverted_dw_small',
      'Robust-ResNet-Inverted-DW-Small',
      { block: 'inverted', depths: [3, 4, 14, 3], kernelSize: 7, strideStage: 3 },
      'Blocks that are wide inside, where the depthwise convolution looks around.',
      reported(79),
    ],
    [
      'robust_resnet_up_inverted_dw_small',
      'Robust-ResNet-Up-Inverted-DW-Small',
      { block: 'up', depths: [3, 4, 14, 3], kernelSize: 11, strideStage: 3 },
      'The depthwise convolution comes first, as attention does in a transformer.',
      reported(79.2),
    ],
    [
      'robust_resnet_down_inverted_dw_small',
      'Robust-ResNet-Down-Inverted-DW-Small',
      { block: 'down', depths: [3, 4, 15, 3], kernelSize: 11, strideStage: 2 },
      'The depthwise convolution comes last.',
      reported(79.9),
    ],
  ],
)
