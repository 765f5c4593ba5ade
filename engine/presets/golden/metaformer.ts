/** MetaFormers, as timm and the papers' own code build them. */
import type { SlotValue } from '../../schema/schema'
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
} from '../metaformer'
import type { Python } from '../pythonCall'
import {
  type Build,
  count,
  flag,
  isSet,
  lastBlock,
  listed,
  lookUp,
  NotYet,
  type Options,
  symbol,
} from './reading'

export const timm: { readonly [name: string]: Build } = {
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
}

/** The papers' own code, which keeps maps channels-last and 1×1 convolutions as linear layers. */
export const papers: { readonly [name: string]: Build } = {
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

/** Models that the repository has not, rebuilt from what the paper prints about them. */
export const reconstructions = [
  {
    says: 'with 16x16 patch conv',
    document: () => isotropicMetaformer('IdentityFormer-S (iso.)', isoPatchStem()),
  },
  {
    says: 'with 4 plain convs',
    document: () => isotropicMetaformer('IdentityFormer-S (iso.)', isoConvStem()),
  },
]

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
