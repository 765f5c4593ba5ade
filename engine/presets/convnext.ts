/**
 * ConvNeXt: ResNet modernised step by step until it meets Swin. Liu et al. 2022, https://arxiv.org/abs/2201.03545;
 * V2: Woo et al. 2023, https://arxiv.org/abs/2301.00808; with larger kernels: Ding et al. 2022, https://arxiv.org/abs/2203.06717
 */
import { type Document, type GraphBody, IN, type ModuleNode } from '../document/types'
import type { Attributes, SlotValue } from '../schema/schema'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface ConvNextSizes {
  readonly depths: readonly number[]
  readonly dims: readonly number[]
  /** Side of the depthwise windows, for all stages or one per stage. */
  readonly kernelSize?: number | readonly number[]
  readonly act?: 'gelu' | 'geluTanh'
  /** The MLP's weights as 1×1 convolutions. */
  readonly convMlp?: boolean
  /** ConvNeXt V2: a global response norm inside the MLP instead of LayerScale. */
  readonly responseNorm?: boolean
  /** Norm, then pooling, in the head. */
  readonly headNormFirst?: boolean
  /** Width of a hidden layer in the head. */
  readonly headHidden?: number
  /** Epsilon of the norms. */
  readonly eps?: number
  readonly classes?: number
  readonly size?: number
}

export function convnext(name: string, sizes: ConvNextSizes): Document {
  const { depths, dims, size = 224 } = sizes
  const norm = normOf(sizes)
  const stem = module({ id: 'stem', keys: { conv: '0', norm: '1' } }, 'overlapStem', {
    ...(dims[0] === 64 ? {} : { dim: dims[0] ?? 96 }),
    kernelSize: 4,
    norm,
  })
  const stages = depths.map((depth, stage) => {
    const blocks = group('blocks.0', depth, block(sizes, stage))
    const downsample = module({ id: 'downsample', keys: { norm: '0', conv: '1' } }, 'convDownsample', {
      dim: dims[stage] ?? null,
      kernelSize: 2,
      norm,
    })
    const body = stage === 0 ? chain(blocks) : chain(downsample, blocks)
    return group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, body)
  })
  return design(name, chain(stem, ...stages, head(sizes)), size)
}

/** x + γ·MLP(LN(DWConv(x))): one residual, one norm, one activation. V2 has no γ. */
function block(sizes: ConvNextSizes, stage: number): GraphBody {
  const { kernelSize = 7, act = 'gelu', convMlp = false, responseNorm = false, eps } = sizes
  const sketch = new Sketch()
  const kernel = typeof kernelSize === 'number' ? kernelSize : (kernelSize[stage] ?? 7)
  const mlp: Attributes = {
    ...(act === 'gelu' ? {} : { act }),
    ...(convMlp ? { weights: 'conv' } : {}),
    ...(responseNorm ? { norm: 'globalResponseNorm' } : {}),
  }
  const out = sketch.residual(IN, 'add', [
    module('conv_dw', 'depthwiseConv', kernel === 7 ? {} : { kernelSize: kernel }),
    module('norm', 'layerNorm', eps === undefined ? {} : { eps }),
    responseNorm ? module({ id: 'mlp', keys: { norm: 'grn' } }, 'mlp', mlp) : module('mlp', 'mlp', mlp),
    ...(responseNorm ? [] : [module({ id: 'gamma', keys: { gamma: '' } }, 'layerScale')]),
  ])
  return sketch.body(out)
}

function head({ classes = 1000, headNormFirst, headHidden, dims, eps }: ConvNextSizes): ModuleNode {
  const norm = eps === undefined ? {} : { norm: normOf({ eps }) }
  const attrs: Attributes = { ...(classes === 1000 ? {} : { classes }), ...norm }
  if (headHidden === undefined)
    return module('head', 'poolHead', headNormFirst ? { ...attrs, normOrder: 'before' } : attrs)
  const ratio = headHidden / (dims.at(-1) ?? headHidden)
  const keys = { 'fc.fc1': 'pre_logits.fc', 'fc.act': 'pre_logits.act', 'fc.fc2': 'fc' }
  return module({ id: 'head', keys }, 'mlpHead', {
    ...attrs,
    ...(ratio === 4 ? {} : { mlpRatio: ratio }),
    act: 'gelu',
    hiddenNorm: 'noNorm',
  })
}

const normOf = ({ eps }: Pick<ConvNextSizes, 'eps'>): SlotValue =>
  eps === undefined ? 'layerNorm' : { module: 'layerNorm', attrs: { eps } }

const preprocessing = imagenetPixels(0.95)
export const convnextFacts = {
  family: 'convnext',
  paper: {
    title: 'A ConvNet for the 2020s',
    authors: 'Liu et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2201.03545',
  },
  preprocessing,
}
const commonV2 = {
  family: 'convnext',
  paper: {
    title: 'ConvNeXt V2: Co-designing and Scaling ConvNets with Masked Autoencoders',
    authors: 'Woo et al.',
    year: 2023,
    url: 'https://arxiv.org/abs/2301.00808',
  },
  preprocessing,
}
const commonLargeKernel = {
  family: 'convnext',
  paper: {
    title: 'Scaling Up Your Kernels to 31x31: Revisiting Large Kernel Design in CNNs',
    authors: 'Ding et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2203.06717',
  },
  preprocessing,
}

const reported = (top1: number) => ({
  published: { top1, source: 'MetaFormer Baselines for Vision (Yu et al. 2022), Table V' },
})
const reportedByDing = (top1: number) => ({
  published: {
    top1,
    source: 'Scaling Up Your Kernels to 31x31 (Ding et al. 2022), Table of ConvNeXt with larger kernels',
  },
})

const atto = { depths: [2, 2, 6, 2], dims: [40, 80, 160, 320], convMlp: true }
const femto = { depths: [2, 2, 6, 2], dims: [48, 96, 192, 384], convMlp: true }
const pico = { depths: [2, 2, 6, 2], dims: [64, 128, 256, 512], convMlp: true }
const nano = { depths: [2, 2, 8, 2], dims: [80, 160, 320, 640], convMlp: true }
export const convnextTiny = { depths: [3, 3, 9, 3], dims: [96, 192, 384, 768] }
const small = { depths: [3, 3, 27, 3], dims: [96, 192, 384, 768] }
const base = { depths: [3, 3, 27, 3], dims: [128, 256, 512, 1024] }
const large = { depths: [3, 3, 27, 3], dims: [192, 384, 768, 1536] }
const huge = { depths: [3, 3, 27, 3], dims: [352, 704, 1408, 2816] }
const xlarge = { depths: [3, 3, 27, 3], dims: [256, 512, 1024, 2048] }
const xxlarge = { depths: [3, 4, 30, 3], dims: [384, 768, 1536, 3072], eps: 1e-5, size: 256 }
const largeKernels = { kernelSize: [31, 29, 27, 13] }

const first = presetsOf(convnextFacts, convnext, [
  [
    'convnext_tiny',
    'ConvNeXt-T',
    convnextTiny,
    'Depthwise 7×7 windows and an MLP behind one norm: a convolutional net with a Transformer’s proportions.',
    reported(82.1),
  ],
  [
    'convnext_small',
    'ConvNeXt-S',
    small,
    'ConvNeXt-T with twenty-seven blocks in its third stage.',
    reported(83.1),
  ],
  ['convnext_base', 'ConvNeXt-B', base, 'ConvNeXt-S with a third more channels.', reported(83.8)],
  ['convnext_large', 'ConvNeXt-L', large, 'ConvNeXt-S at twice the width.', reported(84.3)],
  [
    'convnext_xlarge',
    'ConvNeXt-XL',
    xlarge,
    'ConvNeXt-B at twice the width, for pre-training on ImageNet-22k.',
    {
      published: {
        top1: 87.8,
        source: 'A ConvNet for the 2020s (Liu et al. 2022), Table 8: ImageNet-22k first, 384×384',
      },
    },
  ],
  ['convnext_xxlarge', 'ConvNeXt-XXL', xxlarge, 'The image tower of the largest convolutional CLIP.'],
  ['convnext_atto', 'ConvNeXt-A', atto, 'The smallest of timm’s sizes: 3.7 million parameters.'],
  ['convnext_femto', 'ConvNeXt-F', femto, 'A size of timm’s between Atto and Pico.'],
  ['convnext_pico', 'ConvNeXt-P', pico, 'A third of ConvNeXt-T in parameters and work.'],
  ['convnext_nano', 'ConvNeXt-N', nano, 'Half of ConvNeXt-T.'],
  [
    'convnext_tiny_hnf',
    'ConvNeXt-T (norm first)',
    { ...convnextTiny, convMlp: true, headNormFirst: true },
    'ConvNeXt-T that normalises before it pools, as Swin does.',
  ],
  [
    'convnext_large_mlp',
    'ConvNeXt-L (MLP head)',
    { ...large, headHidden: 1536, size: 320 },
    'ConvNeXt-L with a hidden layer in its head: the image tower of a CLIP.',
  ],
])

const second = presetsOf(commonV2, convnext, [
  ...(
    [
      ['convnextv2_atto', 'ConvNeXt V2-A', atto],
      ['convnextv2_femto', 'ConvNeXt V2-F', femto],
      ['convnextv2_pico', 'ConvNeXt V2-P', pico],
      ['convnextv2_nano', 'ConvNeXt V2-N', nano],
      ['convnextv2_tiny', 'ConvNeXt V2-T', convnextTiny],
      ['convnextv2_small', 'ConvNeXt V2-S', small],
      ['convnextv2_base', 'ConvNeXt V2-B', base],
      ['convnextv2_large', 'ConvNeXt V2-L', large],
      ['convnextv2_huge', 'ConvNeXt V2-H', huge],
    ] as const
  ).map(
    ([id, title, sizes]) =>
      [
        id,
        title,
        { ...sizes, responseNorm: true },
        'ConvNeXt with a norm in its MLP that lets channels compete; no LayerScale.',
      ] as const,
  ),
])

const largeKernel = presetsOf(commonLargeKernel, convnext, [
  [
    'convnext_tiny_31_29_27_13',
    'ConvNeXt-T (31-29-27-13)',
    { ...convnextTiny, ...largeKernels },
    'ConvNeXt-T whose windows are as large as its maps.',
    reportedByDing(81.6),
  ],
  [
    'convnext_small_31_29_27_13',
    'ConvNeXt-S (31-29-27-13)',
    { ...small, ...largeKernels },
    'ConvNeXt-S whose windows are as large as its maps.',
    reportedByDing(82.5),
  ],
])

export const convnexts: readonly Preset[] = [...first, ...second, ...largeKernel]
