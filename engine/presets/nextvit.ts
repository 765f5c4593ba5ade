/**
 * Next-ViT: blocks of grouped convolutions, and at the end of a stage one that attends to a shortened list of tokens
 * and lays convolved channels beside what it read. BatchNorm and ReLU everywhere.
 *
 * Li et al. 2022, https://arxiv.org/abs/2207.05501
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import { differing } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, runs, Sketch } from './sketch'

export interface NextVitSizes {
  /** The third stage goes in fives: four convolutional blocks and one of attention. */
  readonly depths: readonly [number, number, number, number]
  readonly stem?: readonly [number, number, number]
  readonly headDim?: number
  readonly classes?: number
  readonly size?: number
}

export function nextvit(name: string, sizes: NextVitSizes): Document {
  const { depths, stem = [64, 32, 64], headDim = 32, classes = 1000, size = 224 } = sizes
  const stemLayers = [...stem, stem[2]].map((dim, index) =>
    group(`${index}`, 1, chain(...unit({ dim, ...(index % 3 === 0 ? { stride: 2 } : {}) }))),
  )
  let from = stem[2]
  const stages = depths.map((depth, stage) => {
    const blocks = Array.from({ length: depth }, (_, index) => {
      const attends = stage === 2 ? index % 5 === 4 : stage > 0 && index === depth - 1
      const to = widths[stage]?.[attends ? 1 : 0] ?? 96
      const block = { attends, from, to, stride: index === 0 && stage > 0 ? 2 : 1, run: tokens[stage] ?? 1 }
      from = to
      return block
    })
    const groups = runs(blocks).map(({ at, count, item }) =>
      group(`blocks.${at}`, count, item.attends ? attending(item, headDim) : convolving(item, headDim)),
    )
    return group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, chain(...groups))
  })
  const head = module('head', 'poolHead', { ...differing({ classes }, { classes: 1000 }), norm: 'noNorm' })
  const title = 'Stem'
  return design(
    name,
    chain(
      group({ id: 'stem', title }, 1, chain(...stemLayers)),
      ...stages,
      module('norm', 'batchNorm'),
      head,
    ),
    size,
  )
}

/** Per stage: channels of convolutional blocks, and of those that attend. */
const widths = [
  [96, 96],
  [192, 256],
  [384, 512],
  [768, 1024],
] as const
/** Tokens that become one key, per stage. */
const tokens = [64, 16, 4, 1] as const

interface Block {
  readonly from: number
  readonly to: number
  readonly stride: number
  readonly run: number
}

const unit = (attrs: Parameters<typeof module>[2]): DocumentNode[] => [
  module('conv', 'convolution', { ...attrs, bias: false }),
  module('norm', 'batchNorm'),
  module('act', 'relu'),
]

/** Pooling and a 1×1 convolution, where the shape changes. */
function embedded(id: string, from: number, to: number, stride: number): DocumentNode[] {
  if (from === to && stride === 1) return []
  return [
    ...(stride === 2 ? [module(`${id}.pool`, 'averagePool', { ceil: true })] : []),
    module(`${id}.conv`, 'convolution', { dim: to, kernelSize: 1, bias: false }),
    module(`${id}.norm`, 'batchNorm'),
  ]
}

/** A 3×3 convolution whose groups are the heads, and a projection. */
const heads = (dim: number, headDim: number): DocumentNode[] => [
  module('mhca.group_conv3x3', 'convolution', {
    ...(dim === headDim ? {} : { groups: dim / headDim }),
    bias: false,
  }),
  module('mhca.norm', 'batchNorm'),
  module('mhca.act', 'relu'),
  module('mhca.projection', 'convolution', { kernelSize: 1, bias: false }),
]

const mlp = (mlpRatio: number): DocumentNode =>
  module('mlp', 'mlp', { mlpRatio, act: 'relu', weights: 'conv' })

function convolving({ from, to, stride }: Block, headDim: number): GraphBody {
  const sketch = new Sketch()
  const x = sketch.chain(IN, ...embedded('patch_embed', from, to, stride))
  const mixed = sketch.residual(x, 'add1', heads(to, headDim))
  return sketch.body(sketch.residual(mixed, 'add2', [module('norm', 'batchNorm'), mlp(3)]))
}

/** Three quarters of the channels attend; the others are convolved from what these read. */
function attending({ from, to, stride, run }: Block, headDim: number): GraphBody {
  const reading = 32 * Math.floor((0.75 * to + 16) / 32)
  const sketch = new Sketch()
  const x = sketch.chain(IN, ...embedded('patch_embed', from, reading, stride))
  const attention = module('e_mhsa', 'spatialReduction', {
    ...differing({ headDim }, { headDim: 32 }),
    ...(run === 1 ? { ratio: 1 } : { reduction: 'run', ...differing({ run }, { run: 4 }) }),
    ...(run === 1 ? {} : { norm: 'batchNorm' }),
    weights: 'apart',
  })
  const read = sketch.residual(x, 'add1', [module('norm1', 'batchNorm'), attention])
  const narrow = sketch.chain(read, ...embedded('projection', reading, to - reading, 1))
  const convolved = sketch.residual(narrow, 'add2', heads(to - reading, headDim))
  const both = sketch.join(module('both', 'concat'), read, convolved)
  return sketch.body(sketch.residual(both, 'add3', [module('norm2', 'batchNorm'), mlp(2)]))
}

export const nextvits: readonly Preset[] = presetsOf(
  {
    family: 'nextvit',
    paper: {
      title:
        'Next-ViT: Next Generation Vision Transformer for Efficient Deployment in Realistic Industrial Scenarios',
      authors: 'Li et al.',
      year: 2022,
      url: 'https://arxiv.org/abs/2207.05501',
    },
    preprocessing: imagenetPixels(0.95),
  },
  nextvit,
  [
    [
      'nextvit_small',
      'Next-ViT-S',
      { depths: [3, 4, 10, 3] },
      'Grouped convolutions, and attention in the last block of a stage.',
    ],
    ['nextvit_base', 'Next-ViT-B', { depths: [3, 4, 20, 3] }, 'Twenty blocks in the third stage.'],
    ['nextvit_large', 'Next-ViT-L', { depths: [3, 4, 30, 3] }, 'Thirty blocks in the third stage.'],
  ],
)
