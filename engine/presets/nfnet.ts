/**
 * NFNet: residual networks without norms. Weights are standardised and scaled, and fixed factors keep the variance that
 * grows from block to block in hand.
 *
 * Brock et al. 2021, https://arxiv.org/abs/2101.08692 and https://arxiv.org/abs/2102.06171
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import { divisible } from '../modules/rounding'
import type { Attributes, SlotValue } from '../schema/schema'
import { slotAttributes, slotModule } from '../schema/schema'
import { imagenetPixels, type Preset, type PresetRow, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

interface NfNetSizes {
  readonly depths: readonly number[]
  readonly channels?: readonly number[]
  /** Four convolutions, a pooled one of 7×7, or one of 3×3. */
  readonly stem: 'quad' | '7x7' | '3x3'
  readonly stemWidth?: number
  readonly groupWidth?: number
  readonly ratio: number
  readonly act: 'gelu' | 'silu' | 'relu'
  readonly gate?: SlotValue
  /** A second middle convolution. */
  readonly twice?: boolean
  /** Inner widths follow from the input, and gates come before the last convolution (NF-RegNet). */
  readonly reg?: boolean
  readonly width?: number
  /** Channels of a last 1×1 convolution. */
  readonly features?: number
  /** DeepMind’s own: factors follow activations, TensorFlow’s alignment, and branches begin with a learned 0. */
  readonly original?: boolean
  readonly classes?: number
  readonly size?: number
}

/** What an activation takes from the standard deviation of a normal input. */
const gammas = { gelu: 1.7015043497085571, silu: 1.7881293296813965, relu: 1.7139588594436646 }
const alpha = 0.2

function nfnet(name: string, sizes: NfNetSizes): Document {
  const {
    depths,
    channels = [256, 512, 1536, 1536],
    width = 1,
    features = 0,
    classes = 1000,
    size = 224,
  } = sizes
  let from = divisible((sizes.stemWidth ?? channels[0] ?? 64) * width)
  let variance = 1
  const first = group({ id: 'stem', title: 'Stem' }, 1, chain(...stem(sizes, from)))
  const stages = depths.map((depth, stage) => {
    const to = divisible((channels[stage] ?? 64) * width)
    const blocks = Array.from({ length: depth }, (_, at) => {
      const strides = at === 0 && (stage > 0 || sizes.stem === '3x3')
      const ratio = sizes.reg && stage === 0 && at === 0 ? 1 : sizes.ratio
      const body = block(sizes, { from, to, stride: strides ? 2 : 1, ratio, beta: variance ** -0.5 })
      variance = (at === 0 ? 1 : variance) + alpha ** 2
      from = to
      return group(`${at}`, 1, body)
    })
    return group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, chain(...blocks))
  })
  const last =
    features > 0
      ? [convolution('final_conv', sizes, { dim: divisible(features * width), kernelSize: 1 })]
      : []
  const head = module('head', 'poolHead', { ...(classes === 1000 ? {} : { classes }), norm: 'noNorm' })
  return design(name, chain(first, ...stages, ...last, ...activation('final_act', sizes), head), size)
}

function stem(sizes: NfNetSizes, width: number): DocumentNode[] {
  if (sizes.stem === '3x3') return [convolution('conv', sizes, { dim: width, stride: 2 })]
  if (sizes.stem === '7x7') {
    const conv = convolution('conv', sizes, { dim: width, kernelSize: 7, stride: 2 })
    return [conv, module('pool', 'maxPool', { kernelSize: 3 })]
  }
  const strides = [2, 1, 1, 2]
  return strides.flatMap((stride, index) => [
    ...(index > 0 ? activation(`act${index + 1}`, sizes) : []),
    convolution(`conv${index + 1}`, sizes, {
      dim: width / 2 ** (3 - index),
      ...(stride === 1 ? {} : { stride }),
    }),
  ])
}

interface Block {
  readonly from: number
  readonly to: number
  readonly stride: number
  readonly ratio: number
  /** Brings the variance of its input back to 1. */
  readonly beta: number
}

function block(sizes: NfNetSizes, { from, to, stride, ratio, beta }: Block): GraphBody {
  const { groupWidth = 0, reg = false, twice = false, gate, original = false } = sizes
  const rounded = divisible((reg ? from : to) * ratio)
  const groups = groupWidth === 0 ? 1 : Math.floor(rounded / groupWidth)
  const inner = groupWidth > 0 && groupWidth % 8 === 0 ? groupWidth * groups : rounded
  const grouped: Attributes = groups === 1 ? {} : { groups }
  const gated = (id: string): DocumentNode[] =>
    gate === undefined ? [] : [module(id, slotModule(gate), slotAttributes(gate)), times(`${id}_gain`, 2)]
  const sketch = new Sketch()
  const begun = sketch.chain(IN, ...activation('act1', sizes), ...(beta === 1 ? [] : [times('beta', beta)]))
  const branch = [
    convolution('conv1', sizes, { dim: inner, kernelSize: 1 }),
    ...activation('act2', sizes),
    convolution('conv2', sizes, { ...(stride === 1 ? {} : { stride }), ...grouped }),
    ...(twice ? [...activation('act2b', sizes), convolution('conv2b', sizes, grouped)] : []),
    ...(reg ? gated('attn') : []),
    ...activation('act3', sizes),
    convolution('conv3', sizes, { dim: to, kernelSize: 1 }),
    ...(reg ? [] : gated('attn_last')),
    ...(original
      ? [module({ id: 'skipinit', key: '', keys: { gain: 'skipinit_gain' } }, 'factor', { learned: true })]
      : []),
    times('alpha', alpha),
  ]
  const pool = stride === 1 ? [] : [module('downsample.pool', 'averagePool', { ceil: true })]
  const shortcut =
    from === to && stride === 1
      ? IN
      : sketch.chain(begun, ...pool, convolution('downsample.conv', sizes, { dim: to, kernelSize: 1 }))
  return sketch.body(sketch.join(module('add', 'add'), shortcut, sketch.chain(begun, ...branch)))
}

function convolution(id: string, { act, original = false }: NfNetSizes, attrs: Attributes): DocumentNode {
  return module(id, 'convolution', {
    ...attrs,
    ...(original && attrs.stride ? { alignment: 'tensorflow' } : {}),
    standardize: true,
    weightEps: 1e-5,
    gain: true,
    ...(original ? {} : { gamma: gammas[act] }),
  })
}

const activation = (id: string, { act, original = false }: NfNetSizes): DocumentNode[] => [
  module(id, act),
  ...(original ? [times(`${id}_gamma`, gammas[act])] : []),
]
const times = (id: string, value: number) => module(id, 'factor', { value })

// --- the models --------------------------------------------------------------------------------------------------

const paper = {
  title: 'High-Performance Large-Scale Image Recognition Without Normalization',
  authors: 'Brock et al.',
  year: 2021,
  url: 'https://arxiv.org/abs/2102.06171',
}
const common = { family: 'nfnet', paper, preprocessing: imagenetPixels(0.9) }
const halved: SlotValue = { module: 'squeezeExcite', attrs: { ratio: 0.5 } }
const depthsOf = (factor: number) => [1, 2, 6, 3].map((depth) => depth * factor)
const sides = [192, 224, 256, 320, 384, 416, 448, 480]
const big = {
  stem: 'quad',
  stemWidth: 128,
  groupWidth: 128,
  ratio: 0.5,
  act: 'gelu',
  gate: halved,
  twice: true,
  features: 3072,
} as const
const fs = presetsOf(
  common,
  nfnet,
  [true, false].flatMap((original) =>
    (original ? sides.slice(0, 7) : sides).map(
      (size, index): PresetRow<NfNetSizes> => [
        `${original ? 'dm_' : ''}nfnet_f${index}`,
        `NFNet-F${index}${original ? '' : ' (timm)'}`,
        { ...big, depths: depthsOf(index + 1), size, ...(original ? { original } : {}) },
        'Grouped bottlenecks with gates, standardised weights and no norms at all.',
      ],
    ),
  ),
)

const light = { ...big, groupWidth: 64, ratio: 0.25, act: 'silu' } as const
const quarter: SlotValue = { module: 'squeezeExcite', attrs: { ratio: 0.25 } }
const ls = presetsOf(common, nfnet, [
  [
    'nfnet_l0',
    'NFNet-L0',
    { ...light, depths: depthsOf(1), gate: quarter, features: 2304 },
    'A lighter NFNet with SiLU.',
  ],
  ...[0, 1, 2, 3].map(
    (index): PresetRow<NfNetSizes> => [
      `eca_nfnet_l${index}`,
      `ECA-NFNet-L${index}`,
      {
        ...light,
        depths: depthsOf(index + 1),
        gate: 'channelConvolution',
        ...(index === 0 ? { features: 2304 } : {}),
        size: [224, 256, 320, 352][index] ?? 224,
      },
      'A lighter NFNet with gates of a few weights each.',
    ],
  ),
  [
    'test_nfnet',
    'Test NFNet',
    {
      ...light,
      depths: [1, 1, 1, 1],
      channels: [32, 64, 96, 128],
      groupWidth: 8,
      gate: quarter,
      features: 192,
      size: 160,
    },
    'Small enough for a test.',
  ],
])

const regnets = presetsOf(
  common,
  nfnet,
  (
    [
      ['b0', [1, 3, 6, 6], [48, 104, 208, 440], 192],
      ['b1', [2, 4, 7, 7], [48, 104, 208, 440], 256],
      ['b2', [2, 4, 8, 8], [56, 112, 232, 488], 240],
      ['b3', [2, 5, 9, 9], [56, 128, 248, 528], 288],
      ['b4', [2, 6, 11, 11], [64, 144, 288, 616], 320],
      ['b5', [3, 7, 14, 14], [80, 168, 336, 704], 384],
    ] as const
  ).map(
    ([name, depths, channels, size]): PresetRow<NfNetSizes> => [
      `nf_regnet_${name}`,
      `NF-RegNet-${name.toUpperCase()}`,
      {
        depths,
        channels,
        ...{ stem: '3x3', groupWidth: 8, width: 0.75, ratio: 2.25, reg: true, act: 'silu', gate: halved },
        features: Math.floor((1280 * channels[3]) / 440),
        size,
      },
      'Inverted residuals with grouped convolutions and gates, without norms.',
    ],
  ),
)

const gatesOf: readonly (readonly [string, string, SlotValue | undefined])[] = [
  ['', '', undefined],
  ['se', 'SE-', 'squeezeExcite'],
  ['eca', 'ECA-', 'channelConvolution'],
]
const resnets = presetsOf(
  {
    ...common,
    paper: {
      title: 'Characterizing signal propagation to close the performance gap in unnormalized ResNets',
      authors: 'Brock et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2101.08692',
    },
  },
  nfnet,
  gatesOf.flatMap(([prefix, title, gate]) =>
    (
      [
        [26, [2, 2, 2, 2]],
        [50, [3, 4, 6, 3]],
        [101, [3, 4, 23, 3]],
      ] as const
    ).map(
      ([layers, depths]): PresetRow<NfNetSizes> => [
        `nf_${prefix}resnet${layers}`,
        `NF-${title}ResNet-${layers}`,
        {
          depths,
          channels: [256, 512, 1024, 2048],
          ...{ stem: '7x7', stemWidth: 64, ratio: 0.25, act: 'relu' },
          ...(gate === undefined ? {} : { gate }),
          size: prefix === '' && layers === 50 ? 256 : 224,
        },
        'ResNet with standardised, scaled weights in the place of norms.',
      ],
    ),
  ),
)

export const nfnets: readonly Preset[] = [...fs, ...ls, ...regnets, ...resnets]
