/**
 * Networks that are put together block by block, as timm's byobnet: ResNets whose middle convolution is attention
 * (BoTNet, HaloNet, LambdaNet), RepVGG and MobileOne with their branches before they are merged, GENet, RegNetZ.
 *
 * BoTNet: Srinivas et al. 2021, https://arxiv.org/abs/2101.11605; HaloNet: Vaswani et al. 2021,
 * https://arxiv.org/abs/2103.12731; LambdaNetworks: Bello 2021, https://arxiv.org/abs/2102.08602; RepVGG: Ding et al. 2021,
 * https://arxiv.org/abs/2101.03697; MobileOne: Vasu et al. 2022, https://arxiv.org/abs/2206.04040
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import { divisible, halfToEven } from '../modules/rounding'
import type { Attributes, SlotValue } from '../schema/schema'
import { slotAttributes, slotModule } from '../schema/schema'
import { chain, design, group, module, runs, Sketch } from './sketch'

export interface ByobSizes {
  /** Per stage, blocks that follow each other. */
  readonly stages: readonly (readonly ByobBlock[])[]
  /** One 3×3 convolution, one of 7×7, or several: `tiered` widen, `deep` do not, `quad` double up to the width. */
  readonly stem?: '3x3' | '7x7' | 'tiered' | 'deep' | 'quad' | 'quad2' | 'clip' | 'rep' | 'one'
  readonly stemWidth?: number
  /** What follows the stem; without it the last convolution of several strides. */
  readonly stemPool?: 'max' | 'average'
  /** Factor on all widths. */
  readonly width?: number
  /** Shortcuts are projected, pooled before that, or left out where shapes differ. */
  readonly shortcut?: 'convolution' | 'average' | 'none'
  /** Strided convolutions become a convolution and an average. */
  readonly averageDown?: boolean
  readonly act?: string
  /** What gates the branches. */
  readonly gate?: SlotValue
  /** Blocks end in the sum, without an activation. */
  readonly linearOut?: boolean
  /** Inner widths are multiples of the input of a block, not of its output. */
  readonly widen?: boolean
  /** Two middle convolutions. */
  readonly twice?: boolean
  /** Channels of a last 1×1 convolution. */
  readonly features?: number
  readonly head?: 'linear' | 'attention' | 'mlp'
  readonly classes?: number
  readonly size?: number
}

export interface ByobBlock {
  readonly kind: 'basic' | 'bottle' | 'dark' | 'edge' | 'rep' | 'one' | 'mixer' | 'own'
  readonly repeat?: number
  readonly width: number
  /** Of the first block. */
  readonly stride?: number
  /** Channels of a group; 1 is a convolution per channel. */
  readonly groupWidth?: number
  /** Inner width as a share of the block's. */
  readonly ratio?: number
  /** Window of the middle convolution. */
  readonly kernelSize?: number
  /** Convolutions side by side (MobileOne). */
  readonly branches?: number
  readonly twice?: boolean
  readonly gate?: SlotValue
  readonly mixer?: Mixer
  /** What an `own` block is. */
  readonly body?: GraphBody
}

/** Attention in the place of the middle convolution. */
export interface Mixer {
  readonly module: 'bottleneckAttention' | 'haloAttention' | 'lambdaLayer'
  readonly attrs: Attributes
  /** Width of all queries as a share of the inner width, in multiples of eight. */
  readonly keyRatio?: number
}

export function byobnet(name: string, sizes: ByobSizes): Document {
  const { stages, width: factor = 1, features = 0, classes = 1000, size = 224 } = sizes
  const stemWidth = halfToEven((sizes.stemWidth ?? 32) * factor)
  let from = stemWidth
  const trunk = stages.map((rows, stage) => {
    const blocks = rows
      .flatMap((row) => Array.from({ length: row.repeat ?? 1 }, () => row))
      .map((row, index) => {
        const to = divisible(row.width * factor)
        const block = { ...row, from, to, stride: index === 0 ? (rows[0]?.stride ?? 2) : 1 }
        from = to
        return block
      })
    const bodies = runs(blocks).map(({ at, count, item }) => group(`${at}`, count, body(item, sizes)))
    return group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, chain(...bodies))
  })
  const last = features === 0 ? [] : [lastConvolution(halfToEven(features * factor), sizes.act)]
  return design(name, chain(stem(sizes, stemWidth), ...trunk, ...last, head(sizes, classes)), size)
}

const lastConvolution = (dim: number, act = 'relu'): DocumentNode =>
  group(
    'final_conv',
    1,
    chain(convolution('conv', { dim, kernelSize: 1 }), module('bn', 'batchNorm'), module('act', act)),
  )

function head({ head = 'linear' }: ByobSizes, classes: number): DocumentNode {
  const count: Attributes = classes === 1000 ? {} : { classes }
  if (head === 'linear') return module('head', 'poolHead', { ...count, norm: 'noNorm' })
  if (head === 'mlp')
    return module({ id: 'head', keys: { 'fc.fc1': 'pre_logits.fc', 'fc.fc2': 'fc' } }, 'mlpHead', {
      ...count,
      mlpRatio: 0.5,
      norm: 'batchNorm',
      act: 'relu',
      hiddenNorm: 'noNorm',
    })
  const keys = { positional_embedding: 'pos_embed', q_proj: 'q', k_proj: 'k', v_proj: 'v', c_proj: 'proj' }
  return module({ id: 'head', keys }, 'attentionPoolHead', { ...count, headDim: 64, queries: 'all' })
}

function stem(sizes: ByobSizes, width: number): DocumentNode {
  const { stem = '3x3', stemPool, act = 'relu' } = sizes
  const title = 'Stem'
  if (stem === 'rep' || stem === 'one')
    return group(
      { id: 'stem', title },
      1,
      branchedBody({ kind: stem, width, from: 3, to: width, stride: 2 }, sizes),
    )
  const kernel: Attributes = stem === '7x7' ? { kernelSize: 7 } : {}
  const widths = stemWidths(stem, width)
  if (widths.length === 1 && !stemPool) {
    const only = [
      convolution('conv', { dim: width, ...kernel, stride: 2 }),
      module('bn', 'batchNorm'),
      module('act', act),
    ]
    return group({ id: 'stem', title }, 1, chain(...only))
  }
  const convolutions = widths.flatMap((dim, index) => {
    const strides = index === 0 || (index === widths.length - 1 && !stemPool)
    const attrs = { dim, ...kernel, ...(strides ? { stride: 2 } : {}) }
    const isBare = stem === 'quad2' && index < widths.length - 2
    return isBare ? [convolution(`conv${index + 1}`, attrs)] : unit(`conv${index + 1}`, attrs, act)
  })
  const pool =
    stemPool === 'max'
      ? [module('pool', 'maxPool', { kernelSize: 3 })]
      : stemPool === 'average'
        ? [module('pool', 'averagePool')]
        : []
  return group({ id: 'stem', title }, 1, chain(...convolutions, ...pool))
}

function stemWidths(stem: NonNullable<ByobSizes['stem']>, width: number): readonly number[] {
  if (stem === 'tiered') return [Math.floor((3 * width) / 8), Math.floor(width / 2), width]
  if (stem === 'deep') return [width, width, width]
  if (stem === 'clip') return [width / 2, width / 2, width]
  if (stem === 'quad' || stem === 'quad2') return [8, 4, 2, 1].map((part) => halfToEven(width / part))
  return [width]
}

// --- blocks ------------------------------------------------------------------------------------------------------

/** A block with its widths. */
interface Block extends ByobBlock {
  readonly from: number
  readonly to: number
  readonly stride: number
}

const keepsShape = ({ from, to, stride }: Block): boolean => from === to && stride === 1

function body(block: Block, sizes: ByobSizes): GraphBody {
  if (block.kind === 'own') return block.body ?? chain()
  if (block.kind === 'rep' || block.kind === 'one') return branchedBody(block, sizes)
  const { act = 'relu', shortcut = 'convolution', linearOut = false } = sizes
  const branch = branches[block.kind](block, sizes, act)
  const sketch = new Sketch()
  const same = keepsShape(block)
  const sum =
    !same && shortcut === 'none'
      ? sketch.chain(IN, ...branch)
      : sketch.residual(IN, 'add', branch, same ? [] : projection(block, shortcut === 'average'))
  return sketch.body(linearOut ? sum : sketch.chain(sum, module('act', act)))
}

const branches: {
  readonly [K in Exclude<Block['kind'], 'rep' | 'one' | 'own'>]: (
    block: Block,
    sizes: ByobSizes,
    act: string,
  ) => readonly DocumentNode[]
} = {
  basic: (block, sizes, act) => [
    ...strided('conv1_kxk', { ...inner(block, sizes), ...window(block) }, block, sizes, act),
    ...unit('conv2_kxk', { ...outer(block, sizes), ...window(block), ...grouped(block, sizes) }),
    ...gate('attn_last', block, sizes),
  ],
  bottle: (block, sizes, act) => [
    ...unit('conv1_1x1', { ...inner(block, sizes), kernelSize: 1 }, act),
    ...strided('conv2_kxk', { ...window(block), ...grouped(block, sizes) }, block, sizes, act),
    ...(isTwice(block, sizes) ? unit('conv2b_kxk', { ...window(block), ...grouped(block, sizes) }, act) : []),
    ...gate('attn', block, sizes),
    ...unit('conv3_1x1', { ...outer(block, sizes), kernelSize: 1 }),
  ],
  dark: (block, sizes, act) => [
    ...unit('conv1_1x1', { ...inner(block, sizes), kernelSize: 1 }, act),
    ...strided(
      'conv2_kxk',
      { ...outer(block, sizes), ...window(block), ...grouped(block, sizes) },
      block,
      sizes,
    ),
    ...gate('attn_last', block, sizes),
  ],
  edge: (block, sizes, act) => [
    ...strided(
      'conv1_kxk',
      { ...inner(block, sizes), ...window(block), ...grouped(block, sizes) },
      block,
      sizes,
      act,
    ),
    ...gate('attn', block, sizes),
    ...unit('conv2_1x1', { ...outer(block, sizes), kernelSize: 1 }),
  ],
  /** A bottleneck whose middle is attention; with two of them, the convolution comes first and strides. */
  mixer: (block, sizes, act) => {
    const twice = isTwice(block, sizes)
    return [
      ...unit('conv1_1x1', { ...inner(block, sizes), kernelSize: 1 }, act),
      ...(twice
        ? strided('conv2_kxk', { ...window(block), ...grouped(block, sizes) }, block, sizes, act)
        : []),
      mixer(block, sizes, twice ? 1 : block.stride),
      module('post_attn', 'batchNorm'),
      module('post_attn.act', act),
      ...unit('conv3_1x1', { ...outer(block, sizes), kernelSize: 1 }),
    ]
  },
}

const isTwice = (block: Block, sizes: ByobSizes): boolean => block.twice ?? sizes.twice ?? false

function mixer({ mixer, ...block }: Block, sizes: ByobSizes, stride: number): DocumentNode {
  const { module: id, attrs, keyRatio } = mixer ?? { module: 'bottleneckAttention', attrs: {} }
  const heads = Number(attrs.heads)
  const keyDim =
    keyRatio === undefined
      ? {}
      : { keyDim: Math.floor(divisible(innerWidth(block, sizes) * keyRatio) / heads) }
  return module('self_attn', id, { ...attrs, ...keyDim, ...(stride === 1 ? {} : { stride }) })
}

/** RepVGG and MobileOne in their training form. */
function branchedBody(block: Block, sizes: ByobSizes): GraphBody {
  const { kernelSize: kernel = 3, branches = 1, stride, kind } = block
  const { act = 'relu' } = sizes
  const attrs: Attributes = {
    ...(keepsShape(block) ? {} : { dim: block.to }),
    ...(stride === 1 ? {} : { stride }),
    ...(block.groupWidth ? { groups: block.groupWidth === 1 ? null : block.from / block.groupWidth } : {}),
  }
  const names =
    kind === 'rep' ? ['conv_kxk'] : Array.from({ length: branches }, (_, index) => `conv_kxk.${index}`)
  const small = kernel === 1 ? null : kind === 'rep' ? 'conv_1x1' : 'conv_scale'
  const parts = { names, kernel, small, same: keepsShape(block), attrs }
  return branched(parts, ...gate('attn', block, sizes), module('act', act))
}

interface Branches {
  /** The large convolutions. */
  readonly names: readonly string[]
  readonly kernel: number
  /** The 1×1 convolution; null without it. */
  readonly small: string | null
  /** The input is a branch too. */
  readonly same: boolean
  /** Of all the convolutions. */
  readonly attrs: Attributes
}

/**
 * Convolutions of two sizes and, where shapes agree, the input itself, each with its own norm, are added up. At inference
 * all of them are one convolution.
 */
export function branched(
  { names, kernel, small, same, attrs }: Branches,
  ...after: readonly DocumentNode[]
): GraphBody {
  const sketch = new Sketch()
  const size = kernel === 3 ? {} : { kernelSize: kernel }
  const read = [
    ...(small === null ? [] : [sketch.chain(IN, ...unit(small, { ...attrs, kernelSize: 1 }))]),
    ...names.map((name) => sketch.chain(IN, ...unit(name, { ...attrs, ...size }))),
    ...(same ? [sketch.chain(IN, module('identity', 'batchNorm'))] : []),
  ]
  const sum = read.length === 1 ? (read[0] ?? IN) : sketch.join(module('add', 'add'), ...read)
  return sketch.body(sketch.chain(sum, ...after))
}

/** Convolution, norm and, where one is given, activation. */
export function unit(name: string, attrs: Attributes, act?: string): DocumentNode[] {
  return [
    convolution(`${name}.conv`, attrs),
    module(`${name}.bn`, 'batchNorm'),
    ...(act === undefined ? [] : [module(`${name}.act`, act)]),
  ]
}

/** The convolution that strides; or, against aliasing, an average after it that does. */
function strided(
  name: string,
  attrs: Attributes,
  { stride }: Block,
  { averageDown = false }: ByobSizes,
  act?: string,
): DocumentNode[] {
  if (stride === 1) return unit(name, attrs, act)
  if (!averageDown) return unit(name, { ...attrs, stride }, act)
  return [...unit(name, attrs, act), module(`${name}.aa`, 'averagePool')]
}

const convolution = (id: string, attrs: Attributes) => module(id, 'convolution', { ...attrs, bias: false })

function innerWidth({ from, to, ratio = 1 }: Omit<Block, 'mixer'>, { widen = false }: ByobSizes): number {
  return divisible((widen ? from : to) * ratio)
}

/** Widths as factors where a block keeps its shape, so that it fits behind any map. */
function inner(block: Block, sizes: ByobSizes): Attributes {
  const width = innerWidth(block, sizes)
  return keepsShape(block) ? factor(width / block.from) : { dim: width }
}
function outer(block: Block, sizes: ByobSizes): Attributes {
  return keepsShape(block) ? factor(block.to / innerWidth(block, sizes)) : { dim: block.to }
}
const factor = (ratio: number): Attributes => (ratio === 1 ? {} : { ratio })

const window = ({ kernelSize = 3 }: Block): Attributes => (kernelSize === 3 ? {} : { kernelSize })

function grouped(block: Block, sizes: ByobSizes): Attributes {
  const { groupWidth = 0 } = block
  const groups = groupWidth === 0 ? 1 : innerWidth(block, sizes) / groupWidth
  if (groupWidth === 1) return { groups: null }
  return groups === 1 ? {} : { groups }
}

function gate(id: string, block: Block, sizes: ByobSizes): DocumentNode[] {
  const filled = block.gate ?? sizes.gate
  return filled === undefined ? [] : [module(id, slotModule(filled), slotAttributes(filled))]
}

function projection({ to, stride }: Block, pooled: boolean): DocumentNode[] {
  const node = (id: string, step: number) =>
    module({ id, keys: { norm: 'bn' } }, 'convDownsample', {
      dim: to,
      kernelSize: 1,
      ...(step === 2 ? {} : { stride: step }),
      norm: 'batchNorm',
      normOrder: 'after',
      bias: false,
    })
  if (!pooled) return [node('shortcut', stride)]
  const pool = stride === 1 ? [] : [module('shortcut.pool', 'averagePool', { ceil: true })]
  return [...pool, node('shortcut.conv', 1)]
}
