/**
 * ResNet v1.5 (the stride of a bottleneck lies in its 3×3 convolution) and what grew from it: grouped convolutions,
 * deep stems, pooled shortcuts, squeeze and excitation, blurred downsampling.
 *
 * He et al. 2015, https://arxiv.org/abs/1512.03385; ResNeXt: Xie et al. 2016, https://arxiv.org/abs/1611.05431;
 * SE: Hu et al. 2017, https://arxiv.org/abs/1709.01507; ResNet-D: He et al. 2018, https://arxiv.org/abs/1812.01187
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import type { Attributes, SlotValue } from '../schema/schema'
import { slotAttributes, slotModule } from '../schema/schema'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface ResNetSizes {
  readonly block: 'basic' | 'bottleneck'
  readonly depths: readonly number[]
  /** Width of the 3×3 convolutions of each stage; a bottleneck puts out four times as much. */
  readonly channels?: readonly number[]
  /** Groups of the 3×3 convolutions, and their width where the stage is 64 wide (ResNeXt, wide ResNet). */
  readonly cardinality?: number
  readonly baseWidth?: number
  /** Three 3×3 convolutions in the place of the 7×7; tiered ones widen step by step. */
  readonly stem?: 'plain' | 'deep' | 'tiered' | 'clip'
  /** Width of the first convolutions of a deep stem; the last has twice as much. */
  readonly stemWidth?: number
  /** What follows the stem: max pooling, or a strided convolution (ResNet-RS). */
  readonly stemPool?: 'max' | 'convolution'
  /** Shortcuts are pooled before they are projected (ResNet-D). */
  readonly averageDown?: boolean
  /** Window of the projected shortcuts. */
  readonly downKernel?: number
  /** The first convolution of a bottleneck is this many times narrower than its 3×3 (SENet-154). */
  readonly reduceFirst?: number
  /** What takes the place of a bottleneck's 3×3 convolution. */
  readonly middle?: Middle
  /** Squeeze and excitation at the end of each branch, with this ratio. */
  readonly squeezeExcite?: number
  /** Another gate in its place. */
  readonly gate?: SlotValue
  /** Strided convolutions become a convolution and one of these. */
  readonly antiAlias?: 'blur' | 'average'
  readonly norm?: SlotValue
  /** The last stage keeps its resolution; its windows reach further instead (DC5). */
  readonly dilateLast?: boolean
  readonly dilation?: number
  /** Heads of attention pooling in the place of the mean (CLIP). */
  readonly attentionPool?: number
  /** A generalised mean with a learned exponent in the place of the mean (MultiGrain). */
  readonly generalisedPool?: boolean
  readonly classes?: number
  readonly size?: number
}

export type Middle =
  /** It strides by an average, and norm and activation follow. */
  | { readonly kind: 'attention'; readonly mixer: SlotValue }
  /** Parts convolved one after the other (Res2Net); the block is as many times wider inside. */
  | { readonly kind: 'hierarchical'; readonly parts: number }
  /** Windows to choose from (SKNet). */
  | { readonly kind: 'selective'; readonly attrs: Attributes }
  /** Candidates to choose from (ResNeSt), with an average for the stride. */
  | { readonly kind: 'split'; readonly radix: number; readonly averageFirst?: boolean }

const usualStem = 64
const bottleneckRatio = 4

export function resnet(name: string, sizes: ResNetSizes): Document {
  return design(name, chain(...resnetTrunk(sizes), head(sizes)), sizes.size ?? 224)
}

/** Stem and stages, without the head. */
export function resnetTrunk(sizes: ResNetSizes): DocumentNode[] {
  const { depths, channels = [64, 128, 256, 512], dilateLast = false } = sizes
  const ratio = sizes.block === 'basic' ? 1 : bottleneckRatio
  let width = isDeep(sizes) ? 2 * (sizes.stemWidth ?? usualStem) : usualStem
  const stages = depths.map((depth, stage) => {
    const planes = channels[stage] ?? 64
    const isDilated = dilateLast && stage === depths.length - 1
    const stride = stage === 0 || isDilated ? 1 : 2
    const widens = stride > 1 || width !== planes * ratio
    width = planes * ratio
    const body = sizes.block === 'basic' ? basic : bottleneck
    const blocks = widens
      ? [
          group('0', 1, body(sizes, planes, { stride })),
          ...(depth > 1
            ? [group('1', depth - 1, body(isDilated ? { ...sizes, dilation: 2 } : sizes, planes))]
            : []),
        ]
      : [group('0', depth, body(sizes, planes))]
    return group({ id: `layer${stage + 1}`, title: `Stage ${stage + 1}` }, 1, chain(...blocks))
  })
  return [...stem(sizes), ...stages]
}

function head({ classes = 1000, attentionPool, generalisedPool = false }: ResNetSizes): DocumentNode {
  const count: Attributes = classes === 1000 ? {} : { classes }
  if (attentionPool !== undefined)
    return module('attnpool', 'attentionPoolHead', { ...count, heads: attentionPool })
  const pooling = generalisedPool ? { pooling: 'generalised' } : {}
  return module({ id: 'head', key: '' }, 'poolHead', { ...count, ...pooling, norm: 'noNorm' })
}

const isDeep = ({ stem = 'plain' }: ResNetSizes): boolean => stem !== 'plain'

/** The usual stem is one node; others are spelled out. */
function stem(sizes: ResNetSizes): DocumentNode[] {
  const { stem = 'plain', stemPool = 'max', antiAlias, norm = 'batchNorm' } = sizes
  if (stem === 'plain' && stemPool === 'max' && !antiAlias)
    return [module({ id: 'stem', key: '' }, 'resnetStem', { ...(norm === 'batchNorm' ? {} : { norm }) })]
  if (stem === 'clip') return clipStem(sizes)
  return [...stemConvolutions(sizes), normNode('bn1', sizes), module('act1', 'relu'), ...pools(sizes)]
}

/** As the deep stem, named as in openai/CLIP, with an average at the end. */
function clipStem(sizes: ResNetSizes): DocumentNode[] {
  const { stemWidth = usualStem } = sizes
  const unit = (number: number, attrs: Attributes) => [
    convolution(`conv${number}`, attrs),
    normNode(`bn${number}`, sizes),
    module(`relu${number}`, 'relu'),
  ]
  return [
    ...unit(1, { dim: stemWidth, stride: 2 }),
    ...unit(2, { dim: stemWidth }),
    ...unit(3, { dim: 2 * stemWidth }),
    module('avgpool', 'averagePool'),
  ]
}

function stemConvolutions(sizes: ResNetSizes): DocumentNode[] {
  if (!isDeep(sizes)) return [convolution('conv1', { dim: usualStem, kernelSize: 7, stride: 2 })]
  const { stem, stemWidth = usualStem } = sizes
  const first = stem === 'tiered' ? 3 * Math.floor(stemWidth / 4) : stemWidth
  const body = chain(
    convolution('0', { dim: first, stride: 2 }),
    normNode('1', sizes),
    module('2', 'relu'),
    convolution('3', { dim: stemWidth }),
    normNode('4', sizes),
    module('5', 'relu'),
    convolution('6', { dim: 2 * stemWidth }),
  )
  return [group({ id: 'conv1', title: 'Stem' }, 1, body)]
}

function pools(sizes: ResNetSizes): DocumentNode[] {
  const { stemPool = 'max', antiAlias } = sizes
  if (stemPool === 'convolution') {
    const body = chain(convolution('0', { stride: 2 }), normNode('1', sizes), module('2', 'relu'))
    return [group('maxpool', 1, body)]
  }
  if (antiAlias === 'average') return [module('maxpool', 'averagePool')]
  if (antiAlias === 'blur') {
    return [
      group(
        'maxpool',
        1,
        chain(module('0', 'maxPool', { kernelSize: 3, stride: 1 }), module('1', 'blurPool')),
      ),
    ]
  }
  return [module('maxpool', 'maxPool', { kernelSize: 3 })]
}

/** The first block of a stage, whose shortcut is projected. */
interface First {
  readonly stride: number
}

/** Blocks that are not the first keep width and size, which they state as factors: so they fit behind any map. */
function basic(sizes: ResNetSizes, planes: number, first?: First): GraphBody {
  const { middle } = sizes
  const stride = first?.stride ?? 1
  const width = first ? { dim: planes } : {}
  const begin =
    middle?.kind === 'selective'
      ? [module('conv1', 'selectiveKernel', { ...width, ...middle.attrs, ...strides(stride) })]
      : strided('conv1', 'bn1', 'act1', sizes, width, stride)
  const branch = [...begin, ...convNorm('conv2', 'bn2', sizes, {}), ...gate(sizes)]
  return residualBody(sizes, branch, 'act2', planes, first)
}

function bottleneck(sizes: ResNetSizes, planes: number, first?: First): GraphBody {
  const { cardinality = 1, baseWidth = 64, reduceFirst = 1, middle } = sizes
  const stride = first?.stride ?? 1
  const parts = middle?.kind === 'hierarchical' ? middle.parts : 1
  const out = planes * bottleneckRatio
  const width = Math.floor((planes * baseWidth) / 64) * cardinality * parts
  const sized = (channels: number, from: number) => (first ? { dim: channels } : ratio(channels / from))
  const grouped: Attributes = cardinality === 1 ? {} : { groups: cardinality }
  const dilated: Attributes = sizes.dilation === undefined ? {} : { dilation: sizes.dilation }
  const narrow = width / reduceFirst
  const widened = reduceFirst === 1 ? {} : sized(width, narrow)
  const branch = [
    ...convNorm('conv1', 'bn1', sizes, { ...sized(narrow, out), kernelSize: 1 }),
    module('act1', 'relu'),
    ...(middle
      ? middles(middle, sizes, grouped, { stride, isFirst: first !== undefined })
      : strided('conv2', 'bn2', 'act2', sizes, { ...widened, ...grouped, ...dilated }, stride)),
    ...convNorm('conv3', 'bn3', sizes, { ...sized(out, width), kernelSize: 1 }),
    ...gate(sizes),
  ]
  return residualBody(sizes, branch, 'act3', out, first)
}

function middles(
  middle: Middle,
  sizes: ResNetSizes,
  grouped: Attributes,
  { stride, isFirst }: { readonly stride: number; readonly isFirst: boolean },
): DocumentNode[] {
  switch (middle.kind) {
    case 'attention':
      return [
        module('conv2', slotModule(middle.mixer), slotAttributes(middle.mixer)),
        ...(stride > 1 ? [module('avg_pool', 'averagePool')] : []),
        normNode('bn2', sizes),
        module('act2', 'relu'),
      ]
    case 'hierarchical': {
      const apart = isFirst && stride === 1 ? { apart: true } : {}
      const scales = middle.parts === 4 ? {} : { scales: middle.parts }
      const attrs = { ...scales, ...grouped, ...apart, ...strides(stride) }
      return [module({ id: 'conv2', key: '' }, 'hierarchicalConv', attrs)]
    }
    case 'selective':
      return [module('conv2', 'selectiveKernel', { ...middle.attrs, ...grouped, ...strides(stride) })]
    case 'split': {
      const { radix, averageFirst = false } = middle
      const pool = (id: string, isHere: boolean) =>
        isHere && stride > 1 ? [module(id, 'averagePool', { kernelSize: 3, countIncludePad: true })] : []
      const node = module('conv2', 'splitConv', { ...(radix === 2 ? {} : { radix }), ...grouped })
      return [...pool('avd_first', averageFirst), node, ...pool('avd_last', !averageFirst)]
    }
    default:
      middle satisfies never
      return []
  }
}

/** The 3×3 convolution that strides; with anti-aliasing the stride comes after the activation. */
function strided(
  conv: string,
  bn: string,
  act: string,
  sizes: ResNetSizes,
  attrs: Attributes,
  stride: number,
): DocumentNode[] {
  const { antiAlias } = sizes
  const own = stride > 1 && !antiAlias ? { stride } : {}
  const pool = antiAlias === 'blur' ? 'blurPool' : 'averagePool'
  return [
    convolution(conv, { ...attrs, ...own }),
    normNode(bn, sizes),
    module(act, 'relu'),
    ...(stride > 1 && antiAlias ? [module('aa', pool)] : []),
  ]
}

/** A convolution and its norm; SKNet's are parts of one module. */
function convNorm(conv: string, bn: string, sizes: ResNetSizes, attrs: Attributes): DocumentNode[] {
  const isOne = sizes.middle?.kind === 'selective'
  const { norm = 'batchNorm' } = sizes
  if (!isOne) return [convolution(conv, attrs), normNode(bn, sizes)]
  return [
    module({ id: conv, key: `${conv}.conv` }, 'convolution', { ...attrs, bias: false }),
    module({ id: bn, key: `${conv}.bn` }, slotModule(norm), slotAttributes(norm)),
  ]
}

const strides = (stride: number): Attributes => (stride === 1 ? {} : { stride })

function gate({ squeezeExcite, gate }: ResNetSizes): DocumentNode[] {
  if (gate !== undefined) return [module('se', slotModule(gate), slotAttributes(gate))]
  if (squeezeExcite === undefined) return []
  return [module('se', 'squeezeExcite', squeezeExcite === 1 / 16 ? {} : { ratio: squeezeExcite })]
}

/** ReLU(shortcut + branch); the shortcut is a 1×1 convolution where the width changes. */
function residualBody(
  sizes: ResNetSizes,
  branch: readonly DocumentNode[],
  act: string,
  width: number,
  first: First | undefined,
): GraphBody {
  const sketch = new Sketch()
  const sum = sketch.residual(IN, 'add', branch, first ? projection(sizes, width, first.stride) : [])
  return sketch.body(sketch.chain(sum, module(act, 'relu')))
}

function projection(sizes: ResNetSizes, width: number, stride: number): DocumentNode[] {
  const { averageDown = false, downKernel = 1, norm = 'batchNorm' } = sizes
  const node = (keys: { readonly conv: string; readonly norm: string }, stride: number, kernelSize: number) =>
    module({ id: 'downsample', keys }, 'convDownsample', {
      dim: width,
      ...(kernelSize === 3 ? {} : { kernelSize }),
      ...(stride === 2 ? {} : { stride }),
      norm,
      normOrder: 'after',
      bias: false,
    })
  if (!averageDown) return [node({ conv: '0', norm: '1' }, stride, stride === 1 ? 1 : downKernel)]
  const pool = stride === 1 ? [] : [module('downsample.0', 'averagePool', { ceil: true })]
  const keys = sizes.stem === 'clip' ? { conv: '0', norm: '1' } : { conv: '1', norm: '2' }
  return [...pool, node(keys, 1, 1)]
}

const convolution = (id: string, attrs: Attributes = {}) =>
  module(id, 'convolution', { ...attrs, bias: false })
const normNode = (id: string, { norm = 'batchNorm' }: ResNetSizes) =>
  module(id, slotModule(norm), slotAttributes(norm))
const ratio = (value: number): Attributes => (value === 1 ? {} : { ratio: value })

// --- the models --------------------------------------------------------------------------------------------------

const paper = {
  title: 'Deep Residual Learning for Image Recognition',
  authors: 'He et al.',
  year: 2015,
  url: 'https://arxiv.org/abs/1512.03385',
}
const common = { family: 'resnet', paper, preprocessing: imagenetPixels(0.95) }
const papersOf = {
  resnext: {
    title: 'Aggregated Residual Transformations for Deep Neural Networks',
    authors: 'Xie et al.',
    year: 2016,
    url: 'https://arxiv.org/abs/1611.05431',
  },
  wide: {
    title: 'Wide Residual Networks',
    authors: 'Zagoruyko, Komodakis',
    year: 2016,
    url: 'https://arxiv.org/abs/1605.07146',
  },
  d: {
    title: 'Bag of Tricks for Image Classification with Convolutional Neural Networks',
    authors: 'He et al.',
    year: 2018,
    url: 'https://arxiv.org/abs/1812.01187',
  },
  se: {
    title: 'Squeeze-and-Excitation Networks',
    authors: 'Hu et al.',
    year: 2017,
    url: 'https://arxiv.org/abs/1709.01507',
  },
  eca: {
    title: 'ECA-Net: Efficient Channel Attention for Deep Convolutional Neural Networks',
    authors: 'Wang et al.',
    year: 2019,
    url: 'https://arxiv.org/abs/1910.03151',
  },
  blur: {
    title: 'Making Convolutional Networks Shift-Invariant Again',
    authors: 'Zhang',
    year: 2019,
    url: 'https://arxiv.org/abs/1904.11486',
  },
  rs: {
    title: 'Revisiting ResNets: Improved Training and Scaling Strategies',
    authors: 'Bello et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2103.07579',
  },
}
const reported = (top1: number) => ({
  published: {
    top1,
    source: 'MetaFormer Baselines for Vision (Yu et al. 2022), Table III: recipe of “ResNet strikes back”',
  },
})

const b18 = { block: 'basic', depths: [2, 2, 2, 2] } as const
const b34 = { block: 'basic', depths: [3, 4, 6, 3] } as const
const n14 = { block: 'bottleneck', depths: [1, 1, 1, 1] } as const
const n26 = { block: 'bottleneck', depths: [2, 2, 2, 2] } as const
const n50 = { block: 'bottleneck', depths: [3, 4, 6, 3] } as const
const n101 = { block: 'bottleneck', depths: [3, 4, 23, 3] } as const
const n152 = { block: 'bottleneck', depths: [3, 8, 36, 3] } as const
const n200 = { block: 'bottleneck', depths: [3, 24, 36, 3] } as const
const n269 = { block: 'bottleneck', depths: [3, 30, 48, 8] } as const

const plain = presetsOf(common, resnet, [
  ['resnet18', 'ResNet-18', b18, 'Eight blocks of two 3×3 convolutions around a shortcut.', reported(70.6)],
  ['resnet34', 'ResNet-34', b34, 'ResNet-18 with sixteen blocks.', reported(75.5)],
  ['resnet26', 'ResNet-26', n26, 'Two bottlenecks in each stage.'],
  [
    'resnet50',
    'ResNet-50',
    n50,
    'Sixteen bottlenecks: narrow, convolve, widen; the yardstick of a decade.',
    reported(79.8),
  ],
  ['resnet101', 'ResNet-101', n101, 'ResNet-50 with twenty-three blocks in its third stage.', reported(81.3)],
  ['resnet152', 'ResNet-152', n152, 'Fifty bottlenecks: the deepest of the paper.', reported(81.8)],
  ['resnet200', 'ResNet-200', n200, 'Sixty-six bottlenecks.'],
  [
    'resnet50_gn',
    'ResNet-50 (GN)',
    { ...n50, norm: 'groupNorm' },
    'ResNet-50 with GroupNorm: independent of the batch.',
  ],
])

const c = { stem: 'deep', stemWidth: 32 } as const
const s = { stem: 'deep', stemWidth: 64 } as const
const d = { ...c, averageDown: true } as const
const t = { ...d, stem: 'tiered' } as const
const variants = presetsOf({ ...common, paper: papersOf.d }, resnet, [
  ['resnet10t', 'ResNet-10-T', { ...n14, block: 'basic', ...t, size: 176 }, 'One basic block in each stage.'],
  ['resnet14t', 'ResNet-14-T', { ...n14, ...t, size: 176 }, 'One bottleneck in each stage.'],
  ['resnet18d', 'ResNet-18-D', { ...b18, ...d }, 'ResNet-18 with a deep stem and pooled shortcuts.'],
  ['resnet34d', 'ResNet-34-D', { ...b34, ...d }, 'ResNet-34 with a deep stem and pooled shortcuts.'],
  ['resnet26d', 'ResNet-26-D', { ...n26, ...d }, 'ResNet-26 with a deep stem and pooled shortcuts.'],
  [
    'resnet26t',
    'ResNet-26-T',
    { ...n26, ...t, size: 256 },
    'ResNet-26-D with a stem that widens step by step.',
  ],
  ['resnet50c', 'ResNet-50-C', { ...n50, ...c }, 'ResNet-50 with three 3×3 convolutions as its stem.'],
  [
    'resnet50d',
    'ResNet-50-D',
    { ...n50, ...d },
    'ResNet-50 whose stem is three small convolutions and whose shortcuts are pooled before they are projected.',
  ],
  ['resnet50s', 'ResNet-50-S', { ...n50, ...s }, 'ResNet-50-C with a stem of twice the width.'],
  ['resnet50t', 'ResNet-50-T', { ...n50, ...t }, 'ResNet-50-D with a stem that widens step by step.'],
  ['resnet101c', 'ResNet-101-C', { ...n101, ...c }, 'ResNet-101 with a deep stem.'],
  ['resnet101d', 'ResNet-101-D', { ...n101, ...d }, 'ResNet-101 with a deep stem and pooled shortcuts.'],
  ['resnet101s', 'ResNet-101-S', { ...n101, ...s }, 'ResNet-101 with a deep, wide stem.'],
  ['resnet152c', 'ResNet-152-C', { ...n152, ...c }, 'ResNet-152 with a deep stem.'],
  [
    'resnet152d',
    'ResNet-152-D',
    { ...n152, ...d, size: 256 },
    'ResNet-152 with a deep stem and pooled shortcuts.',
  ],
  ['resnet152s', 'ResNet-152-S', { ...n152, ...s }, 'ResNet-152 with a deep, wide stem.'],
  [
    'resnet200d',
    'ResNet-200-D',
    { ...n200, ...d, size: 256 },
    'ResNet-200 with a deep stem and pooled shortcuts.',
  ],
])

const wide = presetsOf({ ...common, paper: papersOf.wide }, resnet, [
  [
    'wide_resnet50_2',
    'Wide ResNet-50-2',
    { ...n50, baseWidth: 128 },
    'ResNet-50 whose 3×3 convolutions are twice as wide.',
  ],
  [
    'wide_resnet101_2',
    'Wide ResNet-101-2',
    { ...n101, baseWidth: 128 },
    'ResNet-101 whose 3×3 convolutions are twice as wide.',
  ],
])

const groups = (cardinality: number, baseWidth: number) => ({ cardinality, baseWidth })
const resnexts = presetsOf({ ...common, paper: papersOf.resnext }, resnet, [
  [
    'resnext50_32x4d',
    'ResNeXt-50 32×4d',
    { ...n50, ...groups(32, 4) },
    'ResNet-50 whose 3×3 convolutions work in thirty-two groups.',
  ],
  [
    'resnext50d_32x4d',
    'ResNeXt-50-D 32×4d',
    { ...n50, ...groups(32, 4), ...d },
    'ResNeXt-50 with a deep stem and pooled shortcuts.',
  ],
  ['resnext101_32x4d', 'ResNeXt-101 32×4d', { ...n101, ...groups(32, 4) }, 'Thirty-two groups of four.'],
  ['resnext101_32x8d', 'ResNeXt-101 32×8d', { ...n101, ...groups(32, 8) }, 'Thirty-two groups of eight.'],
  [
    'resnext101_32x16d',
    'ResNeXt-101 32×16d',
    { ...n101, ...groups(32, 16) },
    'Thirty-two groups of sixteen: 194 million parameters.',
  ],
  [
    'resnext101_32x32d',
    'ResNeXt-101 32×32d',
    { ...n101, ...groups(32, 32) },
    'Thirty-two groups of thirty-two: 469 million parameters.',
  ],
  ['resnext101_64x4d', 'ResNeXt-101 64×4d', { ...n101, ...groups(64, 4) }, 'Sixty-four groups of four.'],
])

const se = { squeezeExcite: 1 / 16 }
const squeezed = presetsOf({ ...common, paper: papersOf.se }, resnet, [
  ['seresnet18', 'SE-ResNet-18', { ...b18, ...se }, 'ResNet-18 with a gate per channel after each branch.'],
  ['seresnet34', 'SE-ResNet-34', { ...b34, ...se }, 'ResNet-34 with a gate per channel after each branch.'],
  ['seresnet50', 'SE-ResNet-50', { ...n50, ...se }, 'ResNet-50 with a gate per channel after each branch.'],
  ['seresnet50t', 'SE-ResNet-50-T', { ...n50, ...t, ...se }, 'ResNet-50-T with gates.'],
  ['seresnet101', 'SE-ResNet-101', { ...n101, ...se }, 'ResNet-101 with gates.'],
  ['seresnet152', 'SE-ResNet-152', { ...n152, ...se }, 'ResNet-152 with gates.'],
  ['seresnet152d', 'SE-ResNet-152-D', { ...n152, ...d, ...se, size: 256 }, 'ResNet-152-D with gates.'],
  ['seresnet200d', 'SE-ResNet-200-D', { ...n200, ...d, ...se, size: 256 }, 'ResNet-200-D with gates.'],
  [
    'seresnet269d',
    'SE-ResNet-269-D',
    { ...n269, ...d, ...se, size: 256 },
    'Eighty-nine bottlenecks with gates.',
  ],
  [
    'seresnext26d_32x4d',
    'SE-ResNeXt-26-D 32×4d',
    { ...n26, ...groups(32, 4), ...d, ...se },
    'A small ResNeXt with gates.',
  ],
  [
    'seresnext26t_32x4d',
    'SE-ResNeXt-26-T 32×4d',
    { ...n26, ...groups(32, 4), ...t, ...se },
    'A small ResNeXt with gates and a tiered stem.',
  ],
  ['seresnext50_32x4d', 'SE-ResNeXt-50 32×4d', { ...n50, ...groups(32, 4), ...se }, 'ResNeXt-50 with gates.'],
  [
    'seresnext101_32x4d',
    'SE-ResNeXt-101 32×4d',
    { ...n101, ...groups(32, 4), ...se },
    'ResNeXt-101 with gates.',
  ],
  [
    'seresnext101_32x8d',
    'SE-ResNeXt-101 32×8d',
    { ...n101, ...groups(32, 8), ...se },
    'ResNeXt-101 32×8d with gates.',
  ],
  [
    'seresnext101d_32x8d',
    'SE-ResNeXt-101-D 32×8d',
    { ...n101, ...groups(32, 8), ...d, ...se },
    'ResNeXt-101-D 32×8d with gates.',
  ],
  [
    'seresnext101_64x4d',
    'SE-ResNeXt-101 64×4d',
    { ...n101, ...groups(64, 4), ...se },
    'ResNeXt-101 64×4d with gates.',
  ],
  [
    'senet154',
    'SENet-154',
    { ...n152, ...groups(64, 4), ...s, ...se, downKernel: 3, reduceFirst: 2 },
    'The winner of ILSVRC 2017: grouped bottlenecks with gates behind a deep stem.',
  ],
])

const eca = { gate: 'channelConvolution' } as const
const efficient = presetsOf({ ...common, paper: papersOf.eca }, resnet, [
  [
    'ecaresnet26t',
    'ECA-ResNet-26-T',
    { ...n26, ...t, ...eca, size: 256 },
    'ResNet-26-T with gates of a few weights each.',
  ],
  ['ecaresnet50t', 'ECA-ResNet-50-T', { ...n50, ...t, ...eca, size: 256 }, 'ResNet-50-T with small gates.'],
  [
    'ecaresnet50d',
    'ECA-ResNet-50-D',
    { ...n50, ...d, ...eca },
    'ResNet-50-D with gates of a few weights each.',
  ],
  [
    'ecaresnetlight',
    'ECA-ResNet-Light',
    { block: 'bottleneck', depths: [1, 1, 11, 3], averageDown: true, ...eca },
    'Most of its blocks are in the third stage.',
  ],
  ['ecaresnet101d', 'ECA-ResNet-101-D', { ...n101, ...d, ...eca }, 'ResNet-101-D with small gates.'],
  [
    'ecaresnet200d',
    'ECA-ResNet-200-D',
    { ...n200, ...d, ...eca, size: 256 },
    'ResNet-200-D with small gates.',
  ],
  [
    'ecaresnet269d',
    'ECA-ResNet-269-D',
    { ...n269, ...d, ...eca, size: 320 },
    'Eighty-nine bottlenecks with small gates.',
  ],
  [
    'ecaresnext26t_32x4d',
    'ECA-ResNeXt-26-T 32×4d',
    { ...n26, ...groups(32, 4), ...t, ...eca },
    'A small ResNeXt with gates of a few weights each.',
  ],
  [
    'ecaresnext50t_32x4d',
    'ECA-ResNeXt-50-T 32×4d',
    { ...n26, ...groups(32, 4), ...t, ...eca },
    'In timm it has the depth of the one with twenty-six layers.',
  ],
])

const blur = { antiAlias: 'blur' } as const
const average = { antiAlias: 'average' } as const
const antiAliased = presetsOf({ ...common, paper: papersOf.blur }, resnet, [
  ['resnetblur18', 'ResNet-18 (blur)', { ...b18, ...blur }, 'ResNet-18 that blurs before it strides.'],
  ['resnetblur50', 'ResNet-50 (blur)', { ...n50, ...blur }, 'ResNet-50 that blurs before it strides.'],
  ['resnetblur50d', 'ResNet-50-D (blur)', { ...n50, ...d, ...blur }, 'ResNet-50-D that blurs first.'],
  ['resnetblur101d', 'ResNet-101-D (blur)', { ...n101, ...d, ...blur }, 'ResNet-101-D that blurs first.'],
  ['resnetaa34d', 'ResNet-34-D (average)', { ...b34, ...d, ...average }, 'ResNet-34-D that pools to stride.'],
  ['resnetaa50', 'ResNet-50 (average)', { ...n50, ...average }, 'ResNet-50 that pools to stride.'],
  ['resnetaa50d', 'ResNet-50-D (average)', { ...n50, ...d, ...average }, 'ResNet-50-D that pools to stride.'],
  [
    'resnetaa101d',
    'ResNet-101-D (average)',
    { ...n101, ...d, ...average },
    'ResNet-101-D that pools to stride.',
  ],
  [
    'seresnetaa50d',
    'SE-ResNet-50-D (average)',
    { ...n50, ...d, ...average, ...se },
    'ResNet-50-D with gates that pools to stride.',
  ],
  [
    'seresnextaa101d_32x8d',
    'SE-ResNeXt-101-D 32×8d (average)',
    { ...n101, ...groups(32, 8), ...d, ...average, ...se, size: 288 },
    'ResNeXt-101-D with gates that pools to stride.',
  ],
  [
    'seresnextaa201d_32x8d',
    'SE-ResNeXt-201-D 32×8d (average)',
    {
      block: 'bottleneck',
      depths: [3, 24, 36, 4],
      ...groups(32, 8),
      ...d,
      ...average,
      ...se,
      stemWidth: 64,
      size: 384,
    },
    'Sixty-seven bottlenecks with gates that pool to stride.',
  ],
])

const rs = { ...d, stemPool: 'convolution', squeezeExcite: 0.25 } as const
const deep = (...depths: readonly number[]) => ({ block: 'bottleneck', depths }) as const
const revisited = presetsOf({ ...common, paper: papersOf.rs }, resnet, [
  [
    'resnetrs50',
    'ResNet-RS-50',
    { ...n50, ...rs, size: 160 },
    'ResNet-50-D with gates and no pooling at all: old blocks, new recipe.',
  ],
  ['resnetrs101', 'ResNet-RS-101', { ...n101, ...rs, size: 192 }, 'ResNet-RS at 101 layers.'],
  ['resnetrs152', 'ResNet-RS-152', { ...n152, ...rs, size: 256 }, 'ResNet-RS at 152 layers.'],
  ['resnetrs200', 'ResNet-RS-200', { ...n200, ...rs, size: 256 }, 'ResNet-RS at 200 layers.'],
  ['resnetrs270', 'ResNet-RS-270', { ...deep(4, 29, 53, 4), ...rs, size: 256 }, 'ResNet-RS at 270 layers.'],
  ['resnetrs350', 'ResNet-RS-350', { ...deep(4, 36, 72, 4), ...rs, size: 288 }, 'ResNet-RS at 350 layers.'],
  ['resnetrs420', 'ResNet-RS-420', { ...deep(4, 44, 87, 4), ...rs, size: 320 }, 'ResNet-RS at 420 layers.'],
])

const multigrain = presetsOf(
  {
    ...common,
    paper: {
      title: 'MultiGrain: a unified image embedding for classes and instances',
      authors: 'Berman et al.',
      year: 2019,
      url: 'https://arxiv.org/abs/1902.05509',
    },
  },
  resnet,
  [
    [
      'multigrain_resnet50',
      'MultiGrain ResNet-50',
      { ...n50, generalisedPool: true },
      'ResNet-50 that pools by a generalised mean, for one embedding of classes and of single things.',
    ],
  ],
)

const standAlone = {
  block: 'bottleneck',
  middle: { kind: 'attention', mixer: { module: 'standAloneAttention', attrs: { heads: 8 } } },
} as const
const standAlones = presetsOf(
  {
    ...common,
    paper: {
      title: 'Stand-Alone Self-Attention in Vision Models',
      authors: 'Ramachandran et al.',
      year: 2019,
      url: 'https://arxiv.org/abs/1906.05909',
    },
  },
  resnet,
  [
    [
      'sasa_resnet26',
      'SASA-ResNet-26',
      { ...standAlone, depths: [1, 2, 4, 1] },
      'ResNet-26 whose 3×3 convolutions are attention to 7×7 windows, behind a stem of convolution.',
    ],
    ['sasa_resnet38', 'SASA-ResNet-38', { ...standAlone, depths: [2, 3, 5, 2] }, 'Twelve such bottlenecks.'],
    ['sasa_resnet50', 'SASA-ResNet-50', { ...standAlone, depths: [3, 4, 6, 3] }, 'Sixteen such bottlenecks.'],
  ],
)

const clip = { block: 'bottleneck', stem: 'clip', averageDown: true, antiAlias: 'average' } as const
const clipSizes = (
  width: number,
  depths: readonly number[],
  attentionPool: number,
  classes: number,
  size: number,
) => ({
  ...clip,
  depths,
  channels: [1, 2, 4, 8].map((factor) => factor * width),
  stemWidth: width / 2,
  attentionPool,
  classes,
  size,
})
const clips = presetsOf(
  {
    family: 'clip_resnet',
    paper: {
      title: 'Learning Transferable Visual Models From Natural Language Supervision',
      authors: 'Radford et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2103.00020',
    },
    preprocessing: {
      crop: 1,
      mean: [0.48145466, 0.4578275, 0.40821073],
      std: [0.26862954, 0.26130258, 0.27577711],
    },
  },
  resnet,
  [
    [
      'clip_rn50',
      'CLIP RN50',
      clipSizes(64, [3, 4, 6, 3], 32, 1024, 224),
      'CLIP’s ResNet: a deep stem, averages in the place of strides, and pooling by attention.',
    ],
    ['clip_rn101', 'CLIP RN101', clipSizes(64, [3, 4, 23, 3], 32, 512, 224), 'CLIP’s ResNet-101.'],
    [
      'clip_rn50x4',
      'CLIP RN50×4',
      clipSizes(80, [4, 6, 10, 6], 40, 640, 288),
      'Four times the work of RN50.',
    ],
    [
      'clip_rn50x16',
      'CLIP RN50×16',
      clipSizes(96, [6, 8, 18, 8], 48, 768, 384),
      'Sixteen times the work of RN50.',
    ],
    [
      'clip_rn50x64',
      'CLIP RN50×64',
      clipSizes(128, [3, 15, 36, 10], 64, 1024, 448),
      'Sixty-four times the work of RN50.',
    ],
  ],
)

export const resnets: readonly Preset[] = [
  ...plain,
  ...variants,
  ...wide,
  ...resnexts,
  ...squeezed,
  ...efficient,
  ...antiAliased,
  ...revisited,
  ...multigrain,
  ...standAlones,
  ...clips,
]
