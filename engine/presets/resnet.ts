/**
 * ResNet v1.5: the stride of a bottleneck lies in its 3×3 convolution.
 *
 * He et al. 2015, https://arxiv.org/abs/1512.03385
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import type { Attributes } from '../schema/schema'
import { imagenetPixels, type Preset } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface ResNetSizes {
  readonly block: 'basic' | 'bottleneck'
  readonly depths: readonly number[]
  /** Width of the 3×3 convolutions of each stage; a bottleneck puts out four times as much. */
  readonly channels?: readonly number[]
  readonly classes?: number
  readonly size?: number
}

const stemChannels = 64
const bottleneckRatio = 4

export function resnet(name: string, sizes: ResNetSizes): Document {
  const { depths, channels = [64, 128, 256, 512], classes = 1000, size = 224 } = sizes
  const ratio = sizes.block === 'basic' ? 1 : bottleneckRatio
  let width = stemChannels
  const stages = depths.map((depth, stage) => {
    const planes = channels[stage] ?? 64
    const stride = stage === 0 ? 1 : 2
    const widens = stride > 1 || width !== planes * ratio
    width = planes * ratio
    const blocks = widens
      ? [
          group('0', 1, blockBodies[sizes.block](planes, stride)),
          ...(depth > 1 ? [group('1', depth - 1, blockBodies[sizes.block]())] : []),
        ]
      : [group('0', depth, blockBodies[sizes.block]())]
    return group({ id: `layer${stage + 1}`, title: `Stage ${stage + 1}` }, 1, chain(...blocks))
  })
  const stem = module({ id: 'stem', key: '' }, 'resnetStem')
  const head = module({ id: 'head', key: '' }, 'poolHead', {
    ...(classes === 1000 ? {} : { classes }),
    norm: 'noNorm',
  })
  return design(name, chain(stem, ...stages, head), size)
}

/**
 * Given a width, the first block of a stage, whose shortcut is projected; without, a block that keeps width and size,
 * which fits behind any map.
 */
const blockBodies = {
  basic: (planes?: number, stride = 1): GraphBody => {
    const branch = [
      convolution('conv1', { ...dim(planes), ...(stride === 1 ? {} : { stride }) }),
      module('bn1', 'batchNorm'),
      module('act1', 'relu'),
      convolution('conv2'),
      module('bn2', 'batchNorm'),
    ]
    return residualBody(branch, 'act2', planes, stride)
  },
  bottleneck: (planes?: number, stride = 1): GraphBody => {
    const out = planes === undefined ? { ratio: bottleneckRatio } : dim(planes * bottleneckRatio)
    const branch = [
      convolution('conv1', {
        ...(planes === undefined ? { ratio: 1 / bottleneckRatio } : dim(planes)),
        kernelSize: 1,
      }),
      module('bn1', 'batchNorm'),
      module('act1', 'relu'),
      convolution('conv2', stride === 1 ? {} : { stride }),
      module('bn2', 'batchNorm'),
      module('act2', 'relu'),
      convolution('conv3', { ...out, kernelSize: 1 }),
      module('bn3', 'batchNorm'),
    ]
    return residualBody(branch, 'act3', planes === undefined ? undefined : planes * bottleneckRatio, stride)
  },
}

/** ReLU(shortcut + branch); the shortcut is a strided 1×1 convolution where the width changes. */
function residualBody(
  branch: readonly DocumentNode[],
  act: string,
  width: number | undefined,
  stride: number,
): GraphBody {
  const sketch = new Sketch()
  const projection = module({ id: 'downsample', keys: { conv: '0', norm: '1' } }, 'convDownsample', {
    ...dim(width),
    kernelSize: 1,
    ...(stride === 2 ? {} : { stride }),
    norm: 'batchNorm',
    normOrder: 'after',
    bias: false,
  })
  const sum = sketch.residual(IN, 'add', branch, width === undefined ? [] : [projection])
  return sketch.body(sketch.chain(sum, module(act, 'relu')))
}

const convolution = (id: string, attrs: Attributes = {}) =>
  module(id, 'convolution', { ...attrs, bias: false })
const dim = (value: number | undefined): Attributes => (value === undefined ? {} : { dim: value })

const common = {
  family: 'resnet',
  paper: {
    title: 'Deep Residual Learning for Image Recognition',
    authors: 'He et al.',
    year: 2015,
    url: 'https://arxiv.org/abs/1512.03385',
  },
  preprocessing: imagenetPixels(0.95),
}
const source = 'MetaFormer Baselines for Vision (Yu et al. 2022), Table III: recipe of “ResNet strikes back”'

export const resnets: readonly Preset[] = [
  {
    ...common,
    id: 'resnet18',
    title: 'ResNet-18',
    summary: 'Eight blocks of two 3×3 convolutions around a shortcut.',
    document: resnet('ResNet-18', { block: 'basic', depths: [2, 2, 2, 2] }),
    published: { top1: 70.6, source },
  },
  {
    ...common,
    id: 'resnet50',
    title: 'ResNet-50',
    summary: 'Sixteen bottlenecks: narrow, convolve, widen; the yardstick of a decade.',
    document: resnet('ResNet-50', { block: 'bottleneck', depths: [3, 4, 6, 3] }),
    published: { top1: 79.8, source },
  },
]
