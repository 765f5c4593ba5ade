/**
 * DETR: a convolutional backbone, a Transformer over its map, and a hundred learned queries that ask it for objects.
 *
 * Carion et al. 2020, https://arxiv.org/abs/2005.12872
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import { differing } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { type ResNetSizes, resnetTrunk } from './resnet'
import { chain, design, group, module, Sketch } from './sketch'

export interface DetrSizes {
  readonly backbone: ResNetSizes
  readonly transformer?: DetrTransformerSizes
  /** With the class "no object". */
  readonly classes?: number
  readonly size?: number
}

export interface DetrTransformerSizes {
  readonly dim: number
  readonly heads: number
  readonly encoderDepth: number
  readonly decoderDepth: number
  readonly mlpRatio: number
  readonly queries: number
  /** Norms come before attention and MLP instead of after the sum. */
  readonly preNorm?: boolean
}

const usual: DetrTransformerSizes = {
  dim: 256,
  heads: 8,
  encoderDepth: 6,
  decoderDepth: 6,
  mlpRatio: 8,
  queries: 100,
}

/** Classes and boxes of every query lie side by side in the output: [queries, classes + 4]. */
export function detr(name: string, sizes: DetrSizes): Document {
  const { backbone, transformer = usual, classes = 92, size = 800 } = sizes
  const sketch = new Sketch()
  const map = sketch.chain(
    IN,
    group({ id: 'backbone', key: 'backbone.0.body', title: 'Backbone' }, 1, chain(...frozenTrunk(backbone))),
    module('input_proj', 'convolution', { dim: transformer.dim, kernelSize: 1 }),
  )
  const nodes = detrTransformer(transformer, { prefix: 'transformer.', queries: '/query_embed' })
  const answers = sketch.chain(map, ...nodes)
  const last = (id: string) =>
    module(id, 'firstTokens', { tokens: transformer.queries, from: -transformer.queries })
  const logits = sketch.chain(answers, module('class_embed', 'linear', { dim: classes }), last('logits'))
  const boxes = sketch.chain(
    answers,
    group({ id: 'bbox_embed', title: 'Boxes' }, 1, boxHead(transformer.dim)),
    module('sigmoid', 'sigmoid'),
    last('pred_boxes'),
  )
  return design(name, sketch.body(sketch.join(module('answers', 'concat'), logits, boxes)), size)
}

/** Norms are fixed everywhere, and the first layers are not trained. */
function frozenTrunk(backbone: ResNetSizes): DocumentNode[] {
  const nodes = resnetTrunk({ ...backbone, norm: { module: 'batchNorm', attrs: { fixed: true } } })
  return nodes.map((node) => (node.id === 'stem' || node.id === 'layer1' ? { ...node, frozen: true } : node))
}

const boxHead = (dim: number): GraphBody =>
  chain(
    module('layers.0', 'linear', { dim }),
    module('act0', 'relu'),
    module('layers.1', 'linear', { dim }),
    module('act1', 'relu'),
    module('layers.2', 'linear', { dim: 4 }),
  )

/**
 * From a map to the answers of every decoder layer, one after the other: [decoder layers × queries, dim].
 *
 * Inside the decoder the stream is [answers, places of the queries, what was answered before, picture].
 */
export function detrTransformer(
  sizes: DetrTransformerSizes,
  names: { readonly prefix: string; readonly queries: string },
): DocumentNode[] {
  const { encoderDepth, decoderDepth, queries } = sizes
  const norm = sizes.preNorm ? [module('norm', 'layerNorm', { eps })] : []
  const encoder = chain(group('layers.0', encoderDepth, encoderLayer(sizes)), ...norm)
  const decoder = group({ id: 'layers.0' }, decoderDepth, decoderLayer(sizes, `/${names.prefix}decoder.norm`))
  return [
    module('tokens', 'toTokens'),
    group({ id: 'encoder', key: `${names.prefix}encoder`, title: 'Encoder' }, 1, encoder),
    module(
      { id: 'query_embed', keys: { '': names.queries } },
      'objectQueries',
      differing({ queries }, { queries: 100 }),
    ),
    group({ id: 'decoder', key: `${names.prefix}decoder`, title: 'Decoder' }, 1, chain(decoder)),
    module('hs', 'firstTokens', { part: 'prefix', from: 2 * queries, tokens: null }),
  ]
}

const eps = 1e-5
const norm = (number: number) => module(`norm${number}`, 'layerNorm', { eps })
const attend = (id: string, { dim, heads }: DetrTransformerSizes) =>
  module(id, 'crossAttention', differing({ headDim: dim / heads }, { headDim: 32 }))
const mlp = ({ mlpRatio }: DetrTransformerSizes) =>
  module({ id: 'mlp', key: '', keys: { fc1: 'linear1', fc2: 'linear2' } }, 'mlp', {
    act: 'relu',
    ...(mlpRatio === 4 ? {} : { mlpRatio }),
  })

/** Positions are added to queries and keys in every layer, never to values. */
function encoderLayer(sizes: DetrTransformerSizes): GraphBody {
  const sketch = new Sketch()
  const mixed = half(sketch, sizes, 1, IN, (x) => {
    const placed = sketch.join(module('positions', 'positionEmbedding', { positions: 'share' }), x)
    return sketch.join(attend('self_attn', sizes), placed, placed, x)
  })
  return sketch.body(half(sketch, sizes, 2, mixed, (x) => sketch.join(mlp(sizes), x)))
}

function decoderLayer(sizes: DetrTransformerSizes, lastNorm: string): GraphBody {
  const sketch = new Sketch()
  const { queries } = sizes
  const take = (id: string, attrs: { from?: number; tokens: number | null; part: 'prefix' | 'picture' }) =>
    sketch.join(module(id, 'firstTokens', attrs), IN)
  const answers = take('answers', { part: 'prefix', tokens: queries })
  const places = take('places', { part: 'prefix', from: queries, tokens: queries })
  const before = take('before', { part: 'prefix', from: queries, tokens: null })
  const picture = take('picture', { part: 'picture', tokens: null })
  const at = (id: string, x: string) => sketch.join(module(id, 'add'), x, places)
  const asked = half(sketch, sizes, 1, answers, (x) => {
    const placed = at('at1', x)
    return sketch.join(attend('self_attn', sizes), placed, placed, x)
  })
  const seen = half(sketch, sizes, 2, asked, (x) => {
    const keys = sketch.join(module('positions', 'positionEmbedding', { positions: 'share' }), picture)
    return sketch.join(attend('multihead_attn', sizes), at('at2', x), keys, picture)
  })
  const answered = half(sketch, sizes, 3, seen, (x) => sketch.join(mlp(sizes), x))
  const kept = sketch.join(module({ id: 'norm', keys: { '': lastNorm } }, 'layerNorm', { eps }), answered)
  return sketch.body(sketch.join(module('stream', 'joinTokens'), answered, before, kept, picture))
}

/** x + F(x) and a norm, after the sum or before F. */
function half(
  sketch: Sketch,
  { preNorm }: DetrTransformerSizes,
  number: number,
  x: string,
  branch: (x: string) => string,
): string {
  const sum = (update: string) => sketch.join(module(`add${number}`, 'add'), x, update)
  if (preNorm) return sum(branch(sketch.join(norm(number), x)))
  return sketch.join(norm(number), sum(branch(x)))
}

const r50 = { block: 'bottleneck', depths: [3, 4, 6, 3] } as const
const r101 = { block: 'bottleneck', depths: [3, 4, 23, 3] } as const

export const detrs: readonly Preset[] = presetsOf(
  {
    family: 'detr',
    paper: {
      title: 'End-to-End Object Detection with Transformers',
      authors: 'Carion et al.',
      year: 2020,
      url: 'https://arxiv.org/abs/2005.12872',
    },
    preprocessing: imagenetPixels(1),
  },
  detr,
  [
    [
      'detr_r50',
      'DETR',
      { backbone: r50 },
      'Finds objects without anchors: a hundred learned queries ask a Transformer over ResNet-50’s map.',
    ],
    [
      'detr_r50_dc5',
      'DETR-DC5',
      { backbone: { ...r50, dilateLast: true } },
      'DETR whose last stage keeps its resolution, for small objects.',
    ],
    ['detr_r101', 'DETR-R101', { backbone: r101 }, 'DETR on ResNet-101.'],
    [
      'detr_r101_dc5',
      'DETR-DC5-R101',
      { backbone: { ...r101, dilateLast: true } },
      'DETR on ResNet-101 whose last stage keeps its resolution.',
    ],
  ],
)
