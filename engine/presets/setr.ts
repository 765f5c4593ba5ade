/**
 * SETR: a Vision Transformer reads the picture, and one of three decoders paints a class onto every pixel.
 *
 * Naive: two 1×1 convolutions and one enlargement. PUP: progressive upsampling. MLA: four layers of the encoder,
 * added from the last to the first, then laid side by side.
 * Zheng et al. 2021, https://arxiv.org/abs/2012.15840
 */
import { type Document, type DocumentNode, IN } from '../document/types'
import type { Attributes } from '../schema/schema'
import { preNormBlock } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface SetrSizes {
  readonly decoder: 'naive' | 'pup' | 'mla'
  readonly dim?: number
  readonly depth?: number
  readonly heads?: number
  readonly classes?: number
  readonly size?: number
}

/** Layers whose tokens the aggregating decoder reads, of twenty-four. */
const levels = [6, 12, 18, 24]
const aggregated = 256
const perLevel = 128

function setr(name: string, sizes: SetrSizes): Document {
  const { decoder, dim = 1024, depth = 24, classes = 19, size = 768 } = sizes
  const sketch = new Sketch()
  const tokens = sketch.chain(
    IN,
    module('patch_embed', 'patchStem', { dim }),
    module('cls_token', 'classToken'),
    module('pos_embed', 'positionEmbedding'),
  )
  if (decoder === 'mla') return design(name, sketch.body(aggregate(sketch, tokens, sizes, classes)), size)
  const out = sketch.chain(tokens, group('blocks.0', depth, block(sizes)))
  const head = decoder === 'naive' ? naiveHead(classes) : pupHead(classes)
  return design(name, sketch.body(sketch.chain(out, group('decode_head', 1, chain(...head)))), size)
}

const block = ({ dim = 1024, heads = 16 }: SetrSizes) =>
  preNormBlock({ mixer: module('attn', 'attention', { headDim: dim / heads }), mlp: module('mlp', 'mlp') })

const conv = (id: string, dim: number, kernelSize: number, attrs: Attributes = {}) =>
  module(id, 'convolution', { dim, ...(kernelSize === 3 ? {} : { kernelSize }), ...attrs })
const unit = (number: number, kernelSize: number): DocumentNode[] => [
  conv(`conv_${number}`, 256, kernelSize),
  module(`syncbn_fc_${number}`, 'batchNorm'),
  module(`relu_${number}`, 'relu'),
]
const onMap = [module('norm', 'layerNorm'), module('map', 'toMap')]

export const naiveHead = (classes: number): DocumentNode[] => [
  ...onMap,
  ...unit(0, 1),
  conv('conv_1', classes, 1),
  module('up', 'resize', { factor: 16 }),
]

export const pupHead = (classes: number): DocumentNode[] => [
  ...onMap,
  ...[0, 1, 2].flatMap((number) => [...unit(number, 3), module(`up_${number}`, 'resize')]),
  ...unit(3, 3),
  conv('conv_4', classes, 1),
  module('up_4', 'resize'),
]

/** What the aggregating decoder does with one level before all are laid side by side. */
export const levelHead = (id: string, channels = perLevel): DocumentNode[] => [
  conv(`${id}.0`, channels, 3, { bias: false }),
  module(`${id}.1`, 'batchNorm'),
  module(`${id}.2`, 'relu'),
  conv(`${id}.3`, channels, 3, { bias: false }),
  module(`${id}.4`, 'batchNorm'),
  module(`${id}.5`, 'relu'),
  module(`${id}.up`, 'resize', { factor: 4, alignCorners: true }),
]

export const classifier = (classes: number, factor = 4): DocumentNode[] => [
  conv('cls', classes, 3),
  module('up', 'resize', { factor }),
]

function aggregate(sketch: Sketch, tokens: string, sizes: SetrSizes, classes: number): string {
  const maps: string[] = []
  let x = tokens
  let from = 0
  for (const [index, to] of levels.entries()) {
    x = sketch.chain(x, group(`blocks.${from}`, to - from, block(sizes)))
    maps.push(
      sketch.chain(
        x,
        module(`norm_${index}`, 'layerNorm'),
        module(`map_${index}`, 'toMap'),
        ...squeeze(`mla_p${index + 2}_1x1`, 1),
      ),
    )
    from = to
  }
  // From the last level to the first; each adds what the deeper ones gathered.
  const sums = [...maps]
  for (let index = levels.length - 2; index >= 0; index--) {
    const own = maps[index] ?? x
    sums[index] = sketch.join(module(`mla_p${index + 2}_plus`, 'add'), sums[index + 1] ?? x, own)
  }
  const heads = sums.map((sum, index) =>
    sketch.chain(
      sum,
      ...squeeze(`mla_p${index + 2}`, 3),
      group(`head${index + 2}`, 1, chain(...levelHead('conv'))),
    ),
  )
  return sketch.chain(sketch.join(module('mlahead', 'concat'), ...heads), ...classifier(classes))
}

const squeeze = (id: string, kernelSize: number): DocumentNode[] => [
  conv(`${id}.0`, aggregated, kernelSize, { bias: false }),
  module(`${id}.1`, 'batchNorm'),
  module(`${id}.2`, 'relu'),
]

export const setrs: readonly Preset[] = presetsOf(
  {
    family: 'setr',
    paper: {
      title: 'Rethinking Semantic Segmentation from a Sequence-to-Sequence Perspective with Transformers',
      authors: 'Zheng et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2012.15840',
    },
    preprocessing: imagenetPixels(1),
  },
  setr,
  [
    [
      'setr_naive',
      'SETR-Naïve',
      { decoder: 'naive' },
      'Paints classes onto pixels: ViT-L/16, two 1×1 convolutions, one enlargement by sixteen.',
    ],
    [
      'setr_pup',
      'SETR-PUP',
      { decoder: 'pup' },
      'SETR that enlarges in four steps, with a convolution in each.',
    ],
    [
      'setr_mla',
      'SETR-MLA',
      { decoder: 'mla' },
      'SETR whose decoder reads four layers of the encoder and adds them from the last to the first.',
    ],
  ],
)
