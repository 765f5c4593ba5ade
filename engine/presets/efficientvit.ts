/**
 * EfficientViT (MIT): inverted residuals, and in the last two stages linear attention at two scales beside them.
 *
 * Cai et al. 2022, https://arxiv.org/abs/2205.14756
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import { convNorm, differing } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface EfficientVitSizes {
  /** Of the stem, then of four stages. */
  readonly widths: readonly number[]
  readonly depths: readonly number[]
  readonly headDim: number
  /** Channels before and after the average over the map. */
  readonly headWidths: readonly [number, number]
  readonly classes?: number
  readonly size?: number
}

export function efficientvit(name: string, sizes: EfficientVitSizes): Document {
  const { widths, depths, headDim, size = 224 } = sizes
  const [stemWidth = 8, ...dims] = widths
  const [stemDepth = 1, ...blockCounts] = depths
  const sketch = new Sketch()
  let x = sketch.chain(IN, ...unit('in_conv', { dim: stemWidth, stride: 2 }), module('in_conv.act', act))
  for (let index = 0; index < stemDepth; index++) {
    const main = `res${index}.main`
    x = sketch.residual(x, `add${index}`, [
      ...unit(`${main}.depth_conv`, { groups: null }),
      module(`${main}.depth_conv.act`, act),
      ...unit(`${main}.point_conv`, { kernelSize: 1 }),
    ])
  }
  const stem = group({ id: 'stem', title: 'Stem' }, 1, sketch.body(x))
  const stages = dims.map((dim, stage) => {
    const attends = stage >= 2
    const count = (blockCounts[stage] ?? 1) - (attends ? 0 : 1)
    const first = group('blocks.0', 1, chain(...inverted('main', { dim, stride: 2, bare: attends })))
    const body = attends ? attending(headDim) : residual('main', inverted('main', {}))
    const others = count > 0 ? [group('blocks.1', count, body)] : []
    return group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, chain(first, ...others))
  })
  return design(name, chain(stem, ...stages, head(sizes)), size)
}

const act = 'hardswish'

const unit = (id: string, attrs: Parameters<typeof convNorm>[1]): DocumentNode[] =>
  convNorm(id, { ...attrs, bias: false }, ['conv', 'norm'])

/** Widen four times, depthwise, narrow; `bare` ones have a norm only at the end. */
function inverted(
  id: string,
  { dim, stride = 1, bare = false }: { dim?: number; stride?: 1 | 2; bare?: boolean },
): DocumentNode[] {
  const inner = (part: string, attrs: Parameters<typeof convNorm>[1]) =>
    bare ? [module(`${id}.${part}.conv`, 'convolution', attrs)] : unit(`${id}.${part}`, attrs)
  return [
    ...inner('inverted_conv', { ratio: 4, kernelSize: 1 }),
    module(`${id}.inverted_conv.act`, act),
    ...inner('depth_conv', { ...differing({ stride }, { stride: 1 }), groups: null }),
    module(`${id}.depth_conv.act`, act),
    ...unit(`${id}.point_conv`, { ...(dim === undefined ? { ratio: 0.25 } : { dim }), kernelSize: 1 }),
  ]
}

function residual(id: string, branch: readonly DocumentNode[]): GraphBody {
  const sketch = new Sketch()
  return sketch.body(sketch.residual(IN, `add_${id}`, branch))
}

function attending(headDim: number): GraphBody {
  const sketch = new Sketch()
  const mixer = module('context_module.main', 'multiScaleLinear', differing({ headDim }, { headDim: 16 }))
  const read = sketch.residual(IN, 'add1', [mixer])
  return sketch.body(sketch.residual(read, 'add2', inverted('local_module.main', { bare: true })))
}

function head({ headWidths: [before, after], classes = 1000 }: EfficientVitSizes): DocumentNode {
  const layers = [
    ...unit('in_conv', { dim: before, kernelSize: 1 }),
    module('in_conv.act', act),
    module('global_pool', 'globalPool'),
    module('classifier.0', 'linear', { dim: after, bias: false }),
    module('classifier.1', 'layerNorm', { eps: 1e-5 }),
    module('classifier.2', act),
    module({ id: 'classifier.4', keys: { fc: '' } }, 'poolHead', {
      ...differing({ classes }, { classes: 1000 }),
      norm: 'noNorm',
    }),
  ]
  return group({ id: 'head', title: 'Head' }, 1, chain(...layers))
}

export const efficientvits: readonly Preset[] = presetsOf(
  {
    family: 'efficientvit_mit',
    paper: {
      title: 'EfficientViT: Multi-Scale Linear Attention for High-Resolution Dense Prediction',
      authors: 'Cai et al.',
      year: 2022,
      url: 'https://arxiv.org/abs/2205.14756',
    },
    preprocessing: imagenetPixels(0.95),
  },
  efficientvit,
  [
    [
      'efficientvit_b0',
      'EfficientViT-B0',
      { widths: [8, 16, 32, 64, 128], depths: [1, 2, 2, 2, 2], headDim: 16, headWidths: [1024, 1280] },
      'Inverted residuals, and linear attention at two scales: made for high resolutions.',
    ],
    [
      'efficientvit_b1',
      'EfficientViT-B1',
      { widths: [16, 32, 64, 128, 256], depths: [1, 2, 3, 3, 4], headDim: 16, headWidths: [1536, 1600] },
      'Widths from 16 to 256 channels.',
    ],
    [
      'efficientvit_b2',
      'EfficientViT-B2',
      { widths: [24, 48, 96, 192, 384], depths: [1, 3, 4, 4, 6], headDim: 32, headWidths: [2304, 2560] },
      'Widths from 24 to 384 channels.',
    ],
    [
      'efficientvit_b3',
      'EfficientViT-B3',
      { widths: [32, 64, 128, 256, 512], depths: [1, 4, 6, 6, 9], headDim: 32, headWidths: [2304, 2560] },
      'Widths from 32 to 512 channels.',
    ],
  ],
)
