/** ConvNeXt: ResNet modernised step by step until it meets Swin. Liu et al. 2022, https://arxiv.org/abs/2201.03545 */
import { type Document, type GraphBody, IN } from '../document/types'
import type { Attributes } from '../schema/schema'
import { imagenetPixels, type Preset } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface ConvNextSizes {
  readonly depths: readonly number[]
  readonly dims: readonly number[]
  readonly kernelSize?: number
  readonly act?: 'gelu' | 'geluTanh'
  /** The MLP's weights as 1×1 convolutions. */
  readonly convMlp?: boolean
  readonly classes?: number
  readonly size?: number
}

export function convnext(name: string, sizes: ConvNextSizes): Document {
  const { depths, dims, classes = 1000, size = 224 } = sizes
  const stem = module({ id: 'stem', keys: { conv: '0', norm: '1' } }, 'overlapStem', {
    dim: dims[0] ?? 96,
    kernelSize: 4,
    norm: 'layerNorm',
  })
  const stages = depths.map((depth, stage) => {
    const blocks = group('blocks.0', depth, block(sizes))
    const downsample = module({ id: 'downsample', keys: { norm: '0', conv: '1' } }, 'convDownsample', {
      dim: dims[stage] ?? null,
      kernelSize: 2,
      norm: 'layerNorm',
    })
    const body = stage === 0 ? chain(blocks) : chain(downsample, blocks)
    return group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, body)
  })
  const head = module('head', 'poolHead', classes === 1000 ? {} : { classes })
  return design(name, chain(stem, ...stages, head), size)
}

/** x + γ·MLP(LN(DWConv(x))): one residual, one norm, one activation. */
function block({ kernelSize = 7, act = 'gelu', convMlp = false }: ConvNextSizes): GraphBody {
  const sketch = new Sketch()
  const kernel: Attributes = kernelSize === 7 ? {} : { kernelSize }
  const mlp: Attributes = { ...(act === 'gelu' ? {} : { act }), ...(convMlp ? { weights: 'conv' } : {}) }
  const out = sketch.residual(IN, 'add', [
    module('conv_dw', 'depthwiseConv', kernel),
    module('norm', 'layerNorm'),
    module('mlp', 'mlp', mlp),
    module({ id: 'gamma', keys: { gamma: '' } }, 'layerScale'),
  ])
  return sketch.body(out)
}

const common = {
  family: 'convnext',
  paper: {
    title: 'A ConvNet for the 2020s',
    authors: 'Liu et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2201.03545',
  },
  preprocessing: imagenetPixels(0.95),
}
const source = 'A ConvNet for the 2020s (Liu et al. 2022), Table 12'

export const convnexts: readonly Preset[] = [
  {
    ...common,
    id: 'convnext_tiny',
    title: 'ConvNeXt-T',
    summary:
      'Depthwise 7×7 windows and an MLP behind one norm: a convolutional net with a Transformer’s proportions.',
    document: convnext('ConvNeXt-T', { depths: [3, 3, 9, 3], dims: [96, 192, 384, 768] }),
    published: { top1: 82.1, source },
  },
  {
    ...common,
    id: 'convnext_small',
    title: 'ConvNeXt-S',
    summary: 'ConvNeXt-T with twenty-seven blocks in its third stage.',
    document: convnext('ConvNeXt-S', { depths: [3, 3, 27, 3], dims: [96, 192, 384, 768] }),
    published: { top1: 83.1, source },
  },
]
