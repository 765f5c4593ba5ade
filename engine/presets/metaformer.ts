/**
 * MetaFormers: four stages of blocks x + Mixer(Norm x), x + MLP(Norm x), where the mixer is a slot.
 *
 * Yu et al. 2022, MetaFormer Is Actually What You Need for Vision, https://arxiv.org/abs/2111.11418 (PoolFormer) and
 * Yu et al. 2022, MetaFormer Baselines for Vision, https://arxiv.org/abs/2210.13452 (all others).
 */
import { type Document, type DocumentNode, type GraphBody, IN, type ModuleNode } from '../document/types'
import type { Attributes, SlotValue } from '../schema/schema'
import { slotAttributes, slotModule } from '../schema/schema'
import { imagenetPixels, type Preset, type Published, preset } from './preset'
import { chain, design, group, module, type Name, Sketch } from './sketch'

/** One stage's choices. */
interface BlockSizes {
  readonly mixer: SlotValue
  readonly norm: SlotValue
  readonly mlp: Attributes
  /** A learnable factor on the branches (PoolFormer) and on the shortcuts (stages 3 and 4 of the baselines). */
  readonly layerScale: boolean
  readonly resScale: boolean
  /** Both factors at once (the baselines' ablation). */
  readonly branchScale: boolean
}

export interface MetaFormerSizes {
  readonly depths: readonly number[]
  readonly dims: readonly number[]
  /** One value for all stages or one per stage. */
  readonly mixers: SlotValue | readonly SlotValue[]
  readonly norm?: SlotValue
  /** Norm of stem and downsampling: a bias-less LayerNorm, the default of these modules, or none (PoolFormer). */
  readonly downsampleNorm?: boolean
  readonly mlp?: Attributes
  readonly layerScale?: readonly boolean[]
  readonly resScale?: readonly boolean[]
  readonly branchScale?: readonly boolean[]
  readonly head: 'linear' | 'mlp' | 'norm-first'
  readonly classes?: number
  readonly size?: number
  /** Whose state_dict keys: timm's MetaFormer, sail-sg/metaformer, or sail-sg/poolformer. */
  readonly naming?: Naming
}

type Naming = 'timm' | 'sail' | 'poolformer'

export const layerNormNoBias: SlotValue = { module: 'layerNorm', attrs: { bias: false } }
export const starMlp: Attributes = { act: 'starRelu', bias: false }

export function metaformer(name: string, sizes: MetaFormerSizes): Document {
  const { depths, dims, naming = 'timm', size = 224 } = sizes
  const names = namings[naming]
  const noNorm = sizes.downsampleNorm === false ? { norm: 'noNorm' } : {}
  const stages = depths.map((depth, stage) => {
    const blocks = group(names.blocks(stage), depth, block(blockSizes(sizes, stage), names))
    const downsample = module(names.downsample(stage), 'convDownsample', {
      dim: dims[stage] ?? null,
      ...noNorm,
    })
    const title = `Stage ${stage + 1}`
    return group({ ...names.stage(stage), title }, 1, stage === 0 ? chain(blocks) : chain(downsample, blocks))
  })
  const stem = module(names.stem, 'overlapStem', { ...differing('dim', dims[0] ?? 64, 64), ...noNorm })
  return design(name, chain(stem, ...stages, head(names.head, sizes)), size)
}

/** The same blocks at one resolution throughout, as in a ViT. */
export function isotropicMetaformer(
  name: string,
  { stem, depth, mixer }: { readonly stem: ModuleNode; readonly depth: number; readonly mixer: SlotValue },
): Document {
  const sizes: BlockSizes = {
    mixer,
    norm: 'modifiedLayerNorm',
    mlp: starMlp,
    layerScale: false,
    resScale: false,
    branchScale: false,
  }
  const blocks = group({ id: 'blocks.0', key: 'stages.0.0' }, depth, block(sizes, namings.sail))
  return design(name, chain(stem, blocks, module(namings.sail.head, 'poolHead')))
}

/** x ← λᵣx + λₗMixer(Norm x); x ← λᵣx + λₗMLP(Norm x), with the factors only where asked for. */
function block({ mixer, norm, mlp, layerScale, resScale, branchScale }: BlockSizes, names: Names): GraphBody {
  const sketch = new Sketch()
  const half = (x: string, number: 1 | 2, body: DocumentNode): string => {
    const branch = [
      module(`norm${number}`, slotModule(norm), slotAttributes(norm)),
      body,
      ...(layerScale ? [module(names.layerScale(number), 'layerScale')] : []),
    ]
    if (branchScale)
      return sketch.join(module(`branch_scale${number}`, 'branchScale'), x, sketch.chain(x, ...branch))
    return sketch.residual(
      x,
      `add${number}`,
      branch,
      resScale ? [module(`res_scale${number}`, 'resScale')] : [],
    )
  }
  const mixed = half(IN, 1, module('token_mixer', slotModule(mixer), slotAttributes(mixer)))
  return sketch.body(half(mixed, 2, module('mlp', 'mlp', mlp)))
}

function blockSizes(sizes: MetaFormerSizes, stage: number): BlockSizes {
  const { mixers, norm = layerNormNoBias, mlp = starMlp, layerScale, resScale } = sizes
  const mixer = isList(mixers) ? (mixers[stage] ?? 'identity') : mixers
  return {
    mixer,
    norm,
    mlp,
    layerScale: layerScale?.[stage] ?? false,
    resScale: resScale?.[stage] ?? false,
    branchScale: sizes.branchScale?.[stage] ?? false,
    ...(sizes.naming === 'sail' || slotModule(mixer) === 'attention'
      ? {}
      : { mlp: { ...mlp, weights: 'conv' } }),
  }
}

function head(name: Name, { head, classes = 1000, naming }: MetaFormerSizes): ModuleNode {
  const count = differing('classes', classes, 1000)
  switch (head) {
    case 'linear':
      return module(name, 'poolHead', count)
    case 'mlp': {
      // The papers' code leaves the inner norm at PyTorch's epsilon, timm uses its own.
      const hiddenNorm =
        naming === 'sail' ? { hiddenNorm: { module: 'layerNorm', attrs: { eps: 1e-5 } } } : {}
      return module(name, 'mlpHead', { ...count, ...hiddenNorm })
    }
    case 'norm-first':
      return module(name, 'poolHead', { ...count, norm: oneGroup, normOrder: 'before' })
    default:
      return head satisfies never
  }
}

const isList = (value: SlotValue | readonly SlotValue[]): value is readonly SlotValue[] =>
  Array.isArray(value)

const differing = (name: string, value: number, usual: number): Attributes =>
  value === usual ? {} : { [name]: value }

/** GroupNorm with one group: PoolFormer's norm. */
export const oneGroup = { module: 'groupNorm', attrs: { groups: 1 } } as const

interface Names {
  readonly stem: Name
  readonly stage: (stage: number) => { readonly id: string; readonly key?: string }
  readonly downsample: (stage: number) => Name
  readonly blocks: (stage: number) => { readonly id: string; readonly key?: string }
  readonly layerScale: (number: 1 | 2) => Name
  readonly head: Name
}

/** Whose names the weights carry. timm moved the downsampling into the stages; the papers' code keeps it beside them. */
const namings: Record<Naming, Names> = {
  timm: {
    stem: 'stem',
    stage: (stage) => ({ id: `stages.${stage}` }),
    downsample: () => 'downsample',
    blocks: () => ({ id: 'blocks.0' }),
    layerScale: (number) => ({ id: `layer_scale${number}`, keys: { gamma: 'scale' } }),
    head: 'head',
  },
  sail: {
    stem: { id: 'stem', key: 'downsample_layers.0', keys: { norm: 'post_norm' } },
    stage: (stage) => ({ id: `stages.${stage}`, key: '' }),
    downsample: (stage) => ({
      id: 'downsample',
      key: `downsample_layers.${stage}`,
      keys: { norm: 'pre_norm' },
    }),
    blocks: (stage) => ({ id: 'blocks.0', key: `stages.${stage}.0` }),
    layerScale: (number) => ({ id: `layer_scale${number}`, keys: { gamma: 'scale' } }),
    head: { id: 'head', key: '', keys: { fc: 'head' } },
  },
  poolformer: {
    stem: { id: 'stem', key: 'patch_embed', keys: { conv: 'proj' } },
    stage: (stage) => ({ id: `stages.${stage}`, key: '' }),
    downsample: (stage) => ({ id: 'downsample', key: `network.${2 * stage - 1}`, keys: { conv: 'proj' } }),
    blocks: (stage) => ({ id: 'blocks.0', key: `network.${2 * stage}.0` }),
    layerScale: (number) => ({ id: `layer_scale_${number}`, keys: { gamma: '' } }),
    head: { id: 'head', key: '', keys: { fc: 'head' } },
  },
}

// --- the models --------------------------------------------------------------------------------------------------

export const attentionNoBias: SlotValue = { module: 'attention', attrs: { qkvBias: false, projBias: false } }
export const lateStages = [false, false, true, true]
const everyStage = [true, true, true, true]
const narrow = [64, 128, 320, 512]
const wide = [96, 192, 384, 768]
/** PoolFormer's sizes, which the baselines without learned mixers share. */
const poolSizes = {
  s12: { depths: [2, 2, 6, 2], dims: narrow },
  s24: { depths: [4, 4, 12, 4], dims: narrow },
  s36: { depths: [6, 6, 18, 6], dims: narrow },
  m36: { depths: [6, 6, 18, 6], dims: wide },
  m48: { depths: [8, 8, 24, 8], dims: wide },
}
/** ConvFormer's and CAFormer's. */
export const convSizes = {
  s18: { depths: [3, 3, 9, 3], dims: narrow },
  s36: { depths: [3, 12, 18, 3], dims: narrow },
  m36: { depths: [3, 12, 18, 3], dims: [96, 192, 384, 576] },
  b36: { depths: [3, 12, 18, 3], dims: [128, 256, 512, 768] },
}

/** IdentityFormer, RandFormer and PoolFormerV2 differ in nothing but the mixer. */
const baseline = (mixers: MetaFormerSizes['mixers']) =>
  ({ mixers, norm: 'modifiedLayerNorm', resScale: lateStages, head: 'linear' }) as const
/** ConvFormer and CAFormer. */
const baselineMlpHead = (mixers: MetaFormerSizes['mixers']) =>
  ({ mixers, resScale: lateStages, head: 'mlp' }) as const
/** PoolFormer as first published: GroupNorm, GELU, biases, LayerScale. */
export const poolformer = {
  mixers: 'pooling',
  norm: oneGroup,
  downsampleNorm: false,
  mlp: {},
  layerScale: everyStage,
  head: 'linear',
} as const

const poolformerPaper = {
  title: 'MetaFormer Is Actually What You Need for Vision',
  authors: 'Yu et al.',
  year: 2022,
  url: 'https://arxiv.org/abs/2111.11418',
}
const baselinesPaper = {
  title: 'MetaFormer Baselines for Vision',
  authors: 'Yu et al.',
  year: 2022,
  url: 'https://arxiv.org/abs/2210.13452',
}
export const inTable = (top1: number, table: string): Published => ({
  top1,
  source: `MetaFormer Baselines for Vision (Yu et al. 2022), Table ${table}`,
})
export const baselines = { family: 'metaformer', paper: baselinesPaper, preprocessing: imagenetPixels(1) }

export const caformer = baselineMlpHead(['separableConv', 'separableConv', attentionNoBias, attentionNoBias])
export const convformer = baselineMlpHead('separableConv')
const poolformerV2 = baseline('pooling')
const identityformer = { ...baseline('identity'), naming: 'sail' } as const
const randformer = {
  ...baseline(['identity', 'identity', 'randomMixing', 'randomMixing']),
  naming: 'sail',
} as const

/** One size of one of the families: `CAFormer-S18` is `caformer_s18`. */
function sized(
  name: string,
  sizes: Pick<MetaFormerSizes, 'depths' | 'dims'>,
  choices: Omit<MetaFormerSizes, 'depths' | 'dims'>,
  facts: { readonly summary: string; readonly published: Published | null } & Partial<typeof baselines>,
): Preset {
  const id = name.toLowerCase().replace('-', '_')
  return preset({ ...baselines, id, title: name, ...facts }, (title) =>
    metaformer(title, { ...sizes, ...choices }),
  )
}

const caformers: readonly Preset[] = (
  [
    ['CAFormer-S18', convSizes.s18, 83.6],
    ['CAFormer-S36', convSizes.s36, 84.5],
    ['CAFormer-M36', convSizes.m36, 85.2],
    ['CAFormer-B36', convSizes.b36, 85.5],
  ] as const
).map(([name, sizes, top1]) =>
  sized(name, sizes, caformer, {
    summary: 'Separable convolutions where maps are large, attention where they are small.',
    published: inTable(top1, 'V'),
  }),
)

const convformers: readonly Preset[] = (
  [
    ['ConvFormer-S18', convSizes.s18, 83],
    ['ConvFormer-S36', convSizes.s36, 84.1],
    ['ConvFormer-M36', convSizes.m36, 84.5],
    ['ConvFormer-B36', convSizes.b36, 84.8],
  ] as const
).map(([name, sizes, top1]) =>
  sized(name, sizes, convformer, {
    summary: 'The MetaFormer skeleton with separable convolutions in all four stages.',
    published: inTable(top1, 'V'),
  }),
)

const poolformers: readonly Preset[] = (
  [
    ['PoolFormer-S12', poolSizes.s12, 0.9],
    ['PoolFormer-S24', poolSizes.s24, 0.9],
    ['PoolFormer-S36', poolSizes.s36, 0.9],
    ['PoolFormer-M36', poolSizes.m36, 0.95],
    ['PoolFormer-M48', poolSizes.m48, 0.95],
  ] as const
).map(([name, sizes, crop]) =>
  sized(name, sizes, poolformer, {
    summary: 'Average pooling as token mixer: the design that gave the skeleton its name.',
    paper: poolformerPaper,
    published: null,
    preprocessing: imagenetPixels(crop),
  }),
)

const poolformersV2: readonly Preset[] = (
  [
    ['PoolFormerV2-S12', poolSizes.s12, 78],
    ['PoolFormerV2-S24', poolSizes.s24, 80.7],
    ['PoolFormerV2-S36', poolSizes.s36, 81.6],
    ['PoolFormerV2-M36', poolSizes.m36, 82.2],
    ['PoolFormerV2-M48', poolSizes.m48, 82.6],
  ] as const
).map(([name, sizes, top1]) =>
  sized(name, sizes, poolformerV2, {
    summary: 'Pooling again, with StarReLU, ResScale and a norm over the whole map.',
    published: inTable(top1, 'III'),
  }),
)

const identityformers: readonly Preset[] = (
  [
    ['IdentityFormer-S12', poolSizes.s12, 74.6],
    ['IdentityFormer-S24', poolSizes.s24, 78.2],
    ['IdentityFormer-S36', poolSizes.s36, 79.3],
    ['IdentityFormer-M36', poolSizes.m36, 80],
    ['IdentityFormer-M48', poolSizes.m48, 80.4],
  ] as const
).map(([name, sizes, top1]) =>
  sized(name, sizes, identityformer, {
    summary: 'No token mixing at all: what the skeleton reaches by itself.',
    published: inTable(top1, 'III'),
  }),
)

const randformers: readonly Preset[] = (
  [
    ['RandFormer-S12', poolSizes.s12, 76.6],
    ['RandFormer-S24', poolSizes.s24, 78.8],
    ['RandFormer-S36', poolSizes.s36, 79.5],
    ['RandFormer-M36', poolSizes.m36, 81.2],
    ['RandFormer-M48', poolSizes.m48, 81.4],
  ] as const
).map(([name, sizes, top1]) =>
  sized(name, sizes, randformer, {
    summary: 'Frozen random matrices mix the tokens of the last two stages.',
    published: inTable(top1, 'III'),
  }),
)

const isotropic: readonly Preset[] = [
  preset(
    {
      ...baselines,
      id: 'identityformer_s_iso',
      title: 'IdentityFormer-S (iso.)',
      summary: 'Identity mixing at one resolution behind 16×16 patches: patches never meet before the head.',
      published: inTable(68.2, 'IV'),
    },
    (title) => isotropicMetaformer(title, isoPatchStem()),
  ),
  preset(
    {
      ...baselines,
      id: 'identityformer_s_iso_convstem',
      title: 'IdentityFormer-S (iso., conv stem)',
      summary: 'The same behind four small convolutions, whose patches overlap: seven points better.',
      published: inTable(75.4, 'IV'),
    },
    (title) => isotropicMetaformer(title, isoConvStem()),
  ),
]

export const metaformers: readonly Preset[] = [
  ...caformers,
  ...convformers,
  ...poolformers,
  ...poolformersV2,
  ...identityformers,
  ...randformers,
  ...isotropic,
]

/** Depth and widths are inferred from the parameters and MACs that the paper prints (22M / 4.2G and 23M / 4.6G). */
export function isoPatchStem(): Parameters<typeof isotropicMetaformer>[1] {
  const name = { id: 'stem', key: 'downsample_layers.0', keys: { proj: 'conv' } }
  return { stem: module(name, 'patchStem', { dim: 384, flatten: false }), depth: 18, mixer: 'identity' }
}
export function isoConvStem(): Parameters<typeof isotropicMetaformer>[1] {
  return {
    stem: module({ id: 'stem', key: 'downsample_layers.0' }, 'convStem'),
    depth: 18,
    mixer: 'identity',
  }
}
