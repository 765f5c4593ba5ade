/**
 * FcaFormers: ConvNeXt's blocks on two large maps, then attention that also reads what earlier blocks of its stage left behind.
 *
 * Zhang et al. 2023, https://arxiv.org/abs/2211.07198
 */
import { type Document, type DocumentNode, type GraphBody, type GroupNode, IN } from '../document/types'
import { differing } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface FcaformerSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  /** 0 for the stages that convolve. */
  readonly heads: readonly number[]
  readonly classes?: number
  readonly size?: number
}

/** How many earlier blocks a block reads. */
const memory = 12
const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

export function fcaformer(name: string, sizes: FcaformerSizes): Document {
  const { dims, depths, heads, classes = 1000, size = 224 } = sizes
  const stages = depths.map((depth, stage) => {
    const sketch = new Sketch()
    const blocks =
      heads[stage] === 0
        ? sketch.chain(IN, group('blocks.0', depth, convolving()))
        : attending(sketch, depth, heads[stage] ?? 1)
    const next = dims[stage + 1]
    const last = next === undefined ? blocks : sketch.chain(blocks, merging(next))
    return group({ id: `layer_${stage}`, title: `Stage ${stage + 1}` }, 1, sketch.body(last))
  })
  const head = module({ id: 'head', key: '', keys: { norm: 'norm_head', fc: 'head' } }, 'poolHead', {
    ...differing({ classes }, { classes: 1000 }),
    norm,
  })
  return design(name, chain(stem(dims[0] ?? 64), ...stages, head), size)
}

/** A convolution without bias and its norm. */
const normed = (id: string, attrs: Parameters<typeof module>[2]): DocumentNode[] => [
  module(`${id}.c`, 'convolution', { ...attrs, bias: false }),
  module(`${id}.bn`, 'batchNorm'),
]

function stem(dim: number): GroupNode {
  const body = chain(
    ...normed('0', { dim: Math.floor(dim / 2), stride: 2 }),
    module('1', 'gelu'),
    ...normed('2', { dim, stride: 2 }),
  )
  return group({ id: 'patch_embed', key: 'patch_embed.seq', title: 'Stem' }, 1, body)
}

function merging(dim: number): GroupNode {
  const body = chain(
    ...normed('conv1', { dim, kernelSize: 1 }),
    module('act1', 'gelu'),
    ...normed('conv2', { stride: 2, groups: null }),
    module('act2', 'gelu'),
    ...normed('conv3', { kernelSize: 1 }),
  )
  return group({ id: 'downsample', title: 'Downsample' }, 1, body)
}

/** x + γ·MLP(LN(DW₇(x))), as in ConvNeXt. */
function convolving(): GraphBody {
  const sketch = new Sketch()
  const branch = [
    module('dwconv', 'depthwiseConv'),
    module('norm', 'layerNorm'),
    module({ id: 'mlp', key: '', keys: { fc1: 'pwconv1', fc2: 'pwconv2' } }, 'mlp'),
    module({ id: 'gamma', keys: { gamma: '' } }, 'layerScale'),
  ]
  return sketch.body(sketch.residual(IN, 'add', branch))
}

/**
 * y = x + γ₁·Attn(LN x, earlier); z = BN(DW₃(y)); z + γ₂·MLP(LN LN z). What a block leaves behind is DW₇(y), every fourth position.
 * The last sum of a block goes by its name.
 */
function attending(sketch: Sketch, depth: number, heads: number): string {
  const left: string[] = []
  let x: string = IN
  for (let index = 0; index < depth; index++) {
    const name = `blocks.${index}`
    const scale = (half: 1 | 2) => module({ id: `${name}.gamma_${half}`, keys: { gamma: '' } }, 'layerScale')
    const parts = ['qkv', 'proj', 'softmax', 'attention_biases', 's_norm', 's_scale_factors', 's_token_bias']
    const keys = Object.fromEntries(parts.map((part) => [part, `${name}.${part}`]))
    const attention = module({ id: `${name}.attn`, key: '', keys }, 'crossTokenAttention', { heads })
    const asked = sketch.join(
      attention,
      sketch.chain(x, module(`${name}.norm1`, norm.module, norm.attrs)),
      ...left.slice(-memory),
    )
    const sum = sketch.join(module(`${name}.add`, 'add'), x, sketch.chain(asked, scale(1)))
    if (index < depth - 1) {
      const every4 = { kernelSize: 7, stride: 4, padding: 3, groups: null, bias: false }
      left.push(sketch.chain(sum, module(`${name}.dw_conv`, 'convolution', every4)))
    }
    x = sketch.residual(sketch.chain(sum, ...normed(`${name}.local_conv`, { groups: null })), name, [
      module(`${name}.norm2`, norm.module, norm.attrs),
      module(`${name}.mlp.norm`, norm.module, norm.attrs),
      module(`${name}.mlp`, 'mlp'),
      scale(2),
    ])
  }
  return x
}

// --- the models --------------------------------------------------------------------------------------------------

const table = (top1: number): Published => ({
  top1,
  source: 'FcaFormer (Zhang et al. 2023), README of the repository',
})

export const fcaformers: readonly Preset[] = presetsOf(
  {
    family: 'fcaformer',
    paper: {
      title: 'Fcaformer: Forward Cross Attention in Hybrid Vision Transformer',
      authors: 'Zhang et al.',
      year: 2023,
      url: 'https://arxiv.org/abs/2211.07198',
    },
    preprocessing: imagenetPixels(0.875),
  },
  fcaformer,
  [
    [
      'fcaformer_l1',
      'FcaFormer-L1',
      { dims: [64, 128, 192, 320], depths: [2, 2, 6, 2], heads: [0, 0, 6, 10] },
      'Convolutions first; then attention that also reads what earlier blocks left behind.',
      { published: table(80.3) },
    ],
    [
      'fcaformer_l2',
      'FcaFormer-L2',
      { dims: [96, 192, 320, 480], depths: [2, 2, 7, 2], heads: [0, 0, 10, 15] },
      'Thirteen blocks, 96 to 480 channels.',
      { published: table(83.1) },
    ],
    [
      'fcaformer_l3',
      'FcaFormer-L3',
      { dims: [96, 192, 320, 512], depths: [3, 6, 12, 3], heads: [0, 0, 10, 16] },
      'Twelve blocks in the third stage.',
    ],
    [
      'fcaformer_l4',
      'FcaFormer-L4',
      { dims: [128, 256, 512, 768], depths: [3, 6, 12, 3], heads: [0, 0, 16, 24] },
      'Widths from 128 to 768 channels.',
    ],
  ],
)
