/**
 * FastViT: RepMixer on the fine maps, attention on the last; convolutions of two sizes side by side wherever the map
 * shrinks. Here in its training form: branches that merge into one convolution at inference.
 *
 * Vasu et al. 2023, https://arxiv.org/abs/2303.14189; the MCi models: MobileCLIP, Vasu et al. 2023, https://arxiv.org/abs/2311.17049
 */
import { type Document, type DocumentNode, type GraphBody, type GroupNode, IN } from '../document/types'
import { type Attributes, type SlotValue, slotAttributes, slotModule } from '../schema/schema'
import { branched, unit } from './byobnet'
import { clipPixels } from './clip'
import { imagenetPixels, type Preprocessing, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface FastVitSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  /** Hidden width of the MLPs; 4 times the channels unless given. */
  readonly mlpRatio?: number
  /** How many stages at the end attend, behind a position encoding each; the others mix by RepMixer. */
  readonly attending?: number
  /** The norm before attention. */
  readonly norm?: SlotValue
  /** Stages, from this one on, into which a gate leads. */
  readonly gatedFrom?: number
  /** An activation behind the large convolutions. */
  readonly activated?: boolean
  /** No 1×1 branches in the stem. */
  readonly plainStem?: boolean
  readonly classes?: number
  readonly size?: number
}

export function fastvit(name: string, sizes: FastVitSizes): Document {
  const { dims, plainStem = false, classes = 1000, size = 256 } = sizes
  const [first = 64] = dims
  const small = plainStem ? null : 'conv_scale'
  const half = { stride: 2 }
  const stem = chain(
    mobileOne('stem.0', { small, attrs: { dim: first, ...half } }),
    mobileOne('stem.1', { small, attrs: { ...half, groups: null } }),
    mobileOne('stem.2', { kernel: 1, same: true }),
  )
  const last = mobileOne(
    'final_conv',
    { small: 'conv_scale', attrs: { ratio: 2, groups: null } },
    module('se', 'squeezeExcite', { divisor: 1 }),
  )
  const head = module('head', 'poolHead', { norm: 'noNorm', ...(classes === 1000 ? {} : { classes }) })
  return design(
    name,
    chain(group({ id: 'stem', title: 'Stem', key: '' }, 1, stem), ...stages(sizes), last, head),
    size,
  )
}

interface MobileOne {
  readonly kernel?: number
  /** Name of the 1×1 branch; none without it. */
  readonly small?: string | null
  /** Input and output have one shape, so that the input is a branch too. */
  readonly same?: boolean
  readonly attrs?: Attributes
}

/** MobileOne's block with one large convolution, which everything here but attention is made of. */
function mobileOne(id: string, branches: MobileOne, ...gate: readonly DocumentNode[]): GroupNode {
  return group(id, 1, branched(large(branches), ...gate, module('act', 'gelu')))
}

const large = ({ kernel = 3, small = null, same = false, attrs = {} }: MobileOne) => ({
  names: ['conv_kxk.0'],
  ...{ kernel, small, same, attrs },
})

function stages({
  dims,
  depths,
  mlpRatio = 4,
  attending = 0,
  norm = 'batchNorm',
  gatedFrom = Number.POSITIVE_INFINITY,
  activated = false,
}: FastVitSizes): GroupNode[] {
  return depths.map((depth, stage) => {
    const attends = stage >= depths.length - attending
    const shrink =
      stage === 0
        ? []
        : [group('downsample', 1, downsample(dims[stage] ?? 64, { gated: stage >= gatedFrom, activated }))]
    const positions = attends
      ? [module({ id: 'pos_emb', keys: { proj: 'pos_enc' } }, 'conditionalPosition', { kernelSize: 7 })]
      : []
    const block = attends ? attentionBlock(mlpRatio, norm) : repMixerBlock(mlpRatio)
    const blocks = group('blocks.0', depth, block)
    return group(
      { id: `stages.${stage}`, title: `Stage ${stage + 1}` },
      1,
      chain(...shrink, ...positions, blocks),
    )
  })
}

/** A 7×7 and a 3×3 convolution per channel side by side, then MobileOne's 1×1. */
function downsample(dim: number, { gated, activated }: { gated: boolean; activated: boolean }): GraphBody {
  const sketch = new Sketch()
  const attrs = { dim, stride: 2, groups: null }
  const shrunk = sketch.join(
    module('proj.0.add', 'add'),
    sketch.chain(IN, ...unit('proj.0.large_conv', { ...attrs, kernelSize: 7 })),
    sketch.chain(IN, ...unit('proj.0.small_conv', attrs)),
  )
  const mixed = sketch.chain(
    shrunk,
    ...(gated ? [module('proj.0.se', 'squeezeExcite', { ratio: 0.25 })] : []),
    ...(activated ? [module('proj.0.act', 'gelu')] : []),
    mobileOne('proj.1', { kernel: 1, same: true }),
  )
  return sketch.body(mixed)
}

/** x ← x + γ (MobileOne(x) − BN(x)), which is one convolution per channel at inference; then the MLP. */
function repMixerBlock(mlpRatio: number): GraphBody {
  const sketch = new Sketch()
  const branches = large({ small: 'conv_scale', same: true, attrs: { groups: null } })
  const difference = sketch.join(
    module('token_mixer.difference', 'add'),
    sketch.chain(IN, group('token_mixer.mixer', 1, branched(branches))),
    sketch.chain(
      IN,
      module('token_mixer.norm.identity', 'batchNorm'),
      module('minus', 'factor', { value: -1 }),
    ),
  )
  const scaled = sketch.chain(difference, scale('token_mixer.layer_scale'))
  const mixed = sketch.join(module('token_mixer.add', 'add'), IN, scaled)
  return sketch.body(sketch.residual(mixed, 'add', [...convMlp(mlpRatio), scale('layer_scale')]))
}

/** x ← x + γ₁ Attention(Norm x), then the MLP. */
function attentionBlock(mlpRatio: number, norm: SlotValue): GraphBody {
  const sketch = new Sketch()
  const mixer = module('token_mixer', 'attention', { qkvBias: false })
  const mixed = sketch.residual(IN, 'add1', [
    module('norm', slotModule(norm), slotAttributes(norm)),
    mixer,
    scale('layer_scale_1'),
  ])
  return sketch.body(sketch.residual(mixed, 'add2', [...convMlp(mlpRatio), scale('layer_scale_2')]))
}

const scale = (id: string) => module(id, 'layerScale', { trailing: 2 })

/** A convolution per channel before the two layers makes up for the norm. */
const convMlp = (mlpRatio: number): DocumentNode[] => [
  ...unit('mlp.conv', { kernelSize: 7, groups: null }),
  module('mlp', 'mlp', { ...(mlpRatio === 4 ? {} : { mlpRatio }), weights: 'conv' }),
]

// --- the models --------------------------------------------------------------------------------------------------

const doubling = (dim: number, stages = 4) => Array.from({ length: stages }, (_, stage) => dim * 2 ** stage)

const mobileClip = { mlpRatio: 3, attending: 1, gatedFrom: 2, activated: true, classes: 512 }
const mobileClip2 = {
  attending: 2,
  activated: true,
  plainStem: true,
  norm: { module: 'layerNorm', attrs: { eps: 1e-5 } },
  classes: 768,
}
const clip = {
  title: 'MobileCLIP: Fast Image-Text Models through Multi-Modal Reinforced Training',
  authors: 'Vasu et al.',
  year: 2023,
  url: 'https://arxiv.org/abs/2311.17049',
}
const clip2 = {
  title: 'MobileCLIP2: Improving Multi-Modal Reinforced Training',
  authors: 'Faghri et al.',
  year: 2025,
  url: 'https://arxiv.org/abs/2508.20691',
}
/** Pixels from 0 to 1 as they are. */
const plainPixels: Preprocessing = { crop: 0.95, mean: [0, 0, 0], std: [1, 1, 1] }

export const fastvits: readonly Preset[] = presetsOf(
  {
    family: 'fastvit',
    paper: {
      title: 'FastViT: A Fast Hybrid Vision Transformer using Structural Reparameterization',
      authors: 'Vasu et al.',
      year: 2023,
      url: 'https://arxiv.org/abs/2303.14189',
    },
    preprocessing: imagenetPixels(0.9),
  },
  fastvit,
  [
    [
      'fastvit_t8',
      'FastViT-T8',
      { dims: doubling(48), depths: [2, 2, 4, 2], mlpRatio: 3 },
      'A pyramid of RepMixer blocks: branches while it learns, one convolution per channel afterwards.',
    ],
    [
      'fastvit_t12',
      'FastViT-T12',
      { dims: doubling(64), depths: [2, 2, 6, 2], mlpRatio: 3 },
      'Twelve RepMixer blocks from 64 channels on.',
    ],
    [
      'fastvit_s12',
      'FastViT-S12',
      { dims: doubling(64), depths: [2, 2, 6, 2] },
      'FastViT-T12 with wider MLPs.',
    ],
    [
      'fastvit_sa12',
      'FastViT-SA12',
      { dims: doubling(64), depths: [2, 2, 6, 2], attending: 1 },
      'FastViT-S12 with attention in the last stage.',
    ],
    [
      'fastvit_sa24',
      'FastViT-SA24',
      { dims: doubling(64), depths: [4, 4, 12, 4], attending: 1 },
      'Twenty-four blocks, four of which attend.',
    ],
    [
      'fastvit_sa36',
      'FastViT-SA36',
      { dims: doubling(64), depths: [6, 6, 18, 6], attending: 1 },
      'Thirty-six blocks, six of which attend.',
    ],
    [
      'fastvit_ma36',
      'FastViT-MA36',
      { dims: doubling(76), depths: [6, 6, 18, 6], attending: 1 },
      'FastViT-SA36 from 76 channels on.',
      { preprocessing: imagenetPixels(0.95) },
    ],
    [
      'fastvit_mci0',
      'MCi0',
      { dims: doubling(64), depths: [2, 6, 10, 2], ...mobileClip },
      'The image tower of MobileCLIP-S0: a FastViT with gates and activations where the map shrinks.',
      { paper: clip, preprocessing: plainPixels },
    ],
    [
      'fastvit_mci1',
      'MCi1',
      { dims: doubling(64), depths: [4, 12, 20, 4], ...mobileClip },
      'The image tower of MobileCLIP-S1, twice as deep.',
      { paper: clip, preprocessing: plainPixels },
    ],
    [
      'fastvit_mci2',
      'MCi2',
      { dims: doubling(80), depths: [4, 12, 24, 4], ...mobileClip },
      'The image tower of MobileCLIP-S2, from 80 channels on.',
      { paper: clip, preprocessing: plainPixels },
    ],
    [
      'fastvit_mci3',
      'MCi3',
      { dims: doubling(96, 5), depths: [2, 12, 24, 4, 2], ...mobileClip2 },
      'The image tower of MobileCLIP2-S3: a fifth stage, and attention in the last two.',
      { paper: clip2, preprocessing: clipPixels(0.95) },
    ],
    [
      'fastvit_mci4',
      'MCi4',
      { dims: doubling(128, 5), depths: [2, 12, 24, 4, 4], ...mobileClip2 },
      'The image tower of MobileCLIP2-S4, from 128 channels on.',
      { paper: clip2, preprocessing: clipPixels(0.95) },
    ],
  ],
)
