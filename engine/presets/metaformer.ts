/**
 * MetaFormers: four stages of blocks x + Mixer(Norm x), x + MLP(Norm x), where the mixer is a slot.
 *
 * Yu et al. 2022, MetaFormer Is Actually What You Need for Vision, https://arxiv.org/abs/2111.11418 (PoolFormer) and
 * Yu et al. 2022, MetaFormer Baselines for Vision, https://arxiv.org/abs/2210.13452 (all others).
 */
import { type Document, type DocumentNode, type GraphBody, IN, type ModuleNode } from '../document/types'
import type { Attributes, SlotValue } from '../schema/schema'
import { slotAttributes, slotModule } from '../schema/schema'
import { imagenetPixels, type Preset, type Published } from './preset'
import { chain, design, group, module, type Name, Sketch } from './sketch'

/** One stage's choices. */
interface BlockSizes {
  readonly mixer: SlotValue
  readonly norm: SlotValue
  readonly mlp: Attributes
  /** A learnable factor on the branches (PoolFormer) and on the shortcuts (stages 3 and 4 of the baselines). */
  readonly layerScale: boolean
  readonly resScale: boolean
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
  }
  const blocks = group({ id: 'blocks.0', key: 'stages.0.0' }, depth, block(sizes, namings.sail))
  return design(name, chain(stem, blocks, module(namings.sail.head, 'poolHead')))
}

/** x ← λᵣx + λₗMixer(Norm x); x ← λᵣx + λₗMLP(Norm x), with the factors only where asked for. */
function block({ mixer, norm, mlp, layerScale, resScale }: BlockSizes, names: Names): GraphBody {
  const sketch = new Sketch()
  const half = (x: string, number: 1 | 2, body: DocumentNode): string =>
    sketch.residual(
      x,
      `add${number}`,
      [
        module(`norm${number}`, slotModule(norm), slotAttributes(norm)),
        body,
        ...(layerScale ? [module(names.layerScale(number), 'layerScale')] : []),
      ],
      resScale ? [module(`res_scale${number}`, 'resScale')] : [],
    )
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
const lateStages = [false, false, true, true]
const everyStage = [true, true, true, true]
const s12 = { depths: [2, 2, 6, 2], dims: [64, 128, 320, 512] }
const s18 = { depths: [3, 3, 9, 3], dims: [64, 128, 320, 512] }

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
const inTable = (top1: number, table: string): Published => ({
  top1,
  source: `MetaFormer Baselines for Vision (Yu et al. 2022), Table ${table}`,
})
const common = { family: 'metaformer', paper: baselinesPaper, preprocessing: imagenetPixels(1) }

export const metaformers: readonly Preset[] = [
  {
    ...common,
    id: 'caformer_s18',
    title: 'CAFormer-S18',
    summary: 'Separable convolutions where maps are large, attention where they are small.',
    document: metaformer('CAFormer-S18', {
      ...s18,
      ...baselineMlpHead(['separableConv', 'separableConv', attentionNoBias, attentionNoBias]),
    }),
    published: inTable(83.6, 'V'),
  },
  {
    ...common,
    id: 'convformer_s18',
    title: 'ConvFormer-S18',
    summary: 'The MetaFormer skeleton with separable convolutions in all four stages.',
    document: metaformer('ConvFormer-S18', { ...s18, ...baselineMlpHead('separableConv') }),
    published: inTable(83, 'V'),
  },
  {
    ...common,
    id: 'poolformer_s12',
    title: 'PoolFormer-S12',
    summary: 'Average pooling as token mixer: the design that gave the skeleton its name.',
    paper: poolformerPaper,
    document: metaformer('PoolFormer-S12', { ...s12, ...poolformer }),
    published: null,
    preprocessing: imagenetPixels(0.9),
  },
  {
    ...common,
    id: 'poolformerv2_s12',
    title: 'PoolFormerV2-S12',
    summary: 'Pooling again, with StarReLU, ResScale and a norm over the whole map.',
    document: metaformer('PoolFormerV2-S12', { ...s12, ...baseline('pooling') }),
    published: inTable(78, 'III'),
  },
  {
    ...common,
    id: 'identityformer_s12',
    title: 'IdentityFormer-S12',
    summary: 'No token mixing at all: what the skeleton reaches by itself.',
    document: metaformer('IdentityFormer-S12', { ...s12, ...baseline('identity'), naming: 'sail' }),
    published: inTable(74.6, 'III'),
  },
  {
    ...common,
    id: 'randformer_s12',
    title: 'RandFormer-S12',
    summary: 'Frozen random matrices mix the tokens of the last two stages.',
    document: metaformer('RandFormer-S12', {
      ...s12,
      ...baseline(['identity', 'identity', 'randomMixing', 'randomMixing']),
      naming: 'sail',
    }),
    published: inTable(76.6, 'III'),
  },
  {
    ...common,
    id: 'identityformer_s_iso',
    title: 'IdentityFormer-S (iso.)',
    summary: 'Identity mixing at one resolution behind 16×16 patches: patches never meet before the head.',
    document: isotropicMetaformer('IdentityFormer-S (iso.)', isoPatchStem()),
    published: inTable(68.2, 'IV'),
  },
  {
    ...common,
    id: 'identityformer_s_iso_convstem',
    title: 'IdentityFormer-S (iso., conv stem)',
    summary: 'The same behind four small convolutions, whose patches overlap: seven points better.',
    document: isotropicMetaformer('IdentityFormer-S (iso., conv stem)', isoConvStem()),
    published: inTable(75.4, 'IV'),
  },
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
