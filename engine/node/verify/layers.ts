/** Single layers of the papers' code, found by words of their call: those are Python that only a person can read. */
import type { DocumentNode } from '../../document/types'
import type { Shape, Value } from '../../graph/graph'
import { hashedAttention } from '../../modules/hashing'
import type { Keys, ModuleBuilder } from '../../nn/moduleBuilder'
import { selectiveScan } from '../../nn/selectiveScan'
import { fromWavelets, wavelets } from '../../nn/wavelet'
import { classifier, levelHead, naiveHead, pupHead } from '../../presets/setr'
import type { SlotValue } from '../../schema/schema'

/** A case of one layer without a picture around it. */
export interface GoldenLayer {
  /** Shape of its input in our order of axes. */
  readonly input: Shape
  /** The input's recorded order: channels before positions, or as ours. */
  readonly order: 'channelsFirst' | 'asIs'
  readonly build: (b: ModuleBuilder, x: Value) => Value
  /** Renames of the weights' paths. */
  readonly keys?: Keys
  /** State_dict prefixes of further outputs that the reference recorded. */
  readonly outputs?: { readonly [name: string]: string }
}

/** Where `says` is part of the call; `shape` is the recorded input's. */
interface NamedLayer {
  readonly says: string
  readonly layer: (shape: Shape) => GoldenLayer
}

/** The layer of a call; null when it is no single layer that we know. */
export const goldenLayer = (call: string, shape: Shape): GoldenLayer | null =>
  layers.find(({ says }) => call.includes(says))?.layer(shape) ?? null

/** The four forms of likeness; the reference's layer adds its input. */
const nonLocals: readonly NamedLayer[] = (
  [
    ['embedded_gaussian', true, {}],
    ['embedded_gaussian', false, { pooled: false }],
    ['gaussian', true, { form: 'gaussian' }],
    ['dot_product', true, { form: 'dot' }],
    ['concatenation', true, { form: 'concat' }],
  ] as const
).map(([file, pooled, attrs]) => ({
  says: `sub_sample=${pooled ? 'True' : 'False'},bn_layer=True) of lib/non_local_${file}.py`,
  layer: (shape) => {
    const layer = oneModule({ module: 'nonLocal', attrs }, shape)
    return { ...layer, build: (b, x) => b.add(x, layer.build(b, x)) }
  },
}))

/** Modules one after the other, with their names in the reference, and what it does in place to the result of one. */
type Steps = readonly (readonly [name: string, slot: SlotValue, inPlace?: string])[]

const conv1x1 = (dim: number, stride = 1): SlotValue => ({
  module: 'convolution',
  attrs: { dim, kernelSize: 1, stride, bias: false },
})

/** Bottlenecks whose middle is attention: ReLU(shortcut + branch). */
const bottlenecks: readonly NamedLayer[] = [
  {
    says: 'SelfAttentionBottleneck(32,16,stride=2,downsample=1x1 conv s2 + BN,groups=1)',
    layer: bottleneck(
      [
        ['conv1', conv1x1(16)],
        ['bn1', 'batchNorm'],
        ['relu1', 'relu'],
        ['conv2', { module: 'standAloneAttention', attrs: { heads: 1 } }],
        ['avg_pool', 'averagePool'],
        ['bn2', 'batchNorm'],
        ['relu2', 'relu'],
        ['conv3', conv1x1(64)],
        ['bn3', 'batchNorm'],
      ],
      [
        ['downsample.0', conv1x1(64, 2)],
        ['downsample.1', 'batchNorm'],
      ],
    ),
  },
  {
    says: 'Bottleneck(32,16,stride=2)',
    layer: bottleneck(
      [
        ['conv1.0', conv1x1(16)],
        ['conv1.1', 'batchNorm'],
        ['conv1.2', 'relu'],
        ['conv2.0', { module: 'standAloneAttention', attrs: { heads: 8, scores: 'channel' } }],
        ['conv2.1', 'batchNorm'],
        ['conv2.2', 'relu'],
        ['conv3.0', conv1x1(64)],
        ['conv3.1', 'batchNorm'],
        ['pool', 'averagePool'],
      ],
      [
        ['shortcut.0', conv1x1(64, 2)],
        ['shortcut.1', 'batchNorm'],
      ],
      Object.fromEntries(
        ['query', 'key', 'value'].map((name) => [`conv2.0.weight_${name}`, `conv2.0.${name}_conv`]),
      ),
    ),
  },
  ...[1, 2].map((stride) => ({
    says: `AxialBlock(32,32,stride=${stride},downsample=1x1 conv + BN,groups=4,kernel_size=8)`,
    layer: bottleneck(
      [
        ['conv_down', conv1x1(32)],
        ['bn1', 'batchNorm'],
        ['relu1', 'relu'],
        ['hight_block', { module: 'positionSensitive', attrs: { heads: 4 } }],
        ['width_block', { module: 'positionSensitive', attrs: { heads: 4, axis: 'width', stride } }, 'relu'],
        ['conv_up', conv1x1(64)],
        ['bn2', 'batchNorm'],
      ],
      [
        ['downsample.0', conv1x1(64, stride)],
        ['downsample.1', 'batchNorm'],
      ],
      { 'width_block.inner': 'width_block' },
    ),
  })),
]

function bottleneck(branch: Steps, shortcut: Steps, keys: Keys = {}): NamedLayer['layer'] {
  const chain = (b: ModuleBuilder, x: Value, steps: Steps) =>
    steps.reduce(
      (y, [name, slot, inPlace]) =>
        inPlace
          ? b.part(name, () => b.module(inPlace, 'act', b.module(slot, 'inner', y)))
          : b.module(slot, name, y),
      x,
    )
  return ([n = 1, c = 1, height = 1, width = 1]) => ({
    input: [n, height, width, c],
    order: 'channelsFirst',
    keys,
    build: (b, x) => b.relu(b.add(chain(b, x, shortcut), chain(b, x, branch))),
  })
}

const axis = (name: string, index: number): Keys => ({
  [name]: `axial_attentions.${index}.fn`,
  [`${name}.q`]: `axial_attentions.${index}.fn.to_q`,
  [`${name}.kv`]: `axial_attentions.${index}.fn.to_kv`,
  [`${name}.proj`]: `axial_attentions.${index}.fn.to_out`,
})

const layers: readonly NamedLayer[] = [
  {
    says: 'AttentionLayer(LinearAttention(8), d_model=32, n_heads=4)',
    layer: (shape) => oneModule({ module: 'linearAttention', attrs: { heads: 4 } }, shape, projections),
  },
  {
    says: 'AttentionLayer(LinearAttention(8, feature_map=Favor.factory(n_dims=16',
    layer: (shape) =>
      oneModule({ module: 'linearAttention', attrs: { heads: 4, features: 'favor' } }, shape, {
        ...projections,
        omega: 'inner_attention.feature_map.omega',
      }),
  },
  {
    says: 'SelfAttentionConv2d(16,16,kernel_size=7,padding=3,groups=1,bias=True)',
    layer: (shape) => oneModule({ module: 'standAloneAttention', attrs: { heads: 1, bias: true } }, shape),
  },
  ...(['sequence', 'sum'] as const).map((combine) => ({
    says: `AxialAttention(dim=32,heads=4,dim_index=1,num_dimensions=2,sum_axial_out=${combine === 'sum' ? 'True' : 'False'})`,
    layer: (shape: Shape) =>
      oneModule({ module: 'axialAttention', attrs: { heads: 4, combine } }, shape, {
        ...axis('height', 0),
        ...axis('width', 1),
      }),
  })),
  {
    says: 'EcoformerFastAttention(num_heads=2,dim_heads=8)',
    layer: (shape) => ({
      input: shape,
      order: 'asIs',
      build(b, x) {
        const v = b.weight('input_v', shape, { init: { a: 0, b: 1 }, role: 'buffer' })
        const tokensFirst = (y: Value) => b.transpose(y, [0, 2, 1, 3])
        return hashedAttention(b, tokensFirst(x), tokensFirst(v), { bits: 16, anchors: 20 })
      },
    }),
  },
  ...nonLocals,
  ...bottlenecks,
  {
    says: 'S4D(d_model=16,d_state=8)',
    layer: (shape) => ({
      input: shape,
      order: 'asIs',
      keys: { layer: '' },
      build: (b, x) =>
        b.transpose(
          b.module({ module: 's4d', attrs: { stateSize: 8 } }, 'layer', b.transpose(x, [0, 2, 1])),
          [0, 2, 1],
        ),
    }),
  },
  {
    says: 'AFNO2D(hidden_size=32,num_blocks=4)',
    layer: (shape) => ({
      input: shape,
      order: 'asIs',
      keys: { layer: '' },
      build: (b, x) => {
        const map = b.reshape(x, [1, 7, 7, 32])
        return b.reshape(b.module({ module: 'fourierOperator', attrs: { blocks: 4 } }, 'layer', map), shape)
      },
    }),
  },
  {
    says: 'SS2D(d_model=24,d_state=4',
    layer: (shape) => ({
      input: shape,
      order: 'asIs',
      keys: { layer: '' },
      build: (b, x) => b.module({ module: 'selectiveScan', attrs: { stateSize: 4 } }, 'layer', x),
    }),
  },
  { says: 'selective_scan_ref(u,delta', layer: (shape) => ({ input: shape, order: 'asIs', build: scanned }) },
  {
    says: 'DTCWTForward(J=1',
    layer: ([n = 1, c = 1, height = 1, width = 1]) => ({
      input: [n, height, width, c],
      order: 'channelsFirst',
      build: halvedWavelets,
      outputs: { yh: 'yh', inverse: 'inverse' },
    }),
  },
  {
    says: 'FNet(dim=32,depth=2,mlp_dim=64)',
    layer: (shape) => ({
      input: shape,
      order: 'asIs',
      keys: renamed(2, (block) => [
        [`layers.${block}.1.fn.fc1`, `layers.${block}.1.fn.net.0`],
        [`layers.${block}.1.fn.fc2`, `layers.${block}.1.fn.net.3`],
      ]),
      build: (b, x) => repeated(2, x, (x, block) => preNormFourier(b, x, `layers.${block}`)),
    }),
  },
  {
    says: 'Sequential(FNetLayer, FNetLayer)',
    layer: (shape) => ({
      input: shape,
      order: 'asIs',
      keys: renamed(2, (block) => [
        [`${block}.mlp.fc1`, `${block}.intermediate.dense`],
        [`${block}.mlp.fc2`, `${block}.output.dense`],
      ]),
      build: (b, x) => repeated(2, x, (x, block) => b.part(`${block}`, () => postNormFourier(b, x))),
    }),
  },
  { says: "{'num_conv': 2, 'num_upsampe_layer': 1", layer: () => behindClassToken(naiveHead(5)) },
  { says: "{'num_conv': 4, 'num_upsampe_layer': 4", layer: () => behindClassToken(pupHead(5)) },
  { says: 'VIT_MLAHead', layer: () => fourLevels },
]

/** The scan alone, with all that it reads as weights; channels before tokens. */
function scanned(b: ModuleBuilder, x: Value): Value {
  const [n = 1, c = 1, t = 1] = x.shape
  const weight = (name: string, shape: Shape) => b.weight(name, shape, { init: 'one', role: 'buffer' })
  const states = 4
  const perToken = (name: string) =>
    b.transpose(b.reshape(weight(name, [n, 1, states, t]), [n, states, t]), [0, 2, 1])
  const y = selectiveScan(b, {
    u: b.transpose(x, [0, 2, 1]),
    delta: b.add(b.transpose(weight('delta', [n, c, t]), [0, 2, 1]), weight('delta_bias', [c])),
    a: b.neg(b.exp(weight('A_log', [c, states]))),
    writes: perToken('B'),
    reads: perToken('C'),
    skip: weight('D', [c]),
  })
  return b.transpose(y, [0, 2, 1])
}

/** Wavelets of the input, and what comes back from half of the coarse part and twice the edges. */
function halvedWavelets(b: ModuleBuilder, x: Value): Value {
  const { low, bands } = wavelets(b, x)
  b.part('yh', () => b.transpose(bands, [2, 5, 1, 3, 4, 0]))
  b.part('inverse', () => fromWavelets(b, { low: b.mul(low, 0.5), bands: b.mul(bands, 2) }))
  return low
}

/** x ← x + F(LN x); x ← x + MLP(LN x), as a third party wrote FNet. */
function preNormFourier(b: ModuleBuilder, x: Value, name: string): Value {
  const half = (part: string, x: Value, fn: SlotValue) =>
    b.part(`${name}.${part}`, () => b.module(fn, 'fn', b.module(norm(1e-5), 'norm', x)))
  const mixed = b.add(x, half('0', x, 'fourierMixing'))
  return b.add(mixed, half('1', mixed, { module: 'mlp', attrs: { mlpRatio: 2 } }))
}

/** x ← LN(x + F(x)); x ← LN(x + MLP(x)), as FNet's paper has it. */
function postNormFourier(b: ModuleBuilder, x: Value): Value {
  const mixed = b.part('fourier', () =>
    b.module(norm(1e-12), 'output.LayerNorm', b.add(x, b.module('fourierMixing', 'self', x))),
  )
  const mlp = { module: 'mlp', attrs: { mlpRatio: 2, act: 'geluTanh' } }
  return b.module(norm(1e-12), 'output.LayerNorm', b.add(mixed, b.module(mlp, 'mlp', mixed)))
}

const norm = (eps: number): SlotValue => ({ module: 'layerNorm', attrs: { eps } })

const repeated = (count: number, x: Value, block: (x: Value, index: number) => Value): Value =>
  Array.from({ length: count }, (_, index) => index).reduce(block, x)

/** Renames of one block for each of several. */
const renamed = (count: number, block: (index: number) => readonly (readonly [string, string])[]): Keys =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => block(index)).flat())

/** The nodes of a preset, one after the other. */
const along = (b: ModuleBuilder, x: Value, nodes: readonly DocumentNode[], prefix = ''): Value =>
  nodes.reduce(
    (y, node) =>
      node.type === 'module'
        ? b.module({ module: node.module, attrs: node.attrs }, `${prefix}${node.id}`, y)
        : y,
    x,
  )

/** Tokens of a 6 × 6 grid behind a class token. */
const behindClassToken = (nodes: readonly DocumentNode[]): GoldenLayer => ({
  input: [1, 37, 32],
  order: 'asIs',
  build: (b, x) => {
    const patches = b.slice(x, { start: [0, 1, 0], size: [1, 36, 32] })
    return along(b, b.reshape(b.reshape(patches, [1, 6, 6, 32]), [1, 36, 32]), nodes)
  },
})

/** Four levels made of one: x, x/2, −x, x + 1. */
const fourLevels: GoldenLayer = {
  input: [1, 6, 6, 16],
  order: 'channelsFirst',
  build: (b, x) => {
    const levels = [x, b.mul(x, 0.5), b.neg(x), b.add(x, 1)]
    const heads = b.part('mlahead', () =>
      b.concat(
        levels.map((level, index) => along(b, level, levelHead(`head${index + 2}`, 8))),
        3,
      ),
    )
    return along(b, heads, classifier(5, 2))
  },
}

const projections: Keys = {
  q: 'query_projection',
  k: 'key_projection',
  v: 'value_projection',
  proj: 'out_projection',
}

/** A module of ours as it is, on a map or on tokens; `keys` are its names in the reference. */
function oneModule(slot: SlotValue, shape: Shape, keys: Keys = {}): GoldenLayer {
  const [n = 1, c = 1, height = 1, width = 1] = shape
  const isMap = shape.length === 4
  return {
    input: isMap ? [n, height, width, c] : shape,
    order: isMap ? 'channelsFirst' : 'asIs',
    keys: Object.fromEntries([
      ['layer', ''],
      ...Object.entries(keys).map(([ours, theirs]) => [`layer.${ours}`, theirs]),
    ]),
    build: (b, x) => b.module(slot, 'layer', x),
  }
}
