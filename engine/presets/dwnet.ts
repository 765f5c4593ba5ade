/**
 * DWNet: Swin Transformers with depthwise convolutions in the place of window attention, whose weights are learned, or
 * computed from the whole picture (dynamic). Every layer has BatchNorm behind it.
 *
 * Han et al. 2021, https://arxiv.org/abs/2106.04263
 */
import { type Document, type GraphBody, IN } from '../document/types'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

interface DwNetSizes {
  readonly dim: number
  readonly depths: readonly number[]
  readonly dynamic: boolean
}

const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

function dwnet(name: string, { dim, depths, dynamic }: DwNetSizes): Document {
  const stem = module('patch_embed', 'patchStem', { dim, patchSize: 4, norm, flatten: false })
  const stages = depths.map((depth, stage) => {
    const downsample =
      stage === 0 ? [] : [module({ id: 'downsample', key: `layers.${stage - 1}.downsample` }, 'patchMerging')]
    const blocks = group({ id: 'blocks.0', key: `layers.${stage}.blocks.0` }, depth, block(dynamic))
    const title = `Stage ${stage + 1}`
    return group({ id: `layers.${stage}`, key: '', title }, 1, chain(...downsample, blocks))
  })
  const head = module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
    norm,
    normOrder: 'before',
  })
  return design(name, chain(stem, ...stages, head))
}

/** x ← x + BN(W(ReLU BN DW(ReLU BN W x))); x ← x + MLP(BN x). */
function block(dynamic: boolean): GraphBody {
  const depthwise = dynamic
    ? module('conv', 'dynamicConv', { weights: 'picture', bias: true })
    : module('conv', 'depthwiseConv')
  const pointwise = { kernelSize: 1, bias: false }
  const mixer = chain(
    module('conv0', 'convolution', pointwise),
    module('bn0', 'batchNorm'),
    module('relu0', 'relu'),
    depthwise,
    module('bn', 'batchNorm'),
    module('relu', 'relu'),
    module('conv2', 'convolution', pointwise),
    module('bn2', 'batchNorm'),
  )
  const sketch = new Sketch()
  const mixed = sketch.residual(IN, 'add1', [
    group({ id: 'attn2conv', title: 'Convolution block' }, 1, mixer),
  ])
  return sketch.body(sketch.residual(mixed, 'add2', [module('bn', 'batchNorm'), module('mlp', 'mlp')]))
}

const tiny = { dim: 96, depths: [2, 2, 6, 2] }
const base = { dim: 128, depths: [2, 2, 18, 2] }
const reported = (top1: number) => ({
  published: {
    top1,
    source:
      'On the Connection between Local Attention and Dynamic Depth-wise Convolution (Han et al. 2021), README',
  },
})

export const dwnets: readonly Preset[] = presetsOf(
  {
    family: 'dwnet',
    paper: {
      title: 'On the Connection between Local Attention and Dynamic Depth-wise Convolution',
      authors: 'Han et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2106.04263',
    },
    preprocessing: imagenetPixels(0.9),
  },
  dwnet,
  [
    [
      'dwnet_tiny',
      'DWNet-T',
      { ...tiny, dynamic: false },
      'Swin-T with depthwise 7×7 convolutions in the place of attention in windows.',
      reported(81.2),
    ],
    [
      'dynamic_dwnet_tiny',
      'D-DWNet-T',
      { ...tiny, dynamic: true },
      'Swin-T with depthwise convolutions whose weights are computed from each picture.',
      reported(81.8),
    ],
    [
      'dwnet_base',
      'DWNet-B',
      { ...base, dynamic: false },
      'Swin-B with depthwise convolutions in the place of attention.',
      reported(83.2),
    ],
    [
      'dynamic_dwnet_base',
      'D-DWNet-B',
      { ...base, dynamic: true },
      'Swin-B with weights computed from each picture: 162 million parameters, most of which make weights.',
      reported(83.2),
    ],
  ],
)
