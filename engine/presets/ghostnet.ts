/**
 * GhostNet: inverted residuals whose 1×1 convolutions make half of their channels cheaply from the other half. V2 gates
 * them along rows and columns, V3 trains them as branches that merge.
 *
 * Han et al. 2019, https://arxiv.org/abs/1911.11907; Tang et al. 2022, https://arxiv.org/abs/2211.12905; Liu et al. 2024,
 * https://arxiv.org/abs/2404.11202
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import { divisible } from '../modules/rounding'
import type { Attributes } from '../schema/schema'
import { imagenetPixels, type Preset, type PresetRow, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

/** Kernel, inner width, width, ratio of the gate, stride. */
type Row = readonly [kernel: number, inner: number, to: number, squeeze: number, stride: number]

export interface GhostNetSizes {
  readonly stages: readonly (readonly Row[])[]
  readonly version?: 1 | 2 | 3
  /** Factor on all widths. */
  readonly width?: number
  readonly classes?: number
  readonly size?: number
}

export function ghostnet(name: string, sizes: GhostNetSizes): Document {
  const { stages, version = 1, width = 1, classes = 1000, size = 224 } = sizes
  const rounded = (channels: number) => divisible(channels * width, 0.9, 4)
  let from = rounded(16)
  const stem = [
    convolution('conv_stem', { dim: from, stride: 2 }),
    module('bn1', 'batchNorm'),
    module('act1', 'relu'),
  ]
  let index = 0
  const trunk = stages.map((rows, stage) => {
    const blocks = rows.map(([kernel, inner, to, squeeze, stride], at) => {
      const sizes = { kernel, inner: rounded(inner), from, to: rounded(to), squeeze, stride }
      from = sizes.to
      // The first two blocks of V2 and V3 are plain.
      return group(`${at}`, 1, block(sizes, version, index++ > 1))
    })
    return group({ id: `blocks.${stage}`, title: `Stage ${stage + 1}` }, 1, chain(...blocks))
  })
  const inner = stages.at(-1)?.at(-1)?.[1] ?? 16
  const last = chain(
    convolution('0.conv', { dim: rounded(inner), kernelSize: 1 }),
    module('0.bn1', 'batchNorm'),
    module('0.act', 'relu'),
  )
  const head = [
    module('global_pool', 'globalPool', { asMap: true }),
    module('conv_head', 'convolution', { dim: 1280, kernelSize: 1 }),
    module('act2', 'relu'),
    module('flatten', 'flatten'),
    module('classifier', 'linear', { dim: classes }),
  ]
  return design(name, chain(...stem, ...trunk, group(`blocks.${stages.length}`, 1, last), ...head), size)
}

interface Block {
  readonly kernel: number
  readonly inner: number
  readonly from: number
  readonly to: number
  readonly squeeze: number
  readonly stride: number
}

function block(
  { kernel, inner, from, to, squeeze, stride }: Block,
  version: 1 | 2 | 3,
  later: boolean,
): GraphBody {
  const branches = version === 3 ? { branches: 3 } : {}
  const gated = version > 1 && later ? { gated: true } : {}
  const window: Attributes = {
    ...(kernel === 3 ? {} : { kernelSize: kernel }),
    ...(stride === 1 ? {} : { stride }),
    groups: null,
  }
  const sketch = new Sketch()
  const widened = sketch.chain(IN, module('ghost1', 'ghostConv', { dim: inner, ...gated, ...branches }))
  const moved = stride === 1 ? widened : strided(sketch, widened, window, version === 3)
  const keys = { fc1: 'conv_reduce', fc2: 'conv_expand' }
  const gate = { dim: divisible(inner * squeeze, 0.9, 4), gate: 'hardSigmoid' }
  const narrowed = sketch.chain(
    moved,
    ...(squeeze > 0 ? [module({ id: 'se', keys }, 'squeezeExcite', gate)] : []),
    module('ghost2', 'ghostConv', { dim: to, act: 'noActivation', ...branches }),
  )
  const shortcut: DocumentNode[] = [
    convolution('shortcut.0', window),
    module('shortcut.1', 'batchNorm'),
    convolution('shortcut.2', { dim: to, kernelSize: 1 }),
    module('shortcut.3', 'batchNorm'),
  ]
  const kept = from === to && stride === 1 ? IN : sketch.chain(IN, ...shortcut)
  return sketch.body(sketch.join(module('add', 'add'), kept, narrowed))
}

/** The convolution per channel that strides; V3 has three of them and a 1×1 beside. */
function strided(sketch: Sketch, from: string, window: Attributes, isMany: boolean): string {
  if (!isMany) return sketch.chain(from, convolution('conv_dw', window), module('bn_dw', 'batchNorm'))
  const unit = (name: string, attrs: Attributes) =>
    sketch.chain(from, convolution(`${name}.conv`, attrs), module(`${name}.bn1`, 'batchNorm'))
  const read = [
    unit('dw_rpr_scale', { ...window, kernelSize: 1 }),
    ...[0, 1, 2].map((index) => unit(`dw_rpr_conv.${index}`, window)),
  ]
  return sketch.join(module('dw_add', 'add'), ...read)
}

const convolution = (id: string, attrs: Attributes) => module(id, 'convolution', { ...attrs, bias: false })

const stages: readonly (readonly Row[])[] = [
  [[3, 16, 16, 0, 1]],
  [[3, 48, 24, 0, 2]],
  [[3, 72, 24, 0, 1]],
  [[5, 72, 40, 0.25, 2]],
  [[5, 120, 40, 0.25, 1]],
  [[3, 240, 80, 0, 2]],
  [
    [3, 200, 80, 0, 1],
    [3, 184, 80, 0, 1],
    [3, 184, 80, 0, 1],
    [3, 480, 112, 0.25, 1],
    [3, 672, 112, 0.25, 1],
  ],
  [[5, 672, 160, 0.25, 2]],
  [
    [5, 960, 160, 0, 1],
    [5, 960, 160, 0.25, 1],
    [5, 960, 160, 0, 1],
    [5, 960, 160, 0.25, 1],
  ],
]
const versions = [
  {
    version: 1,
    widths: [0.5, 1, 1.3],
    says: 'Inverted residuals that make half of their channels cheaply from the other half.',
    paper: {
      title: 'GhostNet: More Features from Cheap Operations',
      authors: 'Han et al.',
      year: 2019,
      url: 'https://arxiv.org/abs/1911.11907',
    },
  },
  {
    version: 2,
    widths: [1, 1.3, 1.6],
    says: 'GhostNet whose wide channels are gated along rows and columns.',
    paper: {
      title: 'GhostNetV2: Enhance Cheap Operation with Long-Range Attention',
      authors: 'Tang et al.',
      year: 2022,
      url: 'https://arxiv.org/abs/2211.12905',
    },
  },
  {
    version: 3,
    widths: [0.5, 1, 1.3, 1.6],
    says: 'GhostNetV2 trained as branches that merge.',
    paper: {
      title: 'GhostNetV3: Exploring the Training Strategies for Compact Models',
      authors: 'Liu et al.',
      year: 2024,
      url: 'https://arxiv.org/abs/2404.11202',
    },
  },
] as const

export const ghostnets: readonly Preset[] = versions.flatMap(({ version, widths, says, paper }) =>
  presetsOf(
    { family: 'ghostnet', paper, preprocessing: imagenetPixels(0.875) },
    ghostnet,
    widths.map((width): PresetRow<GhostNetSizes> => {
      const suffix = version === 1 ? '' : `V${version}`
      return [
        `ghostnet${suffix.toLowerCase()}_${`${Math.round(100 * width)}`.padStart(3, '0')}`,
        `GhostNet${suffix} ${width}×`,
        { stages, version, width },
        says,
      ]
    }),
  ),
)
