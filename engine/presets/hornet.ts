/**
 * Networks on the trunk of ConvNeXt's own code: HorNet, whose mixer gates itself by ever wider slices of a convolution, and
 * SLaK, whose windows of 51×51 are two bands.
 *
 * Rao et al. 2022, HorNet, https://arxiv.org/abs/2207.14284; Liu et al. 2022, More ConvNets in the 2020s,
 * https://arxiv.org/abs/2207.03620
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

interface TrunkSizes {
  readonly depths: readonly number[]
  readonly classes?: number
  readonly size?: number
}

export interface HorNetSizes extends TrunkSizes {
  readonly dim: number
  /** Number of products in each stage. */
  readonly orders?: readonly number[]
  /** Side of the map that a global filter is made for, in the last stages; the ones before have windows of 7×7. */
  readonly filters?: readonly number[]
}

export interface SlakSizes extends TrunkSizes {
  readonly dims: readonly number[]
  /** Length of the bands in each stage, then their breadth, which is also the side of the small window. */
  readonly kernels: readonly number[]
}

export function hornet(name: string, sizes: HorNetSizes): Document {
  const { dim, orders = [2, 3, 4, 5], filters = [] } = sizes
  const dims = sizes.depths.map((_, stage) => dim * 2 ** stage)
  const windows = dims.length - filters.length
  return trunk(name, dims, sizes, (stage) => hornetBlock(orders[stage] ?? 3, filters[stage - windows]))
}

export function slak(name: string, sizes: SlakSizes): Document {
  const { dims, kernels } = sizes
  const breadth = kernels.at(-1) ?? 5
  return trunk(name, dims, sizes, (stage) => slakBlock(kernels[stage] ?? breadth, breadth))
}

/** Stem, stages and head as facebookresearch/ConvNeXt names them. */
function trunk(
  name: string,
  dims: readonly number[],
  { depths, classes = 1000, size = 224 }: TrunkSizes,
  block: (stage: number) => GraphBody,
): Document {
  const stem = module(
    { id: 'stem', key: 'downsample_layers.0', keys: { conv: '0', norm: '1' } },
    'overlapStem',
    {
      ...(dims[0] === 64 ? {} : { dim: dims[0] ?? 64 }),
      kernelSize: 4,
      norm: 'layerNorm',
    },
  )
  const stages = depths.map((depth, stage) => {
    const blocks = group('0', depth, block(stage))
    const key = `downsample_layers.${stage}`
    const downsample = module(
      { id: `downsample${stage}`, key, keys: { norm: '0', conv: '1' } },
      'convDownsample',
      { dim: dims[stage] ?? null, kernelSize: 2, norm: 'layerNorm' },
    )
    const stageNode = group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, chain(blocks))
    return stage === 0 ? [stageNode] : [downsample, stageNode]
  })
  const head = module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
    ...(classes === 1000 ? {} : { classes }),
  })
  return design(name, chain(stem, ...stages.flat(), head), size)
}

const mlp = (): DocumentNode[] => [
  module('pwconv1', 'linear', { ratio: 4 }),
  module('act', 'gelu'),
  module('pwconv2', 'linear', { ratio: 0.25 }),
]
const scale = (id: string) => module({ id, keys: { gamma: '' } }, 'layerScale')

/** x + γ₁·gnConv(LN x), x + γ₂·MLP(LN x). */
function hornetBlock(order: number, filterSize: number | undefined): GraphBody {
  const sketch = new Sketch()
  const mixer = module('gnconv', 'gatedConv', {
    ...(order === 3 ? {} : { order }),
    ...(filterSize === undefined ? {} : { context: 'global', filterSize }),
    scale: 1 / 3,
  })
  const mixed = sketch.residual(IN, 'add1', [module('norm1', 'layerNorm'), mixer, scale('gamma1')])
  return sketch.body(
    sketch.residual(mixed, 'add2', [module('norm2', 'layerNorm'), ...mlp(), scale('gamma2')]),
  )
}

/** ConvNeXt's block with a column, a row and a small square for its window. */
function slakBlock(length: number, breadth: number): GraphBody {
  const sketch = new Sketch()
  const kernel = group('large_kernel', 1, bands(length, breadth))
  return sketch.body(
    sketch.residual(IN, 'add', [kernel, module('norm', 'layerNorm'), ...mlp(), scale('gamma')]),
  )
}

function bands(length: number, breadth: number): GraphBody {
  const sketch = new Sketch()
  const branch = (id: string, height: number, width: number) => {
    const convolution = module('conv', 'convolution', {
      ...(height === 3 ? {} : { kernelSize: height }),
      ...(height === width ? {} : { kernelWidth: width }),
      groups: null,
      bias: false,
    })
    return sketch.chain(IN, group(id, 1, chain(convolution, module('bn', 'batchNorm'))))
  }
  const sum = sketch.join(
    module('add', 'add'),
    branch('LoRA1', length, breadth),
    branch('LoRA2', breadth, length),
    branch('small_conv', breadth, breadth),
  )
  return sketch.body(sum)
}

const hornetPaper = {
  title: 'HorNet: Efficient High-Order Spatial Interactions with Recursive Gated Convolutions',
  authors: 'Rao et al.',
  year: 2022,
  url: 'https://arxiv.org/abs/2207.14284',
}
const depths = [2, 3, 18, 2]
const filters = [14, 7]
const larger = { filters: [24, 12], size: 384 }
const reported = (top1: number) => ({
  published: { top1, source: 'HorNet (Rao et al. 2022), README of its repository' },
})
export const hornets: readonly Preset[] = presetsOf(
  { family: 'hornet', paper: hornetPaper, preprocessing: imagenetPixels(0.875) },
  hornet,
  [
    [
      'hornet_tiny_7x7',
      'HorNet-T (7×7)',
      { depths, dim: 64 },
      'Products of neighbourhoods, of second order in the first stage and fifth in the last.',
      reported(82.8),
    ],
    [
      'hornet_small_7x7',
      'HorNet-S (7×7)',
      { depths, dim: 96 },
      'HorNet-T half as wide again.',
      reported(83.8),
    ],
    [
      'hornet_base_7x7',
      'HorNet-B (7×7)',
      { depths, dim: 128 },
      'HorNet-T at twice the width.',
      reported(84.2),
    ],
    ['hornet_large_7x7', 'HorNet-L (7×7)', { depths, dim: 192 }, 'HorNet-T at three times the width.'],
    [
      'hornet_tiny_gf',
      'HorNet-T (GF)',
      { depths, dim: 64, filters },
      'HorNet-T whose last two stages see the whole map through filters of its waves.',
      reported(83.0),
    ],
    [
      'hornet_small_gf',
      'HorNet-S (GF)',
      { depths, dim: 96, filters },
      'HorNet-S with global filters in the last two stages.',
      reported(84.0),
    ],
    [
      'hornet_base_gf',
      'HorNet-B (GF)',
      { depths, dim: 128, filters },
      'HorNet-B with global filters in the last two stages.',
      reported(84.3),
    ],
    [
      'hornet_base_gf_img384',
      'HorNet-B (GF) 384',
      { depths, dim: 128, ...larger },
      'HorNet-B (GF) with filters made for larger maps.',
    ],
    [
      'hornet_large_gf',
      'HorNet-L (GF)',
      { depths, dim: 192, filters },
      'HorNet-L with global filters in the last two stages.',
    ],
    [
      'hornet_large_gf_img384',
      'HorNet-L (GF) 384',
      { depths, dim: 192, ...larger },
      'HorNet-L (GF) with filters made for larger maps.',
    ],
  ],
)

const slakPaper = {
  title: 'More ConvNets in the 2020s: Scaling up Kernels Beyond 51x51 using Sparsity',
  authors: 'Liu et al.',
  year: 2022,
  url: 'https://arxiv.org/abs/2207.03620',
}
const kernels = [51, 49, 47, 13, 5]
const widened = (dims: readonly number[]) => dims.map((dim) => Math.floor(dim * 1.3))
export const slaks: readonly Preset[] = presetsOf(
  { family: 'slak', paper: slakPaper, preprocessing: imagenetPixels(0.875) },
  slak,
  [
    [
      'slak_t_dense',
      'SLaK-T (dense)',
      { depths: [3, 3, 9, 3], dims: widened([96, 192, 384, 768]), kernels },
      'Windows of 51×51 as a column and a row; the paper then prunes two fifths of the weights.',
    ],
    [
      'slak_s_dense',
      'SLaK-S (dense)',
      { depths: [3, 3, 27, 3], dims: widened([96, 192, 384, 768]), kernels },
      'SLaK-T with twenty-seven blocks in its third stage.',
    ],
    [
      'slak_b_dense',
      'SLaK-B (dense)',
      { depths: [3, 3, 27, 3], dims: widened([128, 256, 512, 1024]), kernels },
      'SLaK-S with a third more channels.',
      {
        published: {
          top1: 84,
          source: 'MetaFormer Baselines for Vision (Yu et al. 2022), Table V: pruned to 95M parameters',
        },
      },
    ],
  ],
)
