/** The models of byobnet.ts, a row each. */
import type { Attributes } from '../schema/schema'
import { type ByobBlock, type ByobSizes, byobnet, type Mixer } from './byobnet'
import { clipValues } from './preprocessing'
import {
  imagenetPixels,
  type Preprocessing,
  type Preset,
  type PresetRow,
  presetsOf,
  symmetricPixels,
} from './preset'

const papersOf = {
  bot: {
    title: 'Bottleneck Transformers for Visual Recognition',
    authors: 'Srinivas et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2101.11605',
  },
  halo: {
    title: 'Scaling Local Self-Attention for Parameter Efficient Visual Backbones',
    authors: 'Vaswani et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2103.12731',
  },
  lambda: {
    title: 'LambdaNetworks: Modeling Long-Range Interactions Without Attention',
    authors: 'Bello',
    year: 2021,
    url: 'https://arxiv.org/abs/2102.08602',
  },
  rep: {
    title: 'RepVGG: Making VGG-style ConvNets Great Again',
    authors: 'Ding et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2101.03697',
  },
  one: {
    title: 'MobileOne: An Improved One millisecond Mobile Backbone',
    authors: 'Vasu et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2206.04040',
  },
  ge: {
    title: 'Neural Architecture Design for GPU-Efficient Networks',
    authors: 'Lin et al.',
    year: 2020,
    url: 'https://arxiv.org/abs/2006.14090',
  },
  resnext: {
    title: 'Aggregated Residual Transformations for Deep Neural Networks',
    authors: 'Xie et al.',
    year: 2016,
    url: 'https://arxiv.org/abs/1611.05431',
  },
  fast: {
    title: 'Fast and Accurate Model Scaling',
    authors: 'Dollár et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2103.06877',
  },
  clip: {
    title: 'Learning Transferable Visual Models From Natural Language Supervision',
    authors: 'Radford et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2103.00020',
  },
}
const common = { family: 'byobnet', preprocessing: imagenetPixels(0.95) }
const of = (paper: keyof typeof papersOf) => ({ ...common, paper: papersOf[paper] })

type Kind = ByobBlock['kind']
type More = Partial<Omit<ByobBlock, 'kind' | 'repeat' | 'width' | 'stride'>>

/** `repeat` blocks of one kind. */
const stage = (kind: Kind, repeat: number, width: number, stride: number, more: More = {}): ByobBlock[] => [
  { kind, repeat, width, stride, ...more },
]

/** `repeat` bottlenecks, of which those at `places` (else every second one) mix by attention. */
function mixed(
  repeat: number,
  width: number,
  more: More,
  places: readonly number[] = Array.from({ length: repeat }, (_, index) => index).filter((i) => i % 2 === 1),
): ByobBlock[] {
  return Array.from({ length: repeat }, (_, index) => {
    const { mixer, ...plain } = more
    return places.includes(index)
      ? { kind: 'mixer', width, stride: 2, ...more }
      : { kind: 'bottle', width, stride: 2, ...plain }
  })
}

const bot = (attrs: Attributes = {}): Mixer => ({
  module: 'bottleneckAttention',
  attrs: { heads: 4, ...attrs },
})
const halo = (haloSize: number, attrs: Attributes = {}): Mixer => ({
  module: 'haloAttention',
  attrs: { heads: 8, ...(haloSize === 3 ? {} : { haloSize }), ...attrs },
})
const lambda = (radius: number | null): Mixer => ({
  module: 'lambdaLayer',
  attrs: radius === 9 ? {} : { radius },
})

const quarter = { ratio: 0.25 }
const tiered = { stem: 'tiered', stemWidth: 64 } as const
const pooled = { ...tiered, stemPool: 'max' } as const
const eca = { gate: 'channelConvolution' } as const
const se = { gate: 'squeezeExcite' } as const
const gc = { gate: { module: 'globalContext', attrs: { fusion: 'add' } } } as const
const silu = { act: 'silu', size: 256 } as const

// --- attention in the middle -------------------------------------------------------------------------------------

/** Two blocks per stage; attention in the last three. */
const n26 = (mixer: Mixer, more: More = quarter) => [
  stage('bottle', 2, 256, 1, more),
  stage('bottle', 2, 512, 2, more),
  mixed(2, 1024, { ...more, mixer }),
  stage('mixer', 2, 2048, 2, { ...more, mixer }),
]
const n33 = (mixer: Mixer) => [
  stage('bottle', 2, 256, 1, quarter),
  mixed(3, 512, { ...quarter, mixer }, [2]),
  mixed(3, 1024, { ...quarter, mixer }, [2]),
  stage('mixer', 2, 1536, 2, { ratio: 0.333, mixer }),
]
/** ResNet-50's stages; the mixers of stages 2 to 4, and where they stand in the second. */
const n50 = (second: Mixer, third: Mixer, fourth: Mixer, places?: readonly number[]) => [
  stage('bottle', 3, 256, 1, quarter),
  mixed(4, 512, { ...quarter, mixer: second }, places),
  mixed(6, 1024, { ...quarter, mixer: third }),
  mixed(3, 2048, { ...quarter, mixer: fourth }),
]
const last = [3]
const grouped16 = { ratio: 0.25, groupWidth: 16 }

const bots = presetsOf(of('bot'), byobnet, [
  [
    'botnet26t_256',
    'BoTNet-26-T',
    { stages: n26(bot()), ...pooled, size: 256 },
    'ResNet-26 whose last three blocks attend to the whole map, with relative positions.',
  ],
  [
    'botnet50ts_256',
    'BoTNet-50-TS',
    { stages: n50(bot(), bot(), bot(), last), ...pooled, ...silu },
    'ResNet-50 in which every second block of the later stages attends to the whole map.',
  ],
  [
    'sebotnet33ts_256',
    'SE-BoTNet-33-TS',
    { stages: n33(bot()), ...tiered, ...silu, ...se, features: 1280 },
    'Thirteen bottlenecks with gates, four of which attend to the whole map.',
  ],
  [
    'eca_botnext26ts_256',
    'ECA-BoTNeXt-26-TS',
    { stages: n26(bot({ keyDim: 16 }), grouped16), ...pooled, ...silu, ...eca },
    'Grouped bottlenecks with small gates, three of which attend to the whole map.',
  ],
])

const halos = presetsOf(of('halo'), byobnet, [
  [
    'halonet_h1',
    'HaloNet-H1',
    {
      stages: [
        stage('mixer', 3, 64, 1, { mixer: halo(3) }),
        stage('mixer', 3, 128, 2, { mixer: halo(3) }),
        stage('mixer', 10, 256, 2, { mixer: halo(3) }),
        stage('mixer', 3, 512, 2, { mixer: halo(3) }),
      ],
      stem: '7x7',
      stemWidth: 64,
      stemPool: 'max',
      size: 256,
    },
    'Halo attention in every block and no convolution between stem and head.',
  ],
  [
    'halonet26t',
    'HaloNet-26-T',
    { stages: n26(halo(2)), ...pooled, size: 256 },
    'ResNet-26 whose last three blocks attend to blocks of the map with a halo around them.',
  ],
  [
    'sehalonet33ts',
    'SE-HaloNet-33-TS',
    { stages: n33(halo(3)), ...tiered, ...silu, ...se, features: 1280 },
    'Thirteen bottlenecks with gates, four of which attend to blocks with a halo.',
  ],
  [
    'halonet50ts',
    'HaloNet-50-TS',
    { stages: n50(halo(3, { heads: 4 }), halo(3), halo(3), last), ...pooled, ...silu },
    'ResNet-50 in which every second block of the later stages attends to blocks with a halo.',
  ],
  [
    'eca_halonext26ts',
    'ECA-HaloNeXt-26-TS',
    { stages: n26(halo(2, { keyDim: 16 }), grouped16), ...pooled, ...silu, ...eca },
    'Grouped bottlenecks with small gates, three of which attend to blocks with a halo.',
  ],
  [
    'halo2botnet50ts_256',
    'Halo2BoTNet-50-TS',
    { stages: n50(halo(3), halo(3), bot()), ...tiered, ...silu },
    'Halo attention in the middle stages, attention on the whole map in the last.',
  ],
  [
    'lamhalobotnet50ts_256',
    'LamHaloBoTNet-50-TS',
    { stages: n50(lambda(13), halo(3), bot()), ...tiered, ...silu },
    'Lambda layers, halo attention and whole attention, stage by stage.',
  ],
])

const lambdas = presetsOf(of('lambda'), byobnet, [
  [
    'lambda_resnet26t',
    'Lambda-ResNet-26-T',
    { stages: n26(lambda(9)), ...pooled, size: 256 },
    'ResNet-26 whose last three blocks apply a small matrix per position, made from its surroundings.',
  ],
  [
    'lambda_resnet50ts',
    'Lambda-ResNet-50-TS',
    { stages: n50(lambda(9), lambda(9), lambda(9), last), ...pooled, ...silu },
    'ResNet-50 with a lambda layer in every second block of the later stages.',
  ],
  [
    'lambda_resnet26rpt_256',
    'Lambda-ResNet-26-RPT',
    { stages: n26(lambda(null)), ...pooled, size: 256 },
    'Lambda layers whose positions are a table over the whole map.',
  ],
])

// --- convolutions only -------------------------------------------------------------------------------------------

/** Four stages of bottlenecks; the first does not stride. */
const bottles = (depths: readonly number[], widths: readonly number[], more: More = quarter) =>
  depths.map((depth, index) => stage('bottle', depth, widths[index] ?? 0, index === 0 ? 1 : 2, more))
const usual = [256, 512, 1024, 2048]
const grouped32 = { ratio: 0.25, groupWidth: 32 }
const next26 = { stages: bottles([2, 2, 2, 2], usual, grouped32), ...pooled, ...silu }
const net33 = { stages: bottles([2, 3, 3, 2], [256, 512, 1536, 1536]), ...tiered, ...silu }
const wide33 = { ...net33, features: 1280 }
const late = stage('bottle', 4, 1536, 2, { groupWidth: 1 })

const resnexts = presetsOf(of('resnext'), byobnet, [
  ['resnext26ts', 'ResNeXt-26-TS', next26, 'Eight grouped bottlenecks behind a tiered stem, with SiLU.'],
  ['seresnext26ts', 'SE-ResNeXt-26-TS', { ...next26, ...se }, 'ResNeXt-26-TS with squeeze and excitation.'],
  ['gcresnext26ts', 'GC-ResNeXt-26-TS', { ...next26, ...gc }, 'ResNeXt-26-TS with global context.'],
  [
    'eca_resnext26ts',
    'ECA-ResNeXt-26-TS',
    { ...next26, ...eca },
    'ResNeXt-26-TS with gates of a few weights each.',
  ],
  ['resnet32ts', 'ResNet-32-TS', net33, 'Ten bottlenecks behind a tiered stem, with SiLU.'],
  ['resnet33ts', 'ResNet-33-TS', wide33, 'ResNet-32-TS with one more layer before the classifier.'],
  ['seresnet33ts', 'SE-ResNet-33-TS', { ...wide33, ...se }, 'ResNet-33-TS with squeeze and excitation.'],
  ['gcresnet33ts', 'GC-ResNet-33-TS', { ...wide33, ...gc }, 'ResNet-33-TS with global context.'],
  ['eca_resnet33ts', 'ECA-ResNet-33-TS', { ...wide33, ...eca }, 'ResNet-33-TS with gates of a few weights.'],
  [
    'gcresnet50t',
    'GC-ResNet-50-T',
    { stages: bottles([3, 4, 6, 3], usual), ...tiered, ...gc, size: 256 },
    'ResNet-50-T with global context.',
  ],
  [
    'gcresnext50ts',
    'GC-ResNeXt-50-TS',
    { stages: bottles([3, 4, 6, 3], usual, grouped32), ...pooled, ...silu, ...gc },
    'ResNeXt-50-TS with global context.',
  ],
  [
    'resnet51q',
    'ResNet-51-Q',
    {
      stages: [...bottles([2, 4, 6], [256, 512, 1536], grouped32), late],
      stem: 'quad2',
      stemWidth: 128,
      features: 2048,
      ...silu,
    },
    'Grouped bottlenecks, then convolutions per channel, behind a stem of four convolutions.',
  ],
  [
    'resnet61q',
    'ResNet-61-Q',
    {
      stages: [
        stage('edge', 1, 256, 1),
        ...[512, 1536].map((width, index) => stage('bottle', 4 + 2 * index, width, 2, grouped32)),
        late,
      ].map((blocks) => blocks.map((block) => (block.kind === 'edge' ? block : { ...block, twice: true }))),
      stem: 'quad',
      stemWidth: 128,
      features: 2048,
      ...silu,
    },
    'ResNet-51-Q with two middle convolutions in its bottlenecks.',
  ],
  [
    'resnet50_mlp',
    'ResNet-50 (MLP head)',
    {
      stages: bottles([3, 4, 6, 3], usual),
      ...{ stem: 'clip', stemWidth: 64, stemPool: 'average', shortcut: 'average' },
      averageDown: true,
      head: 'mlp',
      size: 256,
    },
    'CLIP’s ResNet-50 with a classifier of two layers.',
  ],
  [
    'test_byobnet',
    'Test ByobNet',
    {
      stages: [
        stage('edge', 1, 32, 2, { ratio: 0.5 }),
        stage('dark', 1, 64, 2, { ratio: 0.5 }),
        stage('basic', 1, 128, 2, { ratio: 0.25, groupWidth: 32 }),
        stage('bottle', 1, 256, 2, { ratio: 0.25, groupWidth: 64 }),
      ],
      stemWidth: 24,
      shortcut: 'average',
      gate: { module: 'squeezeExcite', attrs: { ratio: 0.25 } },
      size: 160,
    },
    'One block of each kind, small enough for a test.',
  ],
])

const ge = (
  widths: readonly [number, number, number, number, number],
  depths: readonly [number, number, number, number],
) => [
  stage('basic', 1, widths[0], 2),
  stage('basic', depths[0], widths[1], 2),
  stage('bottle', depths[1], widths[2], 2, quarter),
  stage('bottle', depths[2], widths[3], 2, { ratio: 3, groupWidth: 1 }),
  stage('bottle', depths[3], widths[4], 1, { ratio: 3, groupWidth: 1 }),
]
const genets = presetsOf(of('ge'), byobnet, [
  [
    'gernet_s',
    'GENet-Small',
    { stages: ge([48, 48, 384, 560, 256], [3, 7, 2, 1]), stemWidth: 13, features: 1920 },
    'Plain blocks first, bottlenecks in the middle, inverted ones at the end: what each is fast at on a GPU.',
  ],
  [
    'gernet_m',
    'GENet-Normal',
    { stages: ge([128, 192, 640, 640, 640], [2, 6, 4, 1]), features: 2560 },
    'GENet with wider early stages.',
  ],
  [
    'gernet_l',
    'GENet-Large',
    { stages: ge([128, 192, 640, 640, 640], [2, 6, 5, 4]), features: 2560, size: 256 },
    'GENet with more inverted blocks.',
  ],
])

const z = (
  depths: readonly number[],
  widths: readonly number[],
  ratio: number,
  groupWidth: number,
  first: number,
): ByobSizes => ({
  stages: depths.map((depth, index) =>
    stage('bottle', depth, widths[index] ?? 0, index === 0 ? first : 2, { ratio, groupWidth }),
  ),
  ...regnetz,
})
const regnetz = {
  shortcut: 'none',
  act: 'silu',
  gate: { module: 'squeezeExcite', attrs: { ratio: 0.25 } },
  widen: true,
  linearOut: true,
} as const
const small = [48, 96, 192, 288]
const large = [64, 128, 256, 384]
const half = { preprocessing: symmetricPixels(0.95) }
const zSummary = 'Inverted residuals with grouped convolutions and gates.'
const regnetzs = presetsOf(of('fast'), byobnet, [
  ['regnetz_b16', 'RegNetZ-B16', { ...z([2, 6, 12, 2], small, 3, 16, 2), features: 1536 }, zSummary],
  [
    'regnetz_c16',
    'RegNetZ-C16',
    { ...z([2, 6, 12, 2], small, 4, 16, 2), features: 1536, size: 256 },
    zSummary,
  ],
  [
    'regnetz_d32',
    'RegNetZ-D32',
    { ...z([3, 6, 12, 3], large, 4, 32, 1), ...tiered, features: 1792, size: 256 },
    zSummary,
    half,
  ],
  [
    'regnetz_d8',
    'RegNetZ-D8',
    { ...z([3, 6, 12, 3], large, 4, 8, 1), ...tiered, features: 1792, size: 256 },
    zSummary,
    half,
  ],
  [
    'regnetz_e8',
    'RegNetZ-E8',
    { ...z([3, 8, 16, 3], [96, 192, 384, 512], 4, 8, 1), ...tiered, features: 2048, size: 256 },
    zSummary,
    half,
  ],
  [
    'haloregnetz_b',
    'Halo-RegNetZ-B',
    {
      stages: haloStages(),
      ...regnetz,
      features: 1536,
    },
    'RegNetZ with halo attention in every fourth block of the third stage and in the last.',
    { preprocessing: symmetricPixels(0.94) },
  ],
])
function haloStages(): ByobBlock[][] {
  const more = { ratio: 3, groupWidth: 16 }
  const mixer = { ...halo(2, { blockSize: 7 }), keyRatio: 0.33 }
  return [
    stage('bottle', 2, 48, 2, more),
    stage('bottle', 6, 96, 2, more),
    mixed(12, 192, { ...more, mixer }, [3, 7, 11]),
    stage('mixer', 2, 288, 2, { ...more, mixer }),
  ]
}

// --- branches that merge -----------------------------------------------------------------------------------------

const channels = [64, 128, 256, 512]

/** Every second block of a stage may work in groups. */
const rep = (depths: readonly number[], factors: readonly number[], groups = 1): ByobBlock[][] =>
  depths.map((depth, index) => {
    const width = (channels[index] ?? 0) * (factors[index] ?? 1)
    if (groups === 1) return stage('rep', depth, width, 2)
    return Array.from({ length: depth }, (_, at) => ({
      kind: 'rep',
      width,
      stride: 2,
      ...(at % 2 === 1 ? { groupWidth: width / groups } : {}),
    }))
  })
const a = [2, 4, 14, 1]
const b = [4, 6, 16, 1]
const repStem = { stem: 'rep', stemWidth: 64 } as const
const repvggs = presetsOf(
  of('rep'),
  byobnet,
  (
    [
      ['a0', { stages: rep(a, [0.75, 0.75, 0.75, 2.5]), stem: 'rep', stemWidth: 48 }],
      ['a1', { stages: rep(a, [1, 1, 1, 2.5]), ...repStem }],
      ['a2', { stages: rep(a, [1.5, 1.5, 1.5, 2.75]), ...repStem }],
      ['b0', { stages: rep(b, [1, 1, 1, 2.5]), ...repStem }],
      ['b1', { stages: rep(b, [2, 2, 2, 4]), ...repStem }],
      ['b1g4', { stages: rep(b, [2, 2, 2, 4], 4), ...repStem }],
      ['b2', { stages: rep(b, [2.5, 2.5, 2.5, 5]), ...repStem }],
      ['b2g4', { stages: rep(b, [2.5, 2.5, 2.5, 5], 4), ...repStem }],
      ['b3', { stages: rep(b, [3, 3, 3, 5]), ...repStem }],
      ['b3g4', { stages: rep(b, [3, 3, 3, 5], 4), ...repStem }],
      [
        'd2se',
        {
          stages: rep([8, 14, 24, 1], [2.5, 2.5, 2.5, 5]),
          ...repStem,
          gate: { module: 'squeezeExcite', attrs: { divisor: 1 } },
          size: 320,
        },
      ],
    ] as const
  ).map(
    ([name, sizes]): PresetRow<ByobSizes> => [
      `repvgg_${name}`,
      `RepVGG-${name === 'd2se' ? 'D2se' : name.replace(/^[ab]/, (letter) => letter.toUpperCase())}`,
      sizes,
      'A plain stack of 3×3 convolutions at last; for training each has a 1×1 and the identity beside it.',
    ],
  ),
)

/** A convolution per channel and one per position in turn; the last `gated` of each stage with gates. */
function one(
  factors: readonly number[],
  branches = 1,
  gated: readonly number[] = [0, 0, 0, 0],
): readonly (readonly ByobBlock[])[] {
  let from = Math.min(64, 64 * (factors[0] ?? 1))
  return [2, 8, 10, 1].map((depth, index) => {
    const width = (channels[index] ?? 0) * (factors[index] ?? 1)
    return Array.from({ length: depth }, (_, at): ByobBlock[] => {
      const more = {
        kind: 'one' as const,
        ...(branches === 1 ? {} : { branches }),
        ...(at >= depth - (gated[index] ?? 0) ? se : {}),
      }
      const pair: ByobBlock[] = [
        { ...more, width: from, groupWidth: 1, stride: 2 },
        { ...more, width, kernelSize: 1 },
      ]
      from = width
      return pair
    }).flat()
  })
}
const oneStem = { stem: 'one', stemWidth: 64 } as const
const oneSummary =
  'Depthwise and pointwise convolutions, each trained as several branches that merge into one.'
const mobileones = presetsOf({ ...of('one'), preprocessing: imagenetPixels(0.875) }, byobnet, [
  [
    'mobileone_s0',
    'MobileOne-S0',
    { stages: one([0.75, 1, 1, 2], 4), stem: 'one', stemWidth: 48 },
    oneSummary,
  ],
  ['mobileone_s1', 'MobileOne-S1', { stages: one([1.5, 1.5, 2, 2.5]), ...oneStem }, oneSummary],
  ['mobileone_s2', 'MobileOne-S2', { stages: one([1.5, 2, 2.5, 4]), ...oneStem }, oneSummary],
  ['mobileone_s3', 'MobileOne-S3', { stages: one([2, 2.5, 3, 4]), ...oneStem }, oneSummary],
  [
    'mobileone_s4',
    'MobileOne-S4',
    { stages: one([3, 3.5, 3.5, 4], 1, [0, 0, 5, 1]), ...oneStem },
    'MobileOne with gates in its last blocks.',
  ],
])

const clipPixels: Preprocessing = { crop: 0.9, ...clipValues }
const towers = (
  [
    ['resnet50', 'ResNet-50', [3, 4, 6, 3], 1, 1024, 224],
    ['resnet101', 'ResNet-101', [3, 4, 23, 3], 1, 512, 224],
    ['resnet50x4', 'ResNet-50×4', [4, 6, 10, 6], 1.25, 640, 288],
    ['resnet50x16', 'ResNet-50×16', [6, 8, 18, 8], 1.5, 768, 384],
    ['resnet50x64', 'ResNet-50×64', [3, 15, 36, 10], 2, 1024, 448],
  ] as const
).flatMap(([id, title, depths, width, classes, size]): PresetRow<ByobSizes>[] => {
  const sizes: ByobSizes = {
    stages: bottles(depths, usual),
    ...{ stem: 'clip', stemWidth: 64, stemPool: 'average', shortcut: 'average', averageDown: true },
    width,
    size,
  }
  const pooling = 'CLIP’s tower for pictures as timm names its weights'
  return [
    [`${id}_clip`, `CLIP ${title}`, { ...sizes, head: 'attention', classes }, `${pooling}.`],
    [
      `${id}_clip_gap`,
      `CLIP ${title} (GAP)`,
      { ...sizes, classes: 0 },
      `${pooling}, with a plain mean at its end.`,
    ],
  ]
})
const clips = presetsOf(
  { family: 'byobnet', paper: papersOf.clip, preprocessing: clipPixels },
  byobnet,
  towers,
)

export const byobnets: readonly Preset[] = [
  ...bots,
  ...halos,
  ...lambdas,
  ...repvggs,
  ...mobileones,
  ...resnexts,
  ...genets,
  ...regnetzs,
  ...clips,
]
