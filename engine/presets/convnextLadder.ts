/**
 * The way from ResNet-50 to ConvNeXt-T, one change at a time. Liu et al. 2022, Section 2 and Figure 2,
 * https://arxiv.org/abs/2201.03545
 *
 * What the paper leaves open: the norm and the activation behind the stem stay until a step takes such things away, and
 * convolutions have biases where no norm follows. Neither changes a multiply-add.
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import type { Attributes } from '../schema/schema'
import { convnext, convnextFacts, convnextTiny } from './convnext'
import { type Preset, type PresetRow, type Published, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

interface Step {
  readonly depths: readonly number[]
  readonly stem: 'resnet' | 'patches'
  /** Of the first stage; each further stage doubles it. */
  readonly width: number
  /** Three convolutions: narrow, look around, widen; widen, look around, narrow; or look around first. */
  readonly block: 'bottleneck' | 'inverted' | 'depthwiseFirst'
  readonly depthwise: boolean
  readonly kernelSize: number
  readonly act: 'relu' | 'gelu'
  /** One activation and one norm per block, as in a transformer's MLP. */
  readonly fewerActivations: boolean
  readonly fewerNorms: boolean
  readonly norm: 'batchNorm' | 'layerNorm'
  /** Downsampling by layers of its own: the whole ConvNeXt. */
  readonly separateDownsampling: boolean
}

function ladder(name: string, step: Step): Document {
  if (step.separateDownsampling) return convnext(name, convnextTiny)
  const { depths, width, block: kind } = step
  const stages = depths.map((depth, stage) => {
    const dim = width * 2 ** stage
    const stride = stage === 0 ? 1 : 2
    const isProjected = stride > 1 || kind === 'bottleneck'
    const blocks = isProjected
      ? [group('0', 1, block(step, { dim, stride })), group('1', depth - 1, block(step))]
      : [group('0', depth, block(step))]
    return group({ id: `layer${stage + 1}`, title: `Stage ${stage + 1}` }, 1, chain(...blocks))
  })
  const head = module({ id: 'head', key: '' }, 'poolHead', { norm: 'noNorm' })
  return design(name, chain(...stem(step), ...stages, head))
}

function stem({ stem, width, norm, act, fewerActivations }: Step): DocumentNode[] {
  if (stem === 'resnet') return [module({ id: 'stem', key: '' }, 'resnetStem')]
  const attrs = { ...(width === 64 ? {} : { dim: width }), kernelSize: 4, norm, bias: false }
  return [module('stem', 'overlapStem', attrs), ...(fewerActivations ? [] : [module('act1', act)])]
}

/** Blocks that are not the first of a stage state widths as factors: so they fit behind any map. */
function block(step: Step, first?: { readonly dim: number; readonly stride: number }): GraphBody {
  const { block: kind, depthwise, kernelSize, act, fewerActivations, fewerNorms, norm } = step
  const [inner, outer] = kind === 'bottleneck' ? [1, 4] : [4, 1]
  const pointwise = (factor: number, before: number): Attributes => ({
    ...(first ? { dim: first.dim * factor } : { ratio: factor / before }),
    kernelSize: 1,
  })
  const spatial: Attributes = {
    ...(kernelSize === 3 ? {} : { kernelSize }),
    ...(first && first.stride > 1 ? { stride: first.stride } : {}),
    ...(depthwise ? { groups: null } : {}),
  }
  const widths = [pointwise(inner, outer), pointwise(outer, inner)] as const
  const convolutions = kind === 'depthwiseFirst' ? [spatial, ...widths] : [widths[0], spatial, widths[1]]
  const branch = convolutions.flatMap((attrs, index) => {
    const isNormed = !fewerNorms || index === 0
    const isActive = fewerActivations ? index === 1 : index < 2
    const number = index + 1
    return [
      module(`conv${number}`, 'convolution', isNormed ? { ...attrs, bias: false } : attrs),
      ...(isNormed ? [module(`bn${number}`, norm)] : []),
      ...(isActive ? [module(`act${number}`, act)] : []),
    ]
  })
  const sketch = new Sketch()
  const shortcut = first ? [projection(first.dim * outer, first.stride, norm)] : []
  const sum = sketch.residual(IN, 'add', branch, shortcut)
  return sketch.body(fewerActivations ? sum : sketch.chain(sum, module('act', act)))
}

const projection = (dim: number, stride: number, norm: Step['norm']): DocumentNode =>
  module({ id: 'downsample', keys: { conv: '0', norm: '1' } }, 'convDownsample', {
    dim,
    kernelSize: 1,
    ...(stride === 2 ? {} : { stride }),
    norm,
    normOrder: 'after',
    bias: false,
  })

// --- the steps ---------------------------------------------------------------------------------------------------

const text = (top1: number): Published => ({
  top1,
  source: 'A ConvNet for the 2020s (Liu et al. 2022), text of Section 2',
})

const resnet50: Step = {
  depths: [3, 4, 6, 3],
  stem: 'resnet',
  width: 64,
  block: 'bottleneck',
  depthwise: false,
  kernelSize: 3,
  act: 'relu',
  fewerActivations: false,
  fewerNorms: false,
  norm: 'batchNorm',
  separateDownsampling: false,
}

/** Each begins where the one before it ended, but for the kernels that were only tried. */
const changes: readonly (readonly [string, string, Partial<Step>, string, number | null])[] = [
  ['resnet50', 'ResNet-50, new recipe', {}, 'ResNet-50, trained as transformers are.', 78.8],
  [
    'stage_ratio',
    'stage ratio',
    { depths: [3, 3, 9, 3] },
    'Blocks are spread over the stages as in Swin-T.',
    79.4,
  ],
  [
    'patchify_stem',
    '“patchify” stem',
    { stem: 'patches' },
    'Patches of 4×4 replace convolution and pooling.',
    79.5,
  ],
  [
    'depthwise',
    'depthwise convolution',
    { depthwise: true },
    'The 3×3 convolutions look at one channel each.',
    null,
  ],
  ['width', 'width 64 → 96', { width: 96 }, 'Wider stages use up the work that was saved.', 80.5],
  [
    'inverted',
    'inverted bottleneck',
    { block: 'inverted' },
    'Blocks are wide inside, as the MLP of a transformer.',
    80.6,
  ],
  [
    'depthwise_up',
    'depthwise convolution moved up',
    { block: 'depthwiseFirst' },
    'The depthwise convolution comes first, where a transformer attends.',
    79.9,
  ],
  ['kernel5', 'kernel size 5', { kernelSize: 5 }, 'Windows of 5×5.', null],
  ['kernel7', 'kernel size 7', { kernelSize: 7 }, 'Windows of 7×7, as Swin’s: what is kept.', 80.6],
  ['kernel9', 'kernel size 9', { kernelSize: 9 }, 'Windows of 9×9, which are no better.', null],
  ['kernel11', 'kernel size 11', { kernelSize: 11 }, 'Windows of 11×11, which are no better.', null],
  ['gelu', 'ReLU → GELU', { kernelSize: 7, act: 'gelu' }, 'GELU in the place of ReLU.', 80.6],
  [
    'fewer_activations',
    'fewer activations',
    { fewerActivations: true },
    'One activation per block, between the two 1×1 convolutions.',
    null,
  ],
  [
    'fewer_norms',
    'fewer norms',
    { fewerNorms: true },
    'One norm per block, before the 1×1 convolutions.',
    81.4,
  ],
  ['layer_norm', 'BN → LN', { norm: 'layerNorm' }, 'LayerNorm in the place of BatchNorm.', 81.5],
  [
    'separate_downsampling',
    'separate downsampling',
    { separateDownsampling: true },
    'A norm and a 2×2 convolution between stages, and LayerScale: ConvNeXt-T.',
    82,
  ],
]

function rows(): readonly PresetRow<Step>[] {
  let step = resnet50
  return changes.map(([id, title, change, summary, top1], index) => {
    step = { ...step, ...change }
    const facts = { published: top1 === null ? null : text(top1) }
    return [`convnext_ladder_${id}`, `ConvNeXt ladder ${index}: ${title}`, step, summary, facts]
  })
}

export const convnextLadder: readonly Preset[] = presetsOf(convnextFacts, ladder, rows())
