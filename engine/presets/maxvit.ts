/**
 * CoAtNet and MaxViT: inverted residuals first, attention after them. CoAtNet attends over whole maps in its last two
 * stages; a block of MaxViT is an inverted residual, attention in windows, and attention over a grid, on all stages.
 *
 * CoAtNet: Dai et al. 2021, https://arxiv.org/abs/2106.04803; MaxViT: Tu et al. 2022, https://arxiv.org/abs/2204.01697.
 * The models with `rw` in their names are Ross Wightman's, in timm: https://github.com/huggingface/pytorch-image-models
 */
import { type Document, type DocumentNode, type GraphBody, type GroupNode, IN } from '../document/types'
import type { Attributes, SlotValue } from '../schema/schema'
import { slotAttributes, slotModule } from '../schema/schema'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf, symmetricPixels } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

/** Inverted residual, attention over the map, MaxViT's three in a row, or with window and grid side by side. */
type BlockKind = 'conv' | 'attention' | 'maxvit' | 'parallel'

export interface MaxVitSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  /** Per stage: all its blocks, or the first and the others. */
  readonly blocks: readonly (BlockKind | readonly [BlockKind, BlockKind])[]
  /** Widths of the two convolutions of the stem. */
  readonly stem: readonly [number, number]
  readonly stemBias?: boolean
  readonly conv?: ConvOptions
  readonly attention?: AttentionOptions
  /** Hidden width of the head, if it has one. */
  readonly hidden?: number
  readonly classes?: number
  readonly size?: number
}

interface ConvOptions {
  /** Inverted residuals, or the blocks of ConvNeXt. */
  readonly kind?: 'mbconv' | 'convnext'
  readonly act?: string
  readonly eps?: number
  /** An activation behind the first norm too. */
  readonly firstAct?: boolean
  /** The inner width is a multiple of the output's width or of the input's; so is that of the gate. */
  readonly expand?: 'output' | 'input'
  readonly outputBias?: boolean
  /** Where a map is halved: by pooling before the block's layers, or by the depthwise convolution. */
  readonly stride?: 'pool' | 'depthwise'
  readonly shortcutPool?: 'averagePool' | 'maxPool'
  readonly gateRatio?: number
  readonly gateAct?: string
  /** The gate comes before norm and activation. */
  readonly gateFirst?: boolean
  readonly tensorflow?: boolean
}

interface AttentionOptions {
  readonly headDim?: number
  readonly norm?: SlotValue
  readonly act?: string
  readonly position?: 'table' | 'lookup' | 'log'
  /** Hidden width of the MLP that makes a bias of a logarithm. */
  readonly positionHidden?: number
  readonly order?: 'parts' | 'heads'
  /** Where a block widens: before its heads, or in the projection behind them. */
  readonly expandFirst?: boolean
  readonly shortcutBias?: boolean
  readonly pool?: 'averagePool' | 'maxPool'
  readonly layerScale?: boolean
  /** Side of windows and grids; a 32nd of the picture. */
  readonly window?: number
  /** MaxxViT-V2 leaves the windows out. */
  readonly gridOnly?: boolean
}

export function maxvit(name: string, sizes: MaxVitSizes): Document {
  const { dims, depths, blocks, stem, conv = {}, attention = {}, hidden, classes = 1000, size = 224 } = sizes
  const style = { conv, attention: { window: Math.floor(size / 32), ...attention } }
  const { act = 'gelu' } = conv
  const bias = sizes.stemBias ?? false
  const layers = chain(
    module('conv1', 'convolution', { dim: stem[0], stride: 2, ...aligned(conv), ...unbiased(bias) }),
    normOf('norm1', conv),
    module('act1', act),
    module('conv2', 'convolution', { dim: stem[1], ...unbiased(bias) }),
  )
  const stages = depths.map((depth, stage) => {
    const given = blocks[stage] ?? 'conv'
    const [kind, others] = typeof given === 'string' ? [given, given] : given
    const to = dims[stage] ?? 1
    const from = stage === 0 ? stem[1] : (dims[stage - 1] ?? 1)
    const rest = group('blocks.1', depth - 1, bodies[others]({ from: to, to, stride: 1 }, style))
    const all = [group('blocks.0', 1, bodies[kind]({ from, to, stride: 2 }, style))]
    return group(
      { id: `stages.${stage}`, title: `Stage ${stage + 1}` },
      1,
      chain(...all, ...(depth > 1 ? [rest] : [])),
    )
  })
  return design(
    name,
    chain(group('stem', 1, layers), ...stages, ...head({ norm: attention.norm, hidden, classes })),
    size,
  )
}

function head({
  norm = 'layerNorm',
  hidden,
  classes,
}: {
  norm: SlotValue | undefined
  hidden: number | undefined
  classes: number
}): DocumentNode[] {
  const count = differing({ classes }, { classes: 1000 })
  if (hidden === undefined) {
    return [
      module('norm', slotModule(norm), slotAttributes(norm)),
      module('head', 'poolHead', { ...count, norm: 'noNorm' }),
    ]
  }
  return [
    module({ id: 'head', keys: { 'fc.fc1': 'pre_logits.fc', 'fc.fc2': 'fc' } }, 'mlpHead', {
      ...count,
      mlpRatio: 1,
      ...differing({ norm }, { norm: 'layerNorm' }),
      act: 'tanh',
      hiddenNorm: 'noNorm',
    }),
  ]
}

// --- blocks ------------------------------------------------------------------------------------------------------

interface Style {
  readonly conv: ConvOptions
  readonly attention: AttentionOptions & { readonly window: number }
}

interface Widths {
  readonly from: number
  readonly to: number
  readonly stride: 1 | 2
}

const bodies: { readonly [K in BlockKind]: (widths: Widths, style: Style) => GraphBody } = {
  conv: (widths, { conv }) => convBody(widths, conv),
  attention: (widths, { attention }) => mapAttention(widths, attention),
  maxvit: (widths, { conv, attention }) =>
    chain(
      group('conv', 1, convBody(widths, conv)),
      ...(attention.gridOnly ? [] : [windows('attn_block', 'window', attention)]),
      windows('attn_grid', 'grid', attention),
    ),
  parallel: (widths, { conv, attention }) =>
    chain(
      group('conv.0', 1, convBody(widths, conv)),
      group('conv.1', 1, convBody({ from: widths.to, to: widths.to, stride: 1 }, conv)),
      group('attn', 1, bothAtOnce(widths.to, attention)),
    ),
}

const unbiased = (bias: boolean): Attributes => (bias ? {} : { bias: false })
const aligned = ({ tensorflow = false }: ConvOptions): Attributes =>
  tensorflow ? { alignment: 'tensorflow' } : {}

const normOf = (id: string, { kind = 'mbconv', eps }: ConvOptions): DocumentNode =>
  module(id, kind === 'mbconv' ? 'batchNorm' : 'layerNorm', eps === undefined ? {} : { eps })

/** Pooling, and a 1×1 convolution where the width changes. */
function downsampled(
  id: string,
  { from, to, stride }: Widths,
  { pool = 'averagePool', bias = true }: { pool?: 'averagePool' | 'maxPool'; bias?: boolean },
): DocumentNode[] {
  if (stride === 1) return []
  const window = pool === 'maxPool' ? { kernelSize: 3 } : {}
  const expand = module(`${id}.expand`, 'convolution', { dim: to, kernelSize: 1, ...unbiased(bias) })
  return [module(`${id}.pool`, pool, window), ...(from === to ? [] : [expand])]
}

function convBody(widths: Widths, conv: ConvOptions): GraphBody {
  const sketch = new Sketch()
  const branch = conv.kind === 'convnext' ? convNext(widths) : invertedResidual(widths, conv)
  const { shortcutPool: pool = 'averagePool', outputBias: bias = true } = conv
  return sketch.body(sketch.residual(IN, 'add', branch, downsampled('shortcut', widths, { pool, bias })))
}

/** Norm first, widen, depthwise, narrow. */
function invertedResidual(widths: Widths, conv: ConvOptions): DocumentNode[] {
  const { from, to, stride } = widths
  const { act = 'gelu', firstAct = false, expand = 'output', gateRatio = 0.25, gateAct = 'silu' } = conv
  const pools = stride === 2 && conv.stride === 'pool'
  const inner = 4 * (expand === 'output' ? to : from)
  const gate = module(conv.gateFirst ? 'se_early' : 'se', 'squeezeExcite', {
    dim: Math.floor(gateRatio * (expand === 'output' ? to : inner)),
    ...differing({ act: gateAct }, { act: 'relu' }),
  })
  return [
    normOf('pre_norm', conv),
    ...(firstAct ? [module('pre_act', act)] : []),
    ...(pools ? [module('down.pool', 'averagePool')] : []),
    module('conv1_1x1', 'convolution', { dim: inner, kernelSize: 1, bias: false }),
    normOf('norm1', conv),
    module('act1', act),
    module('conv2_kxk', 'convolution', {
      ...(stride === 2 && !pools ? { stride, ...aligned(conv) } : {}),
      groups: null,
      bias: false,
    }),
    ...(conv.gateFirst ? [gate] : []),
    normOf('norm2', conv),
    module('act2', act),
    ...(conv.gateFirst ? [] : [gate]),
    module('conv3_1x1', 'convolution', { dim: to, kernelSize: 1, ...unbiased(conv.outputBias ?? true) }),
  ]
}

function convNext({ to, from, stride }: Widths): DocumentNode[] {
  return [
    module('conv_dw', 'convolution', {
      ...differing({ dim: to }, { dim: from }),
      kernelSize: 7,
      ...(stride === 2 ? { stride } : {}),
      groups: null,
    }),
    module('norm', 'layerNorm'),
    module('mlp', 'mlp', { weights: 'conv' }),
    module('ls', 'layerScale'),
  ]
}

/** What windows, grids and whole maps share. */
const attentionAttributes = ({
  headDim = 32,
  order = 'heads',
  position = 'table',
  positionHidden = 512,
}: AttentionOptions): Attributes => ({
  ...differing({ headDim }, { headDim: 32 }),
  ...differing({ order }, { order: 'parts' }),
  ...(position === 'log' ? differing({ hidden: positionHidden }, { hidden: 512 }) : {}),
})

const scales = ({ layerScale = false }: AttentionOptions) =>
  layerScale ? (half: 1 | 2) => [module(`ls${half}`, 'layerScale')] : undefined

const mlpOf = ({ act = 'gelu' }: AttentionOptions, attrs: Attributes = {}): DocumentNode =>
  module('mlp', 'mlp', { ...differing({ act }, { act: 'gelu' }), ...attrs })

function windowMixer(
  id: string,
  partition: 'window' | 'grid',
  attention: Style['attention'],
  attrs: Attributes = {},
): DocumentNode {
  const { position = 'table', window: windowSize } = attention
  const rename: Record<string, string> =
    position === 'log'
      ? { mlp: 'rel_pos.mlp' }
      : { relative_position_bias_table: 'rel_pos.relative_position_bias_table' }
  const [mixer, usual] = partition === 'window' ? ['windowAttention', 'table'] : ['dilatedAttention', 'mlp']
  return module({ id, keys: rename }, mixer, {
    ...attentionAttributes(attention),
    ...differing({ windowSize }, { windowSize: 7 }),
    ...(position === usual ? {} : { position }),
    ...attrs,
  })
}

function windows(id: string, partition: 'window' | 'grid', attention: Style['attention']): GroupNode {
  const scale = scales(attention)
  const body = preNormBlock({
    mixer: windowMixer('attn', partition, attention),
    mlp: mlpOf(attention),
    ...(attention.norm ? { norm: attention.norm } : {}),
    ...(scale ? { scale } : {}),
  })
  return group(id, 1, body)
}

/** Half of the output from windows, half from a grid. */
function bothAtOnce(width: number, attention: Style['attention']): GraphBody {
  const sketch = new Sketch()
  const normed = sketch.chain(IN, module('norm1', 'layerNorm'))
  const half = (id: string, partition: 'window' | 'grid') =>
    sketch.chain(normed, windowMixer(id, partition, attention, { dim: width / 2 }))
  const both = sketch.join(module('both', 'concat'), half('attn_block', 'window'), half('attn_grid', 'grid'))
  const mixed = sketch.join(module('add1', 'add'), IN, both)
  return sketch.body(sketch.residual(mixed, 'add2', [module('norm2', 'layerNorm'), mlpOf(attention)]))
}

/** Attention over the whole map; with a stride the map is pooled before it. */
function mapAttention(widths: Widths, attention: AttentionOptions): GraphBody {
  const { from, to, stride } = widths
  const {
    norm = 'layerNorm',
    position = 'table',
    expandFirst = true,
    shortcutBias: bias = true,
    pool = 'averagePool',
  } = attention
  const sketch = new Sketch()
  const normed = (id: string) => module(id, slotModule(norm), slotAttributes(norm))
  const scale = scales(attention) ?? (() => [])
  const narrow = { from, to: from, stride }
  const first =
    stride === 1 ? [normed('norm1')] : [normed('norm1.norm'), ...downsampled('norm1.down', narrow, { pool })]
  const mixer = module('attn', 'attention', {
    ...attentionAttributes({ ...attention, order: 'heads' }),
    position,
    ...(from === to ? {} : { dim: to, ...(expandFirst ? { headsFrom: 'output' } : {}) }),
    weights: 'conv',
  })
  const mixed = sketch.residual(
    IN,
    'add1',
    [...first, mixer, ...scale(1)],
    downsampled('shortcut', widths, { pool, bias }),
  )
  const mlp = mlpOf(attention, { weights: 'conv' })
  return sketch.body(sketch.residual(mixed, 'add2', [normed('norm2'), mlp, ...scale(2)]))
}

// --- styles ------------------------------------------------------------------------------------------------------

/** The models as Google published them, in TensorFlow. */
export const tensorflowStyle = {
  conv: { eps: 1e-3, act: 'geluTanh', tensorflow: true },
  attention: {
    norm: { module: 'layerNorm', attrs: { eps: 1e-5 } },
    act: 'geluTanh',
    order: 'parts',
    position: 'lookup',
  },
} as const

/** timm's own CoAtNets. */
export const coatnetStyle = {
  conv: {
    act: 'silu',
    firstAct: true,
    expand: 'input',
    outputBias: false,
    stride: 'pool',
    gateAct: 'relu',
  },
  attention: { expandFirst: false },
} as const

/** timm's own MaxViTs. */
export const maxvitStyle = {
  conv: { act: 'silu', expand: 'input', outputBias: false, gateRatio: 1 / 16 },
  attention: { expandFirst: false },
} as const

/** MaxxViT: blocks of ConvNeXt instead of inverted residuals. */
const maxxvitStyle = {
  conv: { kind: 'convnext' },
  attention: { expandFirst: false, position: 'log', layerScale: true },
} as const

// --- the models --------------------------------------------------------------------------------------------------

const coatnetPaper = {
  title: 'CoAtNet: Marrying Convolution and Attention for All Data Sizes',
  authors: 'Dai et al.',
  year: 2021,
  url: 'https://arxiv.org/abs/2106.04803',
}
const maxvitPaper = {
  title: 'MaxViT: Multi-Axis Vision Transformer',
  authors: 'Tu et al.',
  year: 2022,
  url: 'https://arxiv.org/abs/2204.01697',
}

const table = (top1: number): Published => ({
  top1,
  source: 'MetaFormer Baselines for Vision (Yu et al. 2022), Table V',
})

/** Widths of the four stages, by that of the first. */
const doubling = (dim: number): readonly number[] => [dim, 2 * dim, 4 * dim, 8 * dim]
const everywhere = (block: BlockKind): readonly BlockKind[] => [block, block, block, block]
const convThenAttention = ['conv', 'conv', 'attention', 'attention'] as const
const whole = { preprocessing: symmetricPixels(1) }
const imagenet = { preprocessing: imagenetPixels(0.95) }

const trunk = (dim: number, depths: readonly number[], stem: readonly [number, number]) => ({
  dims: doubling(dim),
  depths,
  stem,
})

const coatnet = { blocks: convThenAttention }
const coatnetBase = trunk(96, [2, 6, 14, 2], [32, 64])
const coatnetLarge = trunk(128, [2, 6, 14, 2], [64, 128])
const coatnetXlarge = trunk(192, [2, 6, 14, 2], [96, 192])
const coatnetNano = trunk(64, [3, 4, 6, 3], [32, 64])
const newer = { ...maxvitStyle.conv, outputBias: true, gateRatio: 0.25 }
const strided = { ...coatnetStyle.conv, stride: 'depthwise' } as const
const offsets = (positionHidden = 512) => ({ position: 'log', positionHidden }) as const
const scaled = { layerScale: true } as const

const published = (dim: number, depths: readonly number[], stem: number): MaxVitSizes => ({
  ...trunk(dim, depths, [stem, stem]),
  ...coatnet,
  hidden: 8 * dim,
})

const coatnets = presetsOf(
  { family: 'maxxvit', paper: coatnetPaper, preprocessing: symmetricPixels(0.95) },
  maxvit,
  [
    [
      'coatnet_0_224',
      'CoAtNet-0',
      published(96, [2, 3, 5, 2], 64),
      'Two stages of inverted residuals, then two of attention that adds what it learned about offsets.',
      { published: table(81.6) },
    ],
    [
      'coatnet_1_224',
      'CoAtNet-1',
      published(96, [2, 6, 14, 2], 64),
      'The same widths, fourteen blocks of attention.',
      { published: table(83.3) },
    ],
    [
      'coatnet_2_224',
      'CoAtNet-2',
      published(128, [2, 6, 14, 2], 128),
      'Widths from 128 to 1024 channels.',
      { published: table(84.1) },
    ],
    [
      'coatnet_3_224',
      'CoAtNet-3',
      published(192, [2, 6, 14, 2], 192),
      'Widths from 192 to 1536 channels.',
      { published: table(84.5) },
    ],
    [
      'coatnet_4_224',
      'CoAtNet-4',
      published(192, [2, 12, 28, 2], 192),
      'Twice as deep in the middle stages.',
    ],
    [
      'coatnet_5_224',
      'CoAtNet-5',
      { ...published(256, [2, 12, 28, 2], 192), dims: [256, 512, 1280, 2048] },
      'The largest, with 1280 channels in the third stage.',
    ],
    [
      'coatnet_pico_rw_224',
      'CoAtNet-Pico (rw)',
      {
        ...trunk(64, [2, 3, 5, 2], [32, 64]),
        ...coatnet,
        conv: newer,
        attention: maxvitStyle.attention,
      },
      'The smallest, by timm.',
    ],
    [
      'coatnet_nano_rw_224',
      'CoAtNet-Nano (rw)',
      {
        ...coatnetNano,
        ...coatnet,
        conv: { ...newer, stride: 'pool' },
        attention: maxvitStyle.attention,
      },
      'A small one by timm, which halves maps by pooling.',
      { preprocessing: symmetricPixels(0.9) },
    ],
    [
      'coatnet_0_rw_224',
      'CoAtNet-0 (rw)',
      {
        ...trunk(96, [2, 3, 7, 2], [32, 64]),
        ...coatnet,
        conv: { ...coatnetStyle.conv, gateFirst: true },
        attention: { ...coatnetStyle.attention, shortcutBias: false },
      },
      'CoAtNet-0 as timm trained it: two more blocks of attention, SiLU, pooling for strides.',
    ],
    [
      'coatnet_1_rw_224',
      'CoAtNet-1 (rw)',
      {
        ...coatnetBase,
        ...coatnet,
        conv: { ...strided, gateFirst: true },
        attention: { ...coatnetStyle.attention, shortcutBias: false },
      },
      'CoAtNet-1 as timm trained it.',
    ],
    [
      'coatnet_2_rw_224',
      'CoAtNet-2 (rw)',
      {
        ...coatnetLarge,
        ...coatnet,
        conv: { ...strided, gateAct: 'silu' },
        attention: coatnetStyle.attention,
      },
      'CoAtNet-2 as timm trained it.',
    ],
    [
      'coatnet_3_rw_224',
      'CoAtNet-3 (rw)',
      {
        ...coatnetXlarge,
        ...coatnet,
        conv: { ...strided, gateAct: 'silu' },
        attention: { ...coatnetStyle.attention, ...scaled },
        classes: 11821,
      },
      'CoAtNet-3 as timm trained it on ImageNet-12k, with LayerScale.',
    ],
    [
      'coatnet_bn_0_rw_224',
      'CoAtNet-0 BN (rw)',
      {
        ...trunk(96, [2, 3, 7, 2], [32, 64]),
        ...coatnet,
        conv: { ...strided, gateFirst: true },
        attention: {
          ...coatnetStyle.attention,
          shortcutBias: false,
          norm: { module: 'batchNorm', attrs: { eps: 1e-6 } },
        },
      },
      'CoAtNet-0 with BatchNorm in its attention blocks too.',
      imagenet,
    ],
    [
      'coatnet_rmlp_nano_rw_224',
      'CoAtNet-Nano RMLP (rw)',
      {
        ...coatnetNano,
        ...coatnet,
        conv: newer,
        attention: { ...maxvitStyle.attention, ...offsets(384) },
      },
      'An MLP of the offset takes the place of the table of biases.',
      { preprocessing: symmetricPixels(0.9) },
    ],
    [
      'coatnet_rmlp_0_rw_224',
      'CoAtNet-0 RMLP (rw)',
      {
        ...trunk(96, [2, 3, 7, 2], [32, 64]),
        ...coatnet,
        conv: strided,
        attention: { ...coatnetStyle.attention, ...offsets() },
      },
      'CoAtNet-0 whose biases come from an MLP of the offset.',
    ],
    [
      'coatnet_rmlp_1_rw_224',
      'CoAtNet-1 RMLP (rw)',
      {
        ...coatnetBase,
        ...coatnet,
        conv: { ...coatnetStyle.conv, shortcutPool: 'maxPool', gateFirst: true },
        attention: { ...coatnetStyle.attention, shortcutBias: false, pool: 'maxPool', ...offsets(384) },
      },
      'CoAtNet-1 with an MLP of the offset and max-pooling.',
    ],
    [
      'coatnet_rmlp_1_rw2_224',
      'CoAtNet-1 RMLP (rw2)',
      {
        ...coatnetBase,
        ...coatnet,
        conv: strided,
        attention: { ...coatnetStyle.attention, ...offsets() },
      },
      'CoAtNet-1 with a wider MLP of the offset.',
    ],
    [
      'coatnet_rmlp_2_rw_224',
      'CoAtNet-2 RMLP (rw)',
      {
        ...coatnetLarge,
        ...coatnet,
        conv: { ...strided, gateAct: 'silu' },
        attention: { ...coatnetStyle.attention, ...scaled, ...offsets() },
      },
      'CoAtNet-2 with an MLP of the offset and LayerScale.',
    ],
    [
      'coatnet_rmlp_2_rw_384',
      'CoAtNet-2 RMLP 384 (rw)',
      {
        ...coatnetLarge,
        ...coatnet,
        conv: { ...strided, gateAct: 'silu' },
        attention: { ...coatnetStyle.attention, ...scaled, ...offsets() },
        size: 384,
      },
      'The same on larger pictures.',
      whole,
    ],
    [
      'coatnet_rmlp_3_rw_224',
      'CoAtNet-3 RMLP (rw)',
      {
        ...coatnetXlarge,
        ...coatnet,
        conv: { ...strided, gateAct: 'silu' },
        attention: { ...coatnetStyle.attention, ...scaled, ...offsets() },
      },
      'CoAtNet-3 with an MLP of the offset and LayerScale.',
    ],
    [
      'coatnet_nano_cc_224',
      'CoAtNet-Nano CC (rw)',
      {
        ...coatnetNano,
        blocks: ['conv', 'conv', ['conv', 'attention'], ['conv', 'attention']],
        conv: coatnetStyle.conv,
        attention: coatnetStyle.attention,
      },
      'Stages of attention begin with a convolutional block.',
    ],
    [
      'coatnext_nano_rw_224',
      'CoAtNeXt-Nano (rw)',
      {
        ...coatnetNano,
        ...coatnet,
        conv: maxxvitStyle.conv,
        attention: { expandFirst: false },
      },
      'CoAtNet with blocks of ConvNeXt instead of inverted residuals.',
      { preprocessing: symmetricPixels(0.9) },
    ],
  ],
)

const everyMaxvit = { blocks: everywhere('maxvit') }
const pico = { ...trunk(32, [2, 2, 5, 2], [24, 32]), ...everyMaxvit }
const nano = { ...trunk(64, [1, 2, 3, 1], [32, 64]), ...everyMaxvit }
const tiny = { ...trunk(64, [2, 2, 5, 2], [32, 64]), ...everyMaxvit }
const small = { ...trunk(96, [2, 2, 5, 2], [32, 64]), ...everyMaxvit }
const base = { ...trunk(96, [2, 6, 14, 2], [32, 64]), ...everyMaxvit }
const rmlp = {
  conv: maxvitStyle.conv,
  attention: { ...maxvitStyle.attention, ...offsets() },
}
const v2 = { ...maxxvitStyle, attention: { ...maxxvitStyle.attention, gridOnly: true } }

/** The sizes that the paper's code names, at one side of the picture. */
const sizes = {
  tiny: ['T', 64, [2, 2, 5, 2], 64, 'A block of MaxViT convolves, attends in windows, then over a grid.'],
  small: ['S', 96, [2, 2, 5, 2], 64, 'Widths from 96 to 768 channels.'],
  base: ['B', 96, [2, 6, 14, 2], 64, 'Fourteen blocks in the third stage.'],
  large: ['L', 128, [2, 6, 14, 2], 128, 'Widths from 128 to 1024 channels.'],
  xlarge: ['XL', 192, [2, 6, 14, 2], 192, 'The largest MaxViT, 475 million parameters.'],
} as const
const accuracies: { readonly [name: string]: number } = {
  tiny224: 83.6,
  small224: 84.5,
  base224: 85,
  small384: 85.2,
  base384: 86.3,
}

const published224To512 = Object.entries(sizes).flatMap(([name, [letter, dim, depths, stem, summary]]) =>
  [224, 384, 512].map((size): Parameters<typeof presetsOf<MaxVitSizes>>[2][number] => {
    const top1 = accuracies[`${name}${size}`]
    return [
      `maxvit_${name}_tf_${size}`,
      size === 224 ? `MaxViT-${letter}` : `MaxViT-${letter} ${size}`,
      {
        ...trunk(dim, depths, [stem, stem]),
        ...everyMaxvit,
        ...tensorflowStyle,
        stemBias: true,
        hidden: 8 * dim,
        // Only its weights for ImageNet-21k are published at this size.
        ...(name === 'xlarge' && size === 224 ? { classes: 21843 } : {}),
        size,
      },
      size === 224 ? summary : `MaxViT-${letter} with windows and grids of ${size / 32}×${size / 32}.`,
      {
        ...(top1 === undefined ? {} : { published: table(top1) }),
        ...(size === 224 ? (name === 'xlarge' ? {} : imagenet) : whole),
      },
    ]
  }),
)

const maxvits = presetsOf(
  { family: 'maxxvit', paper: maxvitPaper, preprocessing: symmetricPixels(0.95) },
  maxvit,
  [
    ...published224To512,
    [
      'maxvit_pico_rw_256',
      'MaxViT-Pico (rw)',
      { ...pico, ...maxvitStyle, size: 256 },
      'The smallest, by timm.',
    ],
    [
      'maxvit_nano_rw_256',
      'MaxViT-Nano (rw)',
      { ...nano, ...maxvitStyle, size: 256 },
      'Seven blocks, windows of 8×8.',
    ],
    [
      'maxvit_tiny_rw_224',
      'MaxViT-T (rw)',
      { ...tiny, ...maxvitStyle },
      'MaxViT-T as timm trained it, with SiLU.',
    ],
    [
      'maxvit_tiny_rw_256',
      'MaxViT-T 256 (rw)',
      { ...tiny, ...maxvitStyle, size: 256 },
      'The same with windows of 8×8.',
    ],
    [
      'maxvit_tiny_pm_256',
      'MaxViT-T parallel (rw)',
      { ...tiny, ...maxvitStyle, blocks: everywhere('parallel'), size: 256 },
      'Two convolutional blocks, then windows and grid side by side, each for half of the channels.',
    ],
    [
      'maxvit_rmlp_pico_rw_256',
      'MaxViT-Pico RMLP (rw)',
      { ...pico, ...rmlp, size: 256 },
      'An MLP of the offset takes the place of the table of biases.',
    ],
    [
      'maxvit_rmlp_nano_rw_256',
      'MaxViT-Nano RMLP (rw)',
      { ...nano, ...rmlp, size: 256 },
      'MaxViT-Nano whose biases come from an MLP.',
    ],
    [
      'maxvit_rmlp_tiny_rw_256',
      'MaxViT-T RMLP (rw)',
      { ...tiny, ...rmlp, size: 256 },
      'MaxViT-T whose biases come from an MLP.',
    ],
    [
      'maxvit_rmlp_small_rw_224',
      'MaxViT-S RMLP (rw)',
      { ...small, ...rmlp, attention: { ...rmlp.attention, ...scaled } },
      'MaxViT-S whose biases come from an MLP, with LayerScale.',
      { preprocessing: symmetricPixels(0.9) },
    ],
    [
      'maxvit_rmlp_small_rw_256',
      'MaxViT-S RMLP 256 (rw)',
      { ...small, ...rmlp, attention: { ...rmlp.attention, ...scaled }, size: 256 },
      'The same with windows of 8×8.',
    ],
    [
      'maxvit_rmlp_base_rw_224',
      'MaxViT-B RMLP (rw)',
      { ...base, ...rmlp, hidden: 768 },
      'MaxViT-B whose biases come from an MLP.',
    ],
    [
      'maxvit_rmlp_base_rw_384',
      'MaxViT-B RMLP 384 (rw)',
      { ...base, ...rmlp, hidden: 768, size: 384 },
      'The same with windows of 12×12.',
      whole,
    ],
    [
      'maxxvit_rmlp_nano_rw_256',
      'MaxxViT-Nano RMLP (rw)',
      { ...nano, ...maxxvitStyle, size: 256 },
      'MaxViT with blocks of ConvNeXt instead of inverted residuals.',
    ],
    [
      'maxxvit_rmlp_tiny_rw_256',
      'MaxxViT-T RMLP (rw)',
      { ...tiny, ...maxxvitStyle, size: 256 },
      'Eleven blocks.',
    ],
    [
      'maxxvit_rmlp_small_rw_256',
      'MaxxViT-S RMLP (rw)',
      { ...small, ...maxxvitStyle, stem: [48, 96], size: 256 },
      'Widths from 96 to 768 channels.',
    ],
    [
      'maxxvitv2_nano_rw_256',
      'MaxxViT-V2-Nano (rw)',
      {
        ...trunk(96, [1, 2, 3, 1], [48, 96]),
        ...everyMaxvit,
        ...v2,
        attention: { ...v2.attention, position: 'table' },
        size: 256,
      },
      'ConvNeXt blocks and attention over grids alone.',
    ],
    [
      'maxxvitv2_rmlp_base_rw_224',
      'MaxxViT-V2-B RMLP (rw)',
      { ...trunk(128, [2, 6, 12, 2], [64, 128]), ...everyMaxvit, ...v2 },
      'Twelve blocks in the third stage, grids alone.',
    ],
    [
      'maxxvitv2_rmlp_base_rw_384',
      'MaxxViT-V2-B RMLP 384 (rw)',
      { ...trunk(128, [2, 6, 12, 2], [64, 128]), ...everyMaxvit, ...v2, size: 384 },
      'The same with grids of 12×12.',
      whole,
    ],
    [
      'maxxvitv2_rmlp_large_rw_224',
      'MaxxViT-V2-L RMLP (rw)',
      { ...trunk(160, [2, 6, 16, 2], [80, 160]), ...everyMaxvit, ...v2, hidden: 1280 },
      'Widths from 160 to 1280 channels.',
    ],
  ],
)

export const maxxvits: readonly Preset[] = [...maxvits, ...coatnets]
