/**
 * Our design for the reference model of a golden case, from the Python expression that built that model.
 * A class or an option that we do not have yet gives null: the case waits for it.
 */
import type { Document } from '../document/types'
import type { SlotValue } from '../schema/schema'
import { findPreset } from '.'
import { convnext } from './convnext'
import {
  attentionNoBias,
  isoConvStem,
  isoPatchStem,
  isotropicMetaformer,
  layerNormNoBias,
  type MetaFormerSizes,
  metaformer,
  oneGroup,
  poolformer,
  starMlp,
} from './metaformer'
import { mlpMixer } from './mlpMixer'
import { type Python, type PythonCall, parsePythonCall } from './pythonCall'
import { resnet } from './resnet'
import { vgg } from './vgg'
import { vit } from './vit'

/** `reference` of a golden case. */
export interface GoldenReference {
  readonly source: string
  readonly call: string
}

export interface GoldenModel {
  readonly document: Document
  /** State_dict prefix of the node whose output the reference calls features. */
  readonly features: string
}

export function goldenModel({ source, call }: GoldenReference, size: number): GoldenModel | null {
  const reconstruction = reconstructions.find(
    ({ says }) => call.startsWith('RECONSTRUCTION') && call.includes(says),
  )
  if (reconstruction) return { document: resized(reconstruction.document(), size), features: 'stages.0.17' }
  const parsed = parsePythonCall(call)
  if (!parsed) return null
  const isTimm = source.startsWith('timm')
  const known = isTimm ? timmClasses : paperClasses
  const build = Object.hasOwn(known, parsed.name) ? known[parsed.name] : undefined
  const options = new Options(parsed)
  try {
    const model = build?.(options, size)
    return model && options.isUsedUp() ? model : null
  } catch (error) {
    if (error instanceof NotYet) return null
    throw error
  }
}

const reconstructions = [
  {
    says: 'with 16x16 patch conv',
    document: () => isotropicMetaformer('IdentityFormer-S (iso.)', isoPatchStem()),
  },
  {
    says: 'with 4 plain convs',
    document: () => isotropicMetaformer('IdentityFormer-S (iso.)', isoConvStem()),
  },
]

/** A class of the reference: its arguments to our sizes. */
type Build = (options: Options, size: number) => GoldenModel | null

const timmClasses: { readonly [name: string]: Build } = {
  create_model(options, size) {
    const preset = findPreset(options.argument(text))
    return preset ? { document: resized(preset.document, size), features: featuresOf(preset.family) } : null
  },

  MetaFormer: (options, size) => ({
    features: 'stages.3',
    document: metaformer('MetaFormer', {
      ...metaformerStages(options, 'Pooling', 'LayerNorm2dNoBias'),
      downsampleNorm: options.take('downsample_norm', isSet, true),
      mlp: {
        ...(options.take('mlp_act', symbol, 'StarReLU') === 'StarReLU' ? { act: 'starRelu' } : {}),
        ...(options.take('mlp_bias', flag, false) ? {} : { bias: false }),
      },
      head: options.take('use_mlp_head', flag, true) ? 'mlp' : 'linear',
      size,
    }),
  }),

  VisionTransformer(options) {
    const hasClassToken = options.take('class_token', flag, true)
    const pool = options.take('global_pool', text, 'token')
    if ((pool === 'token') !== hasClassToken) return null
    const depth = options.take('depth', count, 12)
    return {
      features: pool === 'avg' ? `blocks.${depth - 1}` : 'norm',
      document: vit('VisionTransformer', {
        size: options.take('img_size', count, 224),
        patch: options.take('patch_size', count, 16),
        dim: options.take('embed_dim', count, 768),
        depth,
        heads: options.take('num_heads', count, 12),
        classes: options.take('num_classes', count, 1000),
        pool: pool === 'avg' ? 'avg' : 'token',
        qkNorm: options.take('qk_norm', flag, false),
        layerScale: options.take('init_values', isSet, false),
        registers: options.take('reg_tokens', count, 0),
        positionsOfPatchesOnly: options.take('no_embed_class', flag, false),
      }),
    }
  },

  ConvNeXt: (options, size) => ({
    features: 'stages.3',
    document: convnext('ConvNeXt', {
      depths: options.take('depths', listed(count), [3, 3, 9, 3]),
      dims: options.take('dims', listed(count), [96, 192, 384, 768]),
      classes: options.take('num_classes', count, 1000),
      convMlp: options.take('conv_mlp', flag, false),
      kernelSize: options.take('kernel_sizes', count, 7),
      act: options.take('act_layer', text, 'gelu') === 'gelu_tanh' ? 'geluTanh' : 'gelu',
      size,
    }),
  }),

  ResNet: (options, size) => ({
    features: 'layer4',
    document: resnet('ResNet', {
      block: options.argument(symbol) === 'BasicBlock' ? 'basic' : 'bottleneck',
      depths: options.argument(listed(count)),
      channels: options.take('channels', listed(count), [64, 128, 256, 512]),
      classes: options.take('num_classes', count, 1000),
      size,
    }),
  }),

  MlpMixer: (options) => ({
    features: 'norm',
    document: mlpMixer('MLP-Mixer', {
      size: options.take('img_size', count, 224),
      patch: options.take('patch_size', count, 16),
      dim: options.take('embed_dim', count, 512),
      depth: options.take('num_blocks', count, 8),
      classes: options.take('num_classes', count, 1000),
    }),
  }),

  VGG(options, size) {
    const document = vgg('VGG', {
      layers: options.argument(
        listed((value) => (value.kind === 'value' && value.value === 'M' ? 'M' : count(value))),
      ),
      batchNorm: options.take('norm_layer', (value) => symbol(value) === 'BatchNorm2d', false),
      mlpRatio: options.take('mlp_ratio', count, 1),
      classes: options.take('num_classes', count, 1000),
      size,
    })
    const features = document.graph.nodes.findLast(({ id }) => id.startsWith('features.'))
    return { features: features?.id ?? '', document }
  },
}

/** The papers' own code, which keeps maps channels-last and 1×1 convolutions as linear layers. */
const paperClasses: { readonly [name: string]: Build } = {
  MetaFormer(options, size) {
    const stages = metaformerStages(options, 'Identity', 'LayerNormWithoutBias')
    const head = options.take('head_fn', symbol, 'Linear') === 'MlpHead' ? 'mlp' : 'linear'
    return {
      features: lastBlock('stages', stages.depths.length - 1, stages.depths),
      document: metaformer('MetaFormer', {
        ...stages,
        mixers: stages.mixers.map(asLinear),
        head,
        naming: 'sail',
        size,
      }),
    }
  },

  PoolFormer(options, size) {
    const depths = options.argument(listed(count))
    const stages = { depths, dims: options.take('embed_dims', listed(count), []) }
    const ratios = options.take('mlp_ratios', listed(count), [])
    const isUsual =
      ratios.every((ratio) => ratio === 4) && options.take('downsamples', listed(flag), []).every(Boolean)
    const classes = options.take('num_classes', count, 1000)
    if (!isUsual) return null
    const sizes: MetaFormerSizes = {
      ...poolformer,
      ...stages,
      head: 'norm-first',
      naming: 'poolformer',
      classes,
      size,
    }
    return {
      features: lastBlock('network', 2 * (depths.length - 1), depths),
      document: metaformer('PoolFormer', sizes),
    }
  },
}

/** The papers' code has no module for a stage whose name our design uses; its last block gives the same. */
const lastBlock = (list: string, stage: number, depths: readonly number[]): string =>
  `${list}.${stage}.${(depths.at(-1) ?? 1) - 1}`

/** What both MetaFormer classes are told in the same words. */
function metaformerStages(options: Options, usualMixer: string, usualNorm: string) {
  const depths = options.take('depths', listed(count), [2, 2, 6, 2])
  const perStage =
    <T>(read: (value: Python) => T) =>
    (value: Python): readonly T[] =>
      value.kind === 'list' ? value.items.map(read) : depths.map(() => read(value))
  const norms = options.take('norm_layers', perStage(norm), [norm({ kind: 'name', name: usualNorm })])
  if (norms.some((other) => other !== norms[0])) throw new NotYet()
  return {
    depths,
    dims: options.take('dims', listed(count), [64, 128, 320, 512]),
    mixers: options.take(
      'token_mixers',
      perStage(mixer),
      depths.map(() => mixer({ kind: 'name', name: usualMixer })),
    ),
    norm: norms[0] ?? layerNormNoBias,
    mlp: starMlp,
    layerScale: options.take('layer_scale_init_values', perStage(isSet), [false, false, false, false]),
    resScale: options.take('res_scale_init_values', perStage(isSet), [false, false, true, true]),
    classes: options.take('num_classes', count, 1000),
  }
}

function mixer(value: Python): SlotValue {
  if (value.kind === 'call' && value.name === 'partial') {
    const [target] = value.args
    const tokens = value.options.get('num_tokens')
    if (!target || symbol(target) !== 'RandomMixing' || !tokens) throw new NotYet()
    return { module: 'randomMixing', attrs: { tokens: count(tokens) } }
  }
  return lookUp(mixersByClass, symbol(value))
}

const mixersByClass: { readonly [name: string]: SlotValue } = {
  Identity: 'identity',
  IdentityMixer: 'identity',
  Pooling: 'pooling',
  SepConv: 'separableConv',
  Attention: attentionNoBias,
  RandomMixing: { module: 'randomMixing', attrs: { tokens: 196 } },
}

function norm(value: Python): SlotValue {
  if (value.kind !== 'call') return lookUp(normsByClass, symbol(value))
  const axes = value.options.get('normalized_dim')
  const overAll = axes?.kind === 'list' && axes.items.length === 3
  if (value.args[0] && symbol(value.args[0]) === 'LayerNormGeneral' && overAll) return 'modifiedLayerNorm'
  throw new NotYet()
}

const normsByClass: { readonly [name: string]: SlotValue } = {
  LayerNorm2dNoBias: layerNormNoBias,
  LayerNormNoBias: layerNormNoBias,
  LayerNormWithoutBias: layerNormNoBias,
  GroupNorm1: oneGroup,
  GroupNorm1NoBias: 'modifiedLayerNorm',
}

const asLinear = (mixer: SlotValue): SlotValue =>
  mixer === 'separableConv' ? { module: 'separableConv', attrs: { weights: 'linear' } } : mixer

function featuresOf(family: string): string {
  if (family === 'resnet') return 'layer4'
  return family === 'metaformer' || family === 'convnext' ? 'stages.3' : 'norm'
}

const resized = (document: Document, size: number): Document => ({
  ...document,
  input: { ...document.input, height: size, width: size },
})

// --- reading arguments -------------------------------------------------------------------------------------------

/** Something in the call that no module of ours stands for. */
class NotYet extends Error {}

/** The arguments of a call. What nobody asked for stays over, and then the model is not the one that was meant. */
class Options {
  private readonly args: Python[]
  private readonly options: Map<string, Python>

  constructor(call: PythonCall) {
    this.args = [...call.args]
    this.options = new Map(call.options)
  }

  /** The next argument without a name. */
  argument<T>(read: (value: Python) => T): T {
    const value = this.args.shift()
    if (!value) throw new NotYet()
    return read(value)
  }

  take<T>(name: string, read: (value: Python) => T, usual: T): T {
    const value = this.options.get(name)
    this.options.delete(name)
    return value ? read(value) : usual
  }

  isUsedUp(): boolean {
    return this.args.length === 0 && this.options.size === 0
  }
}

function count(value: Python): number {
  if (value.kind !== 'value' || typeof value.value !== 'number') throw new NotYet()
  return value.value
}

function text(value: Python): string {
  if (value.kind !== 'value' || typeof value.value !== 'string') throw new NotYet()
  return value.value
}

function flag(value: Python): boolean {
  if (value.kind !== 'value' || typeof value.value !== 'boolean') throw new NotYet()
  return value.value
}

function symbol(value: Python): string {
  if (value.kind !== 'name') throw new NotYet()
  return value.name
}

const isSet = (value: Python): boolean => !(value.kind === 'value' && value.value === null)

const listed =
  <T>(read: (value: Python) => T) =>
  (value: Python): readonly T[] => {
    if (value.kind !== 'list') throw new NotYet()
    return value.items.map(read)
  }

function lookUp<T>(table: { readonly [name: string]: T }, name: string): T {
  const found = Object.hasOwn(table, name) ? table[name] : undefined
  if (found === undefined) throw new NotYet()
  return found
}
