/**
 * Visformer: from transformer to convolutional network step by step; convolutions in the first stage, attention in the
 * two others, BatchNorm everywhere.
 *
 * Chen et al. 2021, https://arxiv.org/abs/2104.12533
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface VisformerSizes {
  /** Of the stem, and of the second stage; half of it in the first, twice in the third. */
  readonly stem: number
  readonly dim: number
  readonly depths: readonly [number, number, number]
  readonly heads: number
  readonly groups?: number
  readonly classes?: number
  readonly size?: number
}

export function visformer(name: string, sizes: VisformerSizes): Document {
  const { stem, dim, depths, classes = 1000, size = 224 } = sizes
  const first = group(
    'stem',
    1,
    chain(
      module('0', 'convolution', { dim: stem, kernelSize: 7, stride: 2, bias: false }),
      module('1', 'batchNorm'),
      module('2', 'relu'),
    ),
  )
  const stages = depths.flatMap((depth, stage): DocumentNode[] => {
    const patch = stage === 0 ? 4 : 2
    const number = stage + 1
    const embed = module({ id: `patch_embed${number}`, keys: { conv: 'proj' } }, 'convDownsample', {
      dim: (dim / 2) * 2 ** stage,
      ...{ kernelSize: patch, ...differing({ stride: patch }, { stride: 2 }) },
      ...{ norm: 'batchNorm', normOrder: 'after' },
    })
    const positions = module(`pos_embed${number}`, 'positionEmbedding', { asMap: true, channelsFirst: true })
    const body = stage === 0 ? convolutionBlock(sizes) : attentionBlock(sizes)
    return [embed, positions, group({ id: `stage${number}.0`, title: `Stage ${number}` }, depth, body)]
  })
  const head = module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
    ...differing({ classes }, { classes: 1000 }),
    norm: 'noNorm',
  })
  return design(name, chain(first, ...stages, module('norm', 'batchNorm'), head), size)
}

/** An MLP whose hidden layer, twice as wide, looks at its neighbours in groups of channels. */
function convolutionBlock({ groups = 8 }: VisformerSizes): GraphBody {
  const sketch = new Sketch()
  const sum = sketch.residual(IN, 'add2', [
    module('norm2', 'batchNorm'),
    module('mlp.conv1', 'convolution', { ratio: 2, kernelSize: 1, bias: false }),
    module('mlp.act1', 'gelu'),
    module('mlp.conv2', 'convolution', { groups, bias: false }),
    module('mlp.act2', 'gelu'),
    module('mlp.conv3', 'convolution', { ratio: 0.5, kernelSize: 1, bias: false }),
  ])
  return sketch.body(sum)
}

const attentionBlock = ({ heads }: VisformerSizes): GraphBody =>
  preNormBlock({
    mixer: module('attn', 'attention', { heads, qkvBias: false, projBias: false, weights: 'conv' }),
    mlp: module({ id: 'mlp', keys: { fc1: 'conv1', fc2: 'conv3' } }, 'mlp', { bias: false, weights: 'conv' }),
    norm: 'batchNorm',
  })

// --- the models --------------------------------------------------------------------------------------------------

export const visformers: readonly Preset[] = presetsOf(
  {
    family: 'visformer',
    paper: {
      title: 'Visformer: The Vision-friendly Transformer',
      authors: 'Chen et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2104.12533',
    },
    preprocessing: imagenetPixels(0.9),
  },
  visformer,
  [
    [
      'visformer_tiny',
      'Visformer-Ti',
      { stem: 16, dim: 192, depths: [7, 4, 4], heads: 3 },
      'Grouped convolutions on the first map, attention on the two others.',
    ],
    [
      'visformer_small',
      'Visformer-S',
      { stem: 32, dim: 384, depths: [7, 4, 4], heads: 6 },
      'Twice as wide as Visformer-Ti.',
    ],
  ],
)
