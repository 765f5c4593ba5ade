/**
 * Networks of inverted residuals: MobileNet, MnasNet, EfficientNet and their kin, each a list of stages in the words of
 * the MnasNet paper, scaled in width and depth.
 *
 * A word is `ir_r2_k3_s2_e6_c24_se0.25`: an inverted residual (`ds` depthwise separable, `dsa` with a last activation, `er` with
 * one dense convolution for two, `cn` a plain convolution), twice, kernel 3, first stride 2, expansion 6, 24 channels, squeeze
 * and excitation of a quarter; `uir` is universal, with `a` its first window, `mqa` attention; `nre` sets ReLU, `skip` and `noskip` force or forbid the shortcut.
 *
 * MobileNetV2: Sandler et al. 2018, https://arxiv.org/abs/1801.04381; MobileNetV3: Howard et al. 2019,
 * https://arxiv.org/abs/1905.02244; EfficientNet: Tan, Le 2019, https://arxiv.org/abs/1905.11946; V2: https://arxiv.org/abs/2104.00298
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import { divisible, halfToEven } from '../modules/rounding'
import type { Attributes } from '../schema/schema'
import { imagenetPixels, type Preset, type PresetRow, presetsOf, symmetricPixels } from './preset'
import { chain, design, group, module, runs, Sketch } from './sketch'

export interface EfficientNetSizes {
  /** Per stage, words that follow each other. */
  readonly stages: readonly (readonly string[])[]
  /** Factors on all widths and on the number of blocks, which rounds up; one for all stages or one per stage. */
  readonly width?: number
  readonly depth?: number | readonly number[]
  /** First and last stage keep their depth. */
  readonly fixEnds?: boolean
  readonly stem?: number
  readonly fixStem?: boolean
  /** Channels before the classifier; 0 for none of their own. */
  readonly features?: number
  /** Where they are made: on the map, or from its mean (MobileNetV3). */
  readonly head?: 'map' | 'mean'
  readonly act?: string
  /** TensorFlow's alignment of strided windows and its epsilon. */
  readonly tensorflow?: boolean
  readonly eps?: number
  /** MobileNetV3's gates: of the expanded width, in multiples of eight, with ReLU and a hard sigmoid. */
  readonly hardGates?: boolean
  /** Gates that differ from both. */
  readonly gates?: Gates
  /** Window of the stem. */
  readonly stemKernel?: number
  /** How the number of blocks is rounded. */
  readonly depthRound?: 'up' | 'nearest'
  /** Whether the layer before the classifier has a bias, or a norm (MobileNetV4). */
  readonly headEnd?: 'bias' | 'none' | 'norm'
  /** Strided convolutions become a convolution and one of these. */
  readonly antiAlias?: 'blur' | 'average'
  /** Universal inverted residuals and attention scale their branches. */
  readonly layerScale?: boolean
  /** Least share of a width that rounding to multiples of eight may leave. */
  readonly roundLimit?: number
  readonly classes?: number
  readonly size?: number
}

/** A hard sigmoid at their end; how their inner width follows from that of the block; their activation, ReLU if none. */
interface Gates {
  readonly of: 'expanded' | 'input'
  readonly round: 'whole' | 'eight'
  readonly act?: 'own'
}

export function efficientnet(name: string, sizes: EfficientNetSizes): Document {
  const { stages, stem = 32, stemKernel = 3, fixStem = false, classes = 1000, size = 224 } = sizes
  let width = fixStem ? stem : roundWidth(stem, sizes)
  const style = styleOf(sizes)
  const first = [
    convolution('conv_stem', {
      dim: width,
      ...(stemKernel === 3 ? {} : { kernelSize: stemKernel }),
      stride: 2,
      ...style.strided,
    }),
    ...normAct('1', style, style.act),
  ]
  const trunk = stages.map((words, stage) => {
    const blocks = scaledStage(words.map(parseWord), depthOf(sizes, stage), sizes.depthRound).map(
      (word, index) => {
        const block = {
          ...word,
          stride: index === 0 ? word.stride : 1,
          from: width,
          expandFrom: word.expandFrom === null ? null : roundWidth(word.expandFrom, sizes),
          to: roundWidth(word.to, sizes),
        }
        width = block.to
        return block
      },
    )
    const id = { id: `blocks.${stage}`, title: `Stage ${stage + 1}` }
    return group(
      id,
      1,
      chain(...runs(blocks).map(({ at, count, item }) => group(`${at}`, count, body(item, style)))),
    )
  })
  const count: Attributes = classes === 1000 ? {} : { classes }
  const head = module({ id: 'head', key: '', keys: { fc: 'classifier' } }, 'poolHead', {
    ...count,
    norm: 'noNorm',
  })
  return design(name, chain(...first, ...trunk, ...lastLayers(sizes, style), head), size)
}

function lastLayers(sizes: EfficientNetSizes, style: Style): DocumentNode[] {
  const { features = 1280, head = 'map', headEnd = 'bias' } = sizes
  if (features === 0) return []
  const dim = { dim: features, kernelSize: 1 }
  if (head === 'map') return [convolution('conv_head', dim), ...normAct('2', style, style.act)]
  return [
    module('global_pool', 'globalPool', { asMap: true }),
    headEnd === 'bias' ? module('conv_head', 'convolution', dim) : convolution('conv_head', dim),
    ...(headEnd === 'norm' ? [module('norm_head', 'batchNorm', style.norm)] : []),
    module('act2', style.act),
    module('flatten', 'flatten'),
  ]
}

// --- blocks ------------------------------------------------------------------------------------------------------

/** What all blocks of a network share. */
interface Style {
  readonly act: string
  readonly norm: Attributes
  /** What a strided convolution says besides. */
  readonly strided: Attributes
  readonly gates: Gates | null
  readonly antiAlias: 'blur' | 'average' | null
  readonly layerScale: boolean
  readonly roundLimit: number
}

function styleOf(sizes: EfficientNetSizes): Style {
  const { act = 'silu', tensorflow = false, eps, hardGates = false, roundLimit = 0.9 } = sizes
  const epsilon = eps ?? (tensorflow ? 1e-3 : undefined)
  return {
    act,
    norm: epsilon === undefined ? {} : { eps: epsilon },
    strided: tensorflow ? { alignment: 'tensorflow' } : {},
    gates: sizes.gates ?? (hardGates ? { of: 'expanded', round: 'eight' } : null),
    antiAlias: sizes.antiAlias ?? null,
    layerScale: sizes.layerScale ?? false,
    roundLimit,
  }
}

/** A block with its widths. */
interface Block extends Word {
  readonly from: number
}

function body(block: Block, style: Style): GraphBody {
  const act = block.act ?? style.act
  const branch = branches[block.kind](block, style, act)
  const isSame = block.stride === 1 && block.from === block.to
  if (!(isSame && (block.skip ?? block.kind !== 'cn'))) return chain(...branch)
  const sketch = new Sketch()
  return sketch.body(sketch.residual(IN, 'add', branch))
}

const branches: {
  readonly [K in Word['kind']]: (block: Block, style: Style, act: string) => readonly DocumentNode[]
} = {
  /** Depthwise, then pointwise. */
  ds: (block, style, act) => [
    depthwise('conv_dw', block, style),
    ...normAct('1', style, act),
    ...shrinking('aa', block, style),
    ...gate(block, style, act, block.from),
    convolution('conv_pw', { dim: block.to, kernelSize: 1 }),
    module('bn2', 'batchNorm', style.norm),
  ],
  dsa: (block, style, act) => [...branches.ds(block, style, act), module('act2', act)],
  /** Widen, depthwise, narrow: MBConv. */
  ir: (block, style, act) => [
    convolution('conv_pw', { ...expansion(block), kernelSize: 1 }),
    ...normAct('1', style, act),
    depthwise('conv_dw', block, style),
    ...normAct('2', style, act),
    ...shrinking('aa', block, style),
    ...gate(block, style, act, innerWidth(block)),
    convolution('conv_pwl', { dim: block.to, kernelSize: 1 }),
    module('bn3', 'batchNorm', style.norm),
  ],
  /** Widening and depthwise convolution in one: fused MBConv. */
  er: (block, style, act) => [
    convolution('conv_exp', { ...expansion(block), ...window(block, style), ...grouped(block) }),
    ...normAct('1', style, act),
    ...shrinking('aa', block, style),
    ...gate(block, style, act, innerWidth(block)),
    convolution('conv_pwl', { dim: block.to, kernelSize: 1 }),
    module('bn2', 'batchNorm', style.norm),
  ],
  cn: (block, style, act) => [
    convolution('conv', { dim: block.to, ...window(block, style) }),
    ...normAct('1', style, act),
    ...shrinking('aa', block, style),
  ],
  /** Universal: depthwise before widening, after it, or neither (MobileNetV4). */
  uir: (block, style, act) => {
    const { start, kernel, stride } = block
    const outer = { ...block, kernel: start, stride: kernel > 0 ? 1 : stride }
    const unit = (name: string, attrs: Attributes, isActive = true) => [
      convolution(`${name}.conv`, attrs),
      module(`${name}.bn`, 'batchNorm', style.norm),
      ...(isActive ? [module(`${name}.act`, act)] : []),
    ]
    const perChannel = { groups: null }
    return [
      ...(start > 0 ? unit('dw_start', { ...window(outer, style), ...perChannel }, false) : []),
      ...(start > 0 ? shrinking('dw_start.aa', outer, style) : []),
      ...unit('pw_exp', { ...expansion(block), kernelSize: 1 }),
      ...(kernel > 0 ? unit('dw_mid', { ...window(block, style), ...perChannel }) : []),
      ...(kernel > 0 ? shrinking('dw_mid.aa', block, style) : []),
      ...unit('pw_proj', { dim: block.to, kernelSize: 1 }, false),
      ...(style.layerScale ? [module('layer_scale', 'layerScale')] : []),
    ]
  },
  /** Attention whose heads share one key and one value (MobileNetV4). */
  mqa: ({ heads, keyDim, keyStride, kernel }, style) => [
    module('norm', 'batchNorm', style.norm),
    module('attn', 'multiQueryAttention', {
      ...(heads === 8 ? {} : { heads }),
      ...(keyDim === 64 ? {} : { keyDim }),
      ...(keyStride === 1 ? {} : { stride: keyStride }),
      ...(kernel === 3 ? {} : { kernelSize: kernel }),
    }),
    ...(style.layerScale ? [module('layer_scale', 'layerScale')] : []),
  ],
}

const convolution = (id: string, attrs: Attributes) => module(id, 'convolution', { ...attrs, bias: false })
const depthwise = (id: string, block: Block, style: Style) =>
  convolution(id, { ...window(block, style), groups: null })
const normAct = (number: string, { norm }: Style, act: string): DocumentNode[] => [
  module(`bn${number}`, 'batchNorm', norm),
  module(`act${number}`, act),
]
const window = ({ kernel, stride }: Block, style: Style): Attributes => ({
  ...(kernel === 3 ? {} : { kernelSize: kernel }),
  ...(stride === 1 || style.antiAlias ? {} : { stride, ...style.strided }),
})
const grouped = (block: Block): Attributes =>
  block.groupWidth === 0 ? {} : { groups: innerWidth(block) / block.groupWidth }

/** What strides in the place of a convolution. */
function shrinking(id: string, { stride }: Block, { antiAlias }: Style): DocumentNode[] {
  if (stride === 1 || !antiAlias) return []
  return [antiAlias === 'average' ? module(id, 'averagePool') : module(id, 'blurPool', { border: 'zeros' })]
}

const innerWidth = ({ from, expand, expandFrom }: Block): number => divisible((expandFrom ?? from) * expand)

/** As a factor where it is one, so that the block fits behind any width. */
function expansion(block: Block): Attributes {
  const inner = innerWidth(block)
  if (inner !== block.from * block.expand) return { dim: inner }
  return block.expand === 1 ? {} : { ratio: block.expand }
}

function gate(block: Block, style: Style, act: string, width: number): DocumentNode[] {
  if (block.squeeze === 0) return []
  const keys = { fc1: 'conv_reduce', fc2: 'conv_expand' }
  const { gates } = style
  const inner = width * (gates?.of === 'expanded' ? block.squeeze : block.squeeze / block.expand)
  const isOwn = (gates === null || gates.act === 'own') && act !== 'relu'
  const dim = gates?.round === 'eight' ? divisible(inner, style.roundLimit) : halfToEven(inner)
  const end = gates ? { gate: 'hardSigmoid' } : {}
  return [module({ id: 'se', keys }, 'squeezeExcite', { dim, ...end, ...(isOwn ? { act } : {}) })]
}

// --- words and scaling -------------------------------------------------------------------------------------------

interface Word {
  readonly kind: 'ds' | 'dsa' | 'ir' | 'er' | 'cn' | 'uir' | 'mqa'
  readonly repeat: number
  readonly kernel: number
  readonly stride: number
  readonly expand: number
  /** Channels that the expansion is a multiple of, where they are not the input's. */
  readonly expandFrom: number | null
  readonly to: number
  readonly squeeze: number
  /** Window before the widening; 0 for none. */
  readonly start: number
  /** Channels of a group of the widening convolution; 0 for one group. */
  readonly groupWidth: number
  readonly heads: number
  readonly keyDim: number
  readonly keyStride: number
  readonly act: string | null
  readonly skip: boolean | null
}

const actsByWord: { readonly [word: string]: string } = {
  nre: 'relu',
  nr6: 'relu6',
  nhs: 'hardswish',
  nsw: 'silu',
  nmi: 'mish',
}

function parseWord(text: string): Word {
  const [kind = '', ...parts] = text.split('_')
  const number = (letters: string, usual: number) => {
    const part = parts.find((part) => new RegExp(`^${letters}[0-9.]+$`).test(part))
    return part ? Number(part.slice(letters.length)) : usual
  }
  const expandFrom = number('fc', 0)
  return {
    kind: kind as Word['kind'],
    repeat: number('r', 1),
    kernel: number('k', 3),
    stride: number('s', 1),
    expand: number('e', 1),
    expandFrom: expandFrom === 0 ? null : expandFrom,
    to: number('c', 0),
    squeeze: number('se', 0),
    start: number('a', 0),
    groupWidth: number('gs', 0),
    heads: number('h', 8),
    keyDim: number('d', 64),
    keyStride: number('v', 1),
    act: parts.map((part) => actsByWord[part]).find((act) => act !== undefined) ?? null,
    skip: kind === 'dsa' || parts.includes('noskip') ? false : parts.includes('skip') ? true : null,
  }
}

/** The stage's blocks one by one; the factor is shared out from the last word to the first. */
function scaledStage(words: readonly Word[], depth: number, round: 'up' | 'nearest' = 'up'): Word[] {
  let left = words.reduce((sum, word) => sum + word.repeat, 0)
  let scaled = round === 'up' ? Math.ceil(left * depth) : Math.max(words.length, halfToEven(left * depth))
  const repeats = words.map(() => 0)
  for (let index = words.length - 1; index >= 0; index--) {
    const repeat = words[index]?.repeat ?? 1
    const count = Math.max(1, halfToEven((repeat / left) * scaled))
    repeats[index] = count
    left -= repeat
    scaled -= count
  }
  return words.flatMap((word, index) => Array<Word>(repeats[index] ?? 1).fill({ ...word, repeat: 1 }))
}

function depthOf({ stages, depth = 1, fixEnds = false }: EfficientNetSizes, stage: number): number {
  if (fixEnds && (stage === 0 || stage === stages.length - 1)) return 1
  return typeof depth === 'number' ? depth : (depth[stage] ?? 1)
}

const roundWidth = (channels: number, { width = 1, roundLimit = 0.9 }: EfficientNetSizes): number =>
  divisible(channels * width, roundLimit)

// --- the models --------------------------------------------------------------------------------------------------

const b0 = [
  ['ds_r1_k3_s1_e1_c16_se0.25'],
  ['ir_r2_k3_s2_e6_c24_se0.25'],
  ['ir_r2_k5_s2_e6_c40_se0.25'],
  ['ir_r3_k3_s2_e6_c80_se0.25'],
  ['ir_r3_k5_s1_e6_c112_se0.25'],
  ['ir_r4_k5_s2_e6_c192_se0.25'],
  ['ir_r1_k3_s1_e6_c320_se0.25'],
]
const lite = b0.map((words) => words.map((word) => word.replace('_se0.25', '')))

/** Factors on width and depth, and the side of the picture that goes with them. */
const compound = {
  b0: [1, 1, 224],
  b1: [1, 1.1, 240],
  b2: [1.1, 1.2, 260],
  b3: [1.2, 1.4, 300],
  b4: [1.4, 1.8, 380],
  b5: [1.6, 2.2, 456],
  b6: [1.8, 2.6, 528],
  b7: [2, 3.1, 600],
  b8: [2.2, 3.6, 672],
  l2: [4.3, 5.3, 800],
} as const
type Compound = keyof typeof compound

function scaled(name: Compound, size?: number): EfficientNetSizes {
  const [width, depth, usual] = compound[name]
  return { stages: b0, width, depth, features: divisible(1280 * width), size: size ?? usual }
}

const efficientnetPaper = {
  title: 'EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks',
  authors: 'Tan, Le',
  year: 2019,
  url: 'https://arxiv.org/abs/1905.11946',
}
const common = {
  family: 'efficientnet',
  paper: efficientnetPaper,
  preprocessing: imagenetPixels(0.875),
}

const efficientnets = presetsOf(common, efficientnet, [
  [
    'efficientnet_b0',
    'EfficientNet-B0',
    scaled('b0'),
    'Inverted residuals with gates, found by search: the seed from which B1 to B7 are scaled.',
  ],
  ...(
    [
      ['b1', 240],
      ['b2', 260],
      ['b3', 288],
      ['b4', 320],
      ['b5', 448],
      ['b6', 528],
      ['b7', 600],
      ['b8', 672],
      ['l2', 800],
    ] as const
  ).map(
    ([name, size]): PresetRow<EfficientNetSizes> => [
      `efficientnet_${name}`,
      `EfficientNet-${name.toUpperCase()}`,
      scaled(name, size),
      `B0 ${compound[name][0]} times as wide and ${compound[name][1]} times as deep.`,
    ],
  ),
])

const tfEfficientnets = presetsOf(
  common,
  efficientnet,
  (Object.keys(compound) as Compound[]).map(
    (name): PresetRow<EfficientNetSizes> => [
      `tf_efficientnet_${name}`,
      `EfficientNet-${name.toUpperCase()} (TensorFlow)`,
      { ...scaled(name, name === 'l2' ? 475 : undefined), tensorflow: true },
      'With the alignment and the epsilon that the published weights were trained with.',
    ],
  ),
)

const liteSizes = { lite0: 'b0', lite1: 'b1', lite2: 'b2', lite3: 'b3', lite4: 'b4' } as const
const efficientnetLites = presetsOf(
  common,
  efficientnet,
  [false, true].flatMap((tensorflow) =>
    (Object.keys(liteSizes) as (keyof typeof liteSizes)[]).map((name): PresetRow<EfficientNetSizes> => {
      const { size, width, depth } = scaled(liteSizes[name])
      return [
        `${tensorflow ? 'tf_' : ''}efficientnet_${name}`,
        `EfficientNet-${name[0]?.toUpperCase()}${name.slice(1)}${tensorflow ? ' (TensorFlow)' : ''}`,
        {
          stages: lite,
          ...{ width: width ?? 1, depth: depth ?? 1, size: size ?? 224 },
          fixEnds: true,
          fixStem: true,
          act: 'relu6',
          tensorflow,
        },
        'Without gates and with ReLU6, for phones that calculate in eight bits.',
        tensorflow ? { preprocessing: symmetricPixels(0.875) } : {},
      ]
    }),
  ),
)

const edge = [
  ['er_r1_k3_s1_e4_c24_fc24_noskip'],
  ['er_r2_k3_s2_e8_c32'],
  ['er_r4_k3_s2_e8_c48'],
  ['ir_r5_k5_s2_e8_c96'],
  ['ir_r4_k5_s1_e8_c144'],
  ['ir_r2_k5_s2_e8_c192'],
]
const efficientnetEdges = presetsOf(
  common,
  efficientnet,
  [false, true].flatMap((tensorflow) =>
    (
      [
        ['es', 'S', 1, 1, 224],
        ['em', 'M', 1, 1.1, 240],
        ['el', 'L', 1.2, 1.4, 300],
      ] as const
    ).map(
      ([id, title, width, depth, size]): PresetRow<EfficientNetSizes> => [
        `${tensorflow ? 'tf_' : ''}efficientnet_${id}`,
        `EfficientNet-Edge-${title}${tensorflow ? ' (TensorFlow)' : ''}`,
        {
          stages: edge,
          width,
          depth,
          features: divisible(1280 * width),
          act: 'relu',
          size,
          tensorflow,
        },
        'Fused inverted residuals where maps are large: dense convolutions keep an accelerator busy.',
        tensorflow ? { preprocessing: symmetricPixels(0.875) } : {},
      ],
    ),
  ),
)

const v2Base = [
  ['cn_r1_k3_s1_e1_c16_skip'],
  ['er_r2_k3_s2_e4_c32'],
  ['er_r2_k3_s2_e4_c48'],
  ['ir_r3_k3_s2_e4_c96_se0.25'],
  ['ir_r5_k3_s1_e6_c112_se0.25'],
  ['ir_r8_k3_s2_e6_c192_se0.25'],
]
const v2 = {
  s: [
    ['cn_r2_k3_s1_e1_c24_skip'],
    ['er_r4_k3_s2_e4_c48'],
    ['er_r4_k3_s2_e4_c64'],
    ['ir_r6_k3_s2_e4_c128_se0.25'],
    ['ir_r9_k3_s1_e6_c160_se0.25'],
    ['ir_r15_k3_s2_e6_c256_se0.25'],
  ],
  m: [
    ['cn_r3_k3_s1_e1_c24_skip'],
    ['er_r5_k3_s2_e4_c48'],
    ['er_r5_k3_s2_e4_c80'],
    ['ir_r7_k3_s2_e4_c160_se0.25'],
    ['ir_r14_k3_s1_e6_c176_se0.25'],
    ['ir_r18_k3_s2_e6_c304_se0.25'],
    ['ir_r5_k3_s1_e6_c512_se0.25'],
  ],
  l: [
    ['cn_r4_k3_s1_e1_c32_skip'],
    ['er_r7_k3_s2_e4_c64'],
    ['er_r7_k3_s2_e4_c96'],
    ['ir_r10_k3_s2_e4_c192_se0.25'],
    ['ir_r19_k3_s1_e6_c224_se0.25'],
    ['ir_r25_k3_s2_e6_c384_se0.25'],
    ['ir_r7_k3_s1_e6_c640_se0.25'],
  ],
  xl: [
    ['cn_r4_k3_s1_e1_c32_skip'],
    ['er_r8_k3_s2_e4_c64'],
    ['er_r8_k3_s2_e4_c96'],
    ['ir_r16_k3_s2_e4_c192_se0.25'],
    ['ir_r24_k3_s1_e6_c256_se0.25'],
    ['ir_r32_k3_s2_e6_c512_se0.25'],
    ['ir_r8_k3_s1_e6_c640_se0.25'],
  ],
} as const
/** timm's own variants begin with fused blocks and end wider. */
const rw = [['er_r2_k3_s1_e1_c24'], ...v2.s.slice(1, -1), ['ir_r15_k3_s2_e6_c272_se0.25']]

const commonV2 = {
  ...common,
  paper: {
    title: 'EfficientNetV2: Smaller Models and Faster Training',
    authors: 'Tan, Le',
    year: 2021,
    url: 'https://arxiv.org/abs/2104.00298',
  },
}
const reported = (top1: number) => ({
  published: {
    top1,
    source: 'MetaFormer Baselines for Vision (Yu et al. 2022), text: ImageNet-21k first, 480×480',
  },
})
const v2Summary = 'Fused inverted residuals first, gated ones later: faster to train than the first family.'
const efficientnetV2s = presetsOf(commonV2, efficientnet, [
  ['efficientnetv2_s', 'EfficientNetV2-S', { stages: v2.s, stem: 24, size: 288 }, v2Summary],
  ['efficientnetv2_m', 'EfficientNetV2-M', { stages: v2.m, stem: 24, size: 320 }, v2Summary],
  ['efficientnetv2_l', 'EfficientNetV2-L', { stages: v2.l, size: 384 }, v2Summary, reported(85.7)],
  ['efficientnetv2_xl', 'EfficientNetV2-XL', { stages: v2.xl, size: 384 }, v2Summary, reported(87.3)],
  [
    'efficientnetv2_rw_t',
    'EfficientNetV2-T (timm)',
    { stages: v2.s, stem: 24, width: 0.8, depth: 0.9, features: 1024, size: 224 },
    'EfficientNetV2-S scaled down.',
  ],
  [
    'efficientnetv2_rw_s',
    'EfficientNetV2-S (timm)',
    { stages: rw, stem: 24, features: 1792, size: 288 },
    'An early guess at EfficientNetV2-S that stayed.',
  ],
  [
    'efficientnetv2_rw_m',
    'EfficientNetV2-M (timm)',
    {
      stages: rw,
      stem: 24,
      width: 1.2,
      depth: [1.2, 1.2, 1.2, 1.2, 1.6, 1.6],
      features: 2152,
      size: 320,
    },
    'The same, wider and deeper.',
  ],
  [
    'tf_efficientnetv2_s',
    'EfficientNetV2-S (TensorFlow)',
    { stages: v2.s, stem: 24, size: 300, tensorflow: true },
    v2Summary,
  ],
  [
    'tf_efficientnetv2_m',
    'EfficientNetV2-M (TensorFlow)',
    { stages: v2.m, stem: 24, size: 384, tensorflow: true },
    v2Summary,
  ],
  [
    'tf_efficientnetv2_l',
    'EfficientNetV2-L (TensorFlow)',
    { stages: v2.l, size: 384, tensorflow: true },
    v2Summary,
  ],
  [
    'tf_efficientnetv2_xl',
    'EfficientNetV2-XL (TensorFlow)',
    { stages: v2.xl, size: 384, tensorflow: true },
    v2Summary,
  ],
  ...(
    [
      ['b0', 1, 1, 192],
      ['b1', 1, 1.1, 192],
      ['b2', 1.1, 1.2, 208],
      ['b3', 1.2, 1.4, 240],
    ] as const
  ).map(
    ([name, width, depth, size]): PresetRow<EfficientNetSizes> => [
      `tf_efficientnetv2_${name}`,
      `EfficientNetV2-${name.toUpperCase()} (TensorFlow)`,
      {
        stages: v2Base,
        width,
        depth,
        features: divisible(1280 * width, 0),
        roundLimit: 0,
        tensorflow: true,
        size,
      },
      'A small EfficientNetV2, scaled as the first family.',
    ],
  ),
])

const commonMobile = { ...common, family: 'mobilenet' }
const mobileV1 = [
  ['dsa_r1_k3_s1_c64'],
  ['dsa_r2_k3_s2_c128'],
  ['dsa_r2_k3_s2_c256'],
  ['dsa_r6_k3_s2_c512'],
  ['dsa_r2_k3_s2_c1024'],
]
const mobileV1s = presetsOf(
  {
    ...commonMobile,
    paper: {
      title: 'MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications',
      authors: 'Howard et al.',
      year: 2017,
      url: 'https://arxiv.org/abs/1704.04861',
    },
  },
  efficientnet,
  [
    [
      'mobilenetv1_100',
      'MobileNetV1',
      { stages: mobileV1, act: 'relu6', features: 0 },
      'Depthwise and pointwise convolutions in turn: a ninth of the work of dense ones.',
    ],
    [
      'mobilenetv1_125',
      'MobileNetV1 ×1.25',
      { stages: mobileV1, width: 1.25, act: 'relu6', features: 0 },
      'MobileNetV1 a quarter wider.',
    ],
  ],
)

const mobileV2 = [
  ['ds_r1_k3_s1_c16'],
  ['ir_r2_k3_s2_e6_c24'],
  ['ir_r3_k3_s2_e6_c32'],
  ['ir_r4_k3_s2_e6_c64'],
  ['ir_r3_k3_s1_e6_c96'],
  ['ir_r3_k3_s2_e6_c160'],
  ['ir_r1_k3_s1_e6_c320'],
]
const v2Width = (width: number): EfficientNetSizes => ({
  stages: mobileV2,
  width,
  act: 'relu6',
  features: Math.max(1280, divisible(1280 * width)),
})
const deeper = (width: number, depth: number): EfficientNetSizes => ({
  stages: mobileV2,
  width,
  depth,
  act: 'relu6',
  fixEnds: true,
  fixStem: true,
})
const mobileV2s = presetsOf(
  {
    ...commonMobile,
    paper: {
      title: 'MobileNetV2: Inverted Residuals and Linear Bottlenecks',
      authors: 'Sandler et al.',
      year: 2018,
      url: 'https://arxiv.org/abs/1801.04381',
    },
  },
  efficientnet,
  [
    [
      'mobilenetv2_100',
      'MobileNetV2',
      v2Width(1),
      'Inverted residuals: shortcuts join narrow layers, and work is done in wide ones between them.',
    ],
    ['mobilenetv2_035', 'MobileNetV2 ×0.35', v2Width(0.35), 'MobileNetV2 at a third of its width.'],
    ['mobilenetv2_050', 'MobileNetV2 ×0.5', v2Width(0.5), 'MobileNetV2 at half its width.'],
    ['mobilenetv2_075', 'MobileNetV2 ×0.75', v2Width(0.75), 'MobileNetV2 at three quarters of its width.'],
    [
      'mobilenetv2_140',
      'MobileNetV2 ×1.4',
      v2Width(1.4),
      'MobileNetV2 at 1.4 times its width.',
      {
        published: {
          top1: 74.7,
          source: 'EfficientFormer (Li et al. 2022), abstract',
        },
      },
    ],
    ['mobilenetv2_110d', 'MobileNetV2 ×1.1 deep', deeper(1.1, 1.2), 'MobileNetV2 a little wider and deeper.'],
    ['mobilenetv2_120d', 'MobileNetV2 ×1.2 deep', deeper(1.2, 1.4), 'MobileNetV2 wider and deeper.'],
  ],
)

const v3Large = [
  ['ds_r1_k3_s1_e1_c16_nre'],
  ['ir_r1_k3_s2_e4_c24_nre', 'ir_r1_k3_s1_e3_c24_nre'],
  ['ir_r3_k5_s2_e3_c40_se0.25_nre'],
  ['ir_r1_k3_s2_e6_c80', 'ir_r1_k3_s1_e2.5_c80', 'ir_r2_k3_s1_e2.3_c80'],
  ['ir_r2_k3_s1_e6_c112_se0.25'],
  ['ir_r3_k5_s2_e6_c160_se0.25'],
  ['cn_r1_k1_s1_c960'],
]
const v3Small = [
  ['ds_r1_k3_s2_e1_c16_se0.25_nre'],
  ['ir_r1_k3_s2_e4.5_c24_nre', 'ir_r1_k3_s1_e3.67_c24_nre'],
  ['ir_r1_k5_s2_e4_c40_se0.25', 'ir_r2_k5_s1_e6_c40_se0.25'],
  ['ir_r2_k5_s1_e3_c48_se0.25'],
  ['ir_r3_k5_s2_e6_c96_se0.25'],
  ['cn_r1_k1_s1_c576'],
]
/** Without gates, 5×5 windows and hard swish. */
const minimal = (stages: readonly (readonly string[])[]) =>
  stages.map((words) => words.map((word) => word.replace(/_se0.25|_nre/g, '').replace('k5', 'k3')))
const v3 = (stages: readonly (readonly string[])[], width = 1, more: Partial<EfficientNetSizes> = {}) => ({
  stages,
  width,
  stem: 16,
  fixStem: width < 0.75,
  features: stages.length === 7 ? 1280 : 1024,
  head: 'mean' as const,
  act: 'hardswish',
  hardGates: true,
  ...more,
})
const tf = { tensorflow: true }
const plain = { tensorflow: true, act: 'relu' }
const mobileV3s = presetsOf(
  {
    ...commonMobile,
    family: 'mobilenetv3',
    paper: {
      title: 'Searching for MobileNetV3',
      authors: 'Howard et al.',
      year: 2019,
      url: 'https://arxiv.org/abs/1905.02244',
    },
  },
  efficientnet,
  [
    [
      'mobilenetv3_large_100',
      'MobileNetV3-L',
      v3(v3Large),
      'Inverted residuals with gates and hard swish; the last layers work on the mean, not on the map.',
    ],
    ['mobilenetv3_large_075', 'MobileNetV3-L ×0.75', v3(v3Large, 0.75), 'Three quarters as wide.'],
    [
      'mobilenetv3_large_150d',
      'MobileNetV3-L ×1.5 deep',
      v3(v3Large, 1.5, { depth: 1.2, size: 256 }),
      'Wider and deeper.',
    ],
    ['mobilenetv3_small_100', 'MobileNetV3-S', v3(v3Small), 'The small one: 2.5 million parameters.'],
    ['mobilenetv3_small_075', 'MobileNetV3-S ×0.75', v3(v3Small, 0.75), 'Three quarters as wide.'],
    ['mobilenetv3_small_050', 'MobileNetV3-S ×0.5', v3(v3Small, 0.5), 'Half as wide.'],
    [
      'tf_mobilenetv3_large_100',
      'MobileNetV3-L (TensorFlow)',
      v3(v3Large, 1, tf),
      'With TensorFlow’s alignment and epsilon.',
    ],
    [
      'tf_mobilenetv3_large_075',
      'MobileNetV3-L ×0.75 (TensorFlow)',
      v3(v3Large, 0.75, tf),
      'With TensorFlow’s alignment and epsilon.',
    ],
    [
      'tf_mobilenetv3_large_minimal_100',
      'MobileNetV3-L minimal',
      v3(minimal(v3Large), 1, plain),
      'Without gates, large windows and hard swish.',
    ],
    [
      'tf_mobilenetv3_small_100',
      'MobileNetV3-S (TensorFlow)',
      v3(v3Small, 1, tf),
      'With TensorFlow’s alignment and epsilon.',
    ],
    [
      'tf_mobilenetv3_small_075',
      'MobileNetV3-S ×0.75 (TensorFlow)',
      v3(v3Small, 0.75, tf),
      'With TensorFlow’s alignment and epsilon.',
    ],
    [
      'tf_mobilenetv3_small_minimal_100',
      'MobileNetV3-S minimal',
      v3(minimal(v3Small), 1, plain),
      'Without gates, large windows and hard swish.',
    ],
  ],
)

const mnasB1 = [
  ['ds_r1_k3_s1_c16_noskip'],
  ['ir_r3_k3_s2_e3_c24'],
  ['ir_r3_k5_s2_e3_c40'],
  ['ir_r3_k5_s2_e6_c80'],
  ['ir_r2_k3_s1_e6_c96'],
  ['ir_r4_k5_s2_e6_c192'],
  ['ir_r1_k3_s1_e6_c320_noskip'],
]
const mnasA1 = [
  ['ds_r1_k3_s1_e1_c16_noskip'],
  ['ir_r2_k3_s2_e6_c24'],
  ['ir_r3_k5_s2_e3_c40_se0.25'],
  ['ir_r4_k3_s2_e6_c80'],
  ['ir_r2_k3_s1_e6_c112_se0.25'],
  ['ir_r3_k5_s2_e6_c160_se0.25'],
  ['ir_r1_k3_s1_e6_c320'],
]
const mnasnets = presetsOf(
  {
    ...common,
    paper: {
      title: 'MnasNet: Platform-Aware Neural Architecture Search for Mobile',
      authors: 'Tan et al.',
      year: 2018,
      url: 'https://arxiv.org/abs/1807.11626',
    },
  },
  efficientnet,
  (
    [
      ['050', 0.5],
      ['075', 0.75],
      ['100', 1],
      ['140', 1.4],
    ] as const
  ).flatMap(([name, width]): PresetRow<EfficientNetSizes>[] => [
    [
      `mnasnet_${name}`,
      `MnasNet-B1 ×${width}`,
      { stages: mnasB1, width, act: 'relu' },
      'Found by a search that measures latency on a phone.',
    ],
    [
      `semnasnet_${name}`,
      `MnasNet-A1 ×${width}`,
      { stages: mnasA1, width, act: 'relu' },
      'The same search, with gates allowed.',
    ],
  ]),
)

export const efficientNets: readonly Preset[] = [
  ...mobileV1s,
  ...mobileV2s,
  ...mobileV3s,
  ...mnasnets,
  ...efficientnets,
  ...tfEfficientnets,
  ...efficientnetLites,
  ...efficientnetEdges,
  ...efficientnetV2s,
]
