/**
 * InceptionNeXt: ConvNeXt whose large window is split into a square, a row and a column for a few channels each.
 *
 * Yu et al. 2023, https://arxiv.org/abs/2303.16900
 */
import { type Document, type GraphBody, IN } from '../document/types'
import type { Attributes } from '../schema/schema'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface InceptionNextSizes {
  readonly depths: readonly number[]
  readonly dims: readonly number[]
  readonly bandKernel?: number
  /** Share of the channels that each of the three windows has. */
  readonly share?: number
  readonly classes?: number
  readonly size?: number
}

/** The last stage's MLP is narrower, and so is the head's. */
const lastRatio = 3

export function inceptionNext(name: string, sizes: InceptionNextSizes): Document {
  const { depths, dims, classes = 1000, size = 224 } = sizes
  const stem = module({ id: 'stem', keys: { conv: '0', norm: '1' } }, 'overlapStem', {
    ...(dims[0] === 64 ? {} : { dim: dims[0] ?? 96 }),
    kernelSize: 4,
    norm: 'batchNorm',
  })
  const stages = depths.map((depth, stage) => {
    const downsample = module({ id: 'downsample', keys: { norm: '0', conv: '1' } }, 'convDownsample', {
      dim: dims[stage] ?? null,
      kernelSize: 2,
      norm: 'batchNorm',
    })
    const blocks = group('blocks.0', depth, block(sizes, stage === depths.length - 1 ? lastRatio : 4))
    const body = stage === 0 ? chain(blocks) : chain(downsample, blocks)
    return group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, body)
  })
  const head = module({ id: 'head', keys: { fc: '' } }, 'mlpHead', {
    ...(classes === 1000 ? {} : { classes }),
    mlpRatio: lastRatio,
    norm: 'noNorm',
    act: 'gelu',
  })
  return design(name, chain(stem, ...stages, head), size)
}

function block({ bandKernel = 11, share = 0.125 }: InceptionNextSizes, ratio: number): GraphBody {
  const sketch = new Sketch()
  const mixer: Attributes = {
    ...(bandKernel === 11 ? {} : { bandKernel }),
    ...(share === 0.125 ? {} : { ratio: share }),
  }
  const mlp: Attributes = { ...(ratio === 4 ? {} : { mlpRatio: ratio }), weights: 'conv' }
  const out = sketch.residual(IN, 'add', [
    module('token_mixer', 'inceptionConv', mixer),
    module('norm', 'batchNorm'),
    module('mlp', 'mlp', mlp),
    module({ id: 'gamma', keys: { gamma: '' } }, 'layerScale'),
  ])
  return sketch.body(out)
}

const small = { depths: [3, 3, 27, 3], dims: [96, 192, 384, 768] }
export const inceptionNexts: readonly Preset[] = presetsOf(
  {
    family: 'inception_next',
    paper: {
      title: 'InceptionNeXt: When Inception Meets ConvNeXt',
      authors: 'Yu et al.',
      year: 2023,
      url: 'https://arxiv.org/abs/2303.16900',
    },
    preprocessing: imagenetPixels(0.875),
  },
  inceptionNext,
  [
    [
      'inception_next_atto',
      'InceptionNeXt-A',
      { depths: [2, 2, 6, 2], dims: [40, 80, 160, 320], bandKernel: 9, share: 0.25 },
      'The smallest, with bands of nine for a quarter of the channels each.',
    ],
    [
      'inception_next_tiny',
      'InceptionNeXt-T',
      { depths: [3, 3, 9, 3], dims: [96, 192, 384, 768] },
      'ConvNeXt-T whose windows are a square, a row and a column for an eighth of the channels each.',
    ],
    ['inception_next_small', 'InceptionNeXt-S', small, 'Twenty-seven blocks in its third stage.'],
    [
      'inception_next_base',
      'InceptionNeXt-B',
      { ...small, dims: [128, 256, 512, 1024] },
      'InceptionNeXt-S with a third more channels.',
      { preprocessing: imagenetPixels(0.95) },
    ],
  ],
)
