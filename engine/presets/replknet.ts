/**
 * RepLKNet: depthwise windows of up to 31×31, trained beside small ones of 5×5 that are folded into them afterwards.
 *
 * Ding et al. 2022, https://arxiv.org/abs/2203.06717; as trained, with weights named as in DingXiaoH/RepLKNet-pytorch.
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import type { Attributes } from '../schema/schema'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, instance, module, Sketch } from './sketch'

export interface RepLKNetSizes {
  readonly kernels: readonly number[]
  readonly depths: readonly number[]
  readonly dims: readonly number[]
  /** Side of the small window; null for none. */
  readonly smallKernel?: number | null
  /** Width of the depthwise convolutions as a multiple of the channels. */
  readonly ratio?: number
  readonly classes?: number
  readonly size?: number
}

export function replknet(name: string, sizes: RepLKNetSizes): Document {
  const { kernels, depths, dims, smallKernel = 5, ratio = 1, classes = 1000, size = 224 } = sizes
  const definitions: Record<string, GraphBody> = {}
  const stages = depths.map((depth, stage) => {
    // Mixer blocks have even numbers and MLP blocks odd ones, so that neither is a repeated group.
    const [large, mlp] = [`stages.${stage}.large`, `stages.${stage}.mlp`]
    definitions[large] = largeKernelBlock(kernels[stage] ?? 13, smallKernel, ratio)
    definitions[mlp] = mlpBlock()
    const blocks = Array.from({ length: 2 * depth }, (_, index) =>
      instance(`blocks.${index}`, index % 2 === 0 ? large : mlp),
    )
    const node = group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, chain(...blocks))
    return stage === 0 ? [node] : [transition(stage - 1, dims[stage] ?? 128), node]
  })
  const dim = dims[0] ?? 128
  const stem = group(
    'stem',
    1,
    chain(
      unit('0', { dim, stride: 2 }),
      unit('1', { groups: null }),
      unit('2', { kernelSize: 1 }),
      unit('3', { stride: 2, groups: null }),
    ),
  )
  const head = module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
    ...(classes === 1000 ? {} : { classes }),
    norm: 'noNorm',
  })
  const nodes = [stem, ...stages.flat(), module('norm', 'batchNorm'), head]
  return { ...design(name, chain(...nodes), size), definitions }
}

/** Convolution, BatchNorm and, unless told otherwise, ReLU. */
function unit(id: string, attrs: Attributes, act: string | null = 'relu'): DocumentNode {
  const nodes = [module('conv', 'convolution', { ...attrs, bias: false }), module('bn', 'batchNorm')]
  return group(id, 1, chain(...nodes, ...(act === null ? [] : [module('nonlinear', act)])))
}

const transition = (index: number, dim: number) =>
  group(
    `transitions.${index}`,
    1,
    chain(unit('0', { dim, kernelSize: 1 }), unit('1', { stride: 2, groups: null })),
  )

function largeKernelBlock(kernel: number, smallKernel: number | null, ratio: number): GraphBody {
  const sketch = new Sketch()
  const [widen, narrow] = ratio === 1 ? [{}, {}] : [{ ratio }, { ratio: 1 / ratio }]
  const out = sketch.residual(IN, 'add', [
    module('prelkb_bn', 'batchNorm'),
    unit('pw1', { ...widen, kernelSize: 1 }),
    group('large_kernel', 1, windows(kernel, smallKernel)),
    module('lk_nonlinear', 'relu'),
    unit('pw2', { ...narrow, kernelSize: 1 }, null),
  ])
  return sketch.body(out)
}

/** Both windows see the same map; later they are one. */
function windows(kernel: number, smallKernel: number | null): GraphBody {
  const sketch = new Sketch()
  const branch = (id: string, side: number) =>
    sketch.chain(IN, unit(id, { ...(side === 3 ? {} : { kernelSize: side }), groups: null }, null))
  const large = branch('lkb_origin', kernel)
  if (smallKernel === null) return sketch.body(large)
  return sketch.body(sketch.join(module('add', 'add'), large, branch('small_conv', smallKernel)))
}

function mlpBlock(): GraphBody {
  const sketch = new Sketch()
  const out = sketch.residual(IN, 'add', [
    module('preffn_bn', 'batchNorm'),
    unit('pw1', { ratio: 4, kernelSize: 1 }, null),
    module('nonlinear', 'gelu'),
    unit('pw2', { ratio: 0.25, kernelSize: 1 }, null),
  ])
  return sketch.body(out)
}

export const replknets: readonly Preset[] = presetsOf(
  {
    family: 'replknet',
    paper: {
      title: 'Scaling Up Your Kernels to 31x31: Revisiting Large Kernel Design in CNNs',
      authors: 'Ding et al.',
      year: 2022,
      url: 'https://arxiv.org/abs/2203.06717',
    },
    preprocessing: imagenetPixels(0.875),
  },
  replknet,
  [
    [
      'replknet_31b',
      'RepLKNet-31B',
      { kernels: [31, 29, 27, 13], depths: [2, 2, 18, 2], dims: [128, 256, 512, 1024] },
      'Windows of 31×31 per channel: a few large kernels in the place of many small ones.',
      {
        published: {
          top1: 83.5,
          source: 'MetaFormer Baselines for Vision (Yu et al. 2022), Table V; 79M parameters once folded',
        },
      },
    ],
    [
      'replknet_31l',
      'RepLKNet-31L',
      { kernels: [31, 29, 27, 13], depths: [2, 2, 18, 2], dims: [192, 384, 768, 1536], size: 384 },
      'RepLKNet-31B half as wide again.',
    ],
    [
      'replknet_xl',
      'RepLKNet-XL',
      {
        kernels: [27, 27, 27, 13],
        depths: [2, 2, 18, 2],
        dims: [256, 512, 1024, 2048],
        smallKernel: null,
        ratio: 1.5,
        size: 320,
      },
      'Twice as wide, with inner widths half as large again and no small windows.',
    ],
  ],
)
