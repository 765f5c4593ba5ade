/** Networks of convolution and attention, as timm builds them. */
import { coat } from '../coat'
import { crossvit } from '../crossvit'
import { edgenext } from '../edgenext'
import { efficientvit } from '../efficientvit'
import { mambaOut } from '../mambaout'
import { coatnetStyle, type MaxVitSizes, maxvit, maxvitStyle, tensorflowStyle } from '../maxvit'
import { nextvit } from '../nextvit'
import { pit } from '../pit'
import type { Python } from '../pythonCall'
import { repvit } from '../repvit'
import { shvit } from '../shvit'
import { starnet } from '../starnet'
import { swiftformer } from '../swiftformer'
import { xcit } from '../xcit'
import { type Build, count, flag, inCall, listed, lookUp, NotYet, Options, text } from './reading'

export const timm: { readonly [name: string]: Build } = {
  CoaT(options) {
    if (options.take('patch_size', count, 16) !== 4) return null
    const parallel = options.take('parallel_depth', count, 0)
    const document = coat('CoaT', {
      dims: options.take('embed_dims', quadruple, [64, 128, 320, 512]),
      depths: options.take('serial_depths', quadruple, [3, 4, 6, 3]),
      mlpRatios: options.take('mlp_ratios', quadruple, [4, 4, 4, 4]),
      heads: options.take('num_heads', count, 8),
      parallel,
      classes: options.take('num_classes', count, 1000),
      size: options.take('img_size', count, 224),
    })
    const lists = { 'features_list.0': 'norm2', 'features_list.1': 'norm3', 'features_list.2': 'norm4' }
    return { features: 'norm4', document, ...(parallel > 0 ? { outputs: lists } : {}) }
  },

  CrossVit(options, size) {
    options.take('img_size', count, 240)
    const scale = options.take('img_scale', pair, [1, 1])[1]
    // What comes before the third number are the blocks of each branch; it is for more crossings than one.
    const depths = options.take('depth', listed(triple), [])
    if (depths.some(([, , more]) => more !== 0)) return null
    const [small, large] = options.take('mlp_ratio', triple, [2, 2, 4])
    return {
      features: 'norm.0',
      outputs: { 'features_list.0': 'norm.0', 'features_list.1': 'norm.1' },
      document: crossvit('CrossVit', {
        dims: options.take('embed_dim', pair, [192, 384]),
        depths: depths.map(([small, large]) => [small, large]),
        heads: options.take('num_heads', pair, [6, 12]),
        mlpRatios: [small, large],
        patches: options.take('patch_size', pair, [8, 16]),
        convPatches: options.take('multi_conv', flag, false),
        crops: options.take('crop_scale', flag, false),
        classes: options.take('num_classes', count, 1000),
        size,
        secondSize: Math.floor(size * scale),
      }),
    }
  },

  Xcit: (options) => ({
    features: 'norm',
    document: xcit('Xcit', {
      size: options.take('img_size', count, 224),
      patch: options.take('patch_size', count, 16),
      dim: options.take('embed_dim', count, 768),
      depth: options.take('depth', count, 12),
      heads: options.take('num_heads', count, 12),
      tokensNorm: options.take('tokens_norm', flag, false),
      classes: options.take('num_classes', count, 1000),
    }),
  }),

  EdgeNeXt: (options, size) => ({
    features: 'stages.3',
    document: edgenext('EdgeNeXt', {
      dims: options.take('dims', quadruple, [24, 48, 88, 168]),
      depths: options.take('depths', quadruple, [3, 3, 9, 3]),
      heads: options.take('heads', quadruple, [8, 8, 8, 8]),
      classes: options.take('num_classes', count, 1000),
      size,
    }),
  }),

  PoolingVisionTransformer: (options) => ({
    features: 'norm',
    document: pit('PoolingVisionTransformer', {
      size: options.take('img_size', count, 224),
      patch: options.take('patch_size', count, 16),
      stride: options.take('stride', count, 8),
      headDims: options.take('base_dims', listed(count), [48, 48, 48]),
      depths: options.take('depth', listed(count), [2, 6, 4]),
      heads: options.take('heads', listed(count), [2, 4, 8]),
      distilled: options.take('distilled', flag, false),
      classes: options.take('num_classes', count, 1000),
    }),
  }),

  MambaOut: (options, size) => ({
    features: 'stages.3',
    document: mambaOut('MambaOut', {
      dims: options.take('dims', quadruple, [96, 192, 384, 576]),
      depths: options.take('depths', quadruple, [3, 3, 9, 3]),
      classes: options.take('num_classes', count, 1000),
      size,
    }),
  }),

  RepVit(options, size) {
    const dims = options.take('embed_dim', listed(count), [48])
    return {
      features: `stages.${dims.length - 1}`,
      document: repvit('RepVit', {
        dims,
        depths: options.take('depth', listed(count), [2]),
        classes: options.take('num_classes', count, 1000),
        size,
      }),
    }
  },

  StarNet: (options, size) => ({
    features: 'norm',
    document: starnet('StarNet', {
      dim: options.take('base_dim', count, 32),
      depths: options.take('depths', listed(count), [3, 3, 12, 5]),
      classes: options.take('num_classes', count, 1000),
      size,
    }),
  }),

  SwiftFormer: (options, size) => ({
    features: 'norm',
    document: swiftformer('SwiftFormer', {
      depths: options.take('layers', listed(count), [3, 3, 6, 4]),
      dims: options.take('embed_dims', listed(count), [48, 56, 112, 220]),
      classes: options.take('num_classes', count, 1000),
      size,
    }),
  }),

  SHViT(options, size) {
    const types = options.take('types', listed(text), ['s', 's', 's'])
    const reading = options.take('partial_dim', listed(count), [32, 64, 96])
    return {
      features: 'stages.2',
      document: shvit('SHViT', {
        dims: options.take('embed_dim', listed(count), [128, 256, 384]),
        depths: options.take('depth', listed(count), [1, 2, 3]),
        reading: reading.map((dim, stage) => (types[stage] === 's' ? dim : 0)),
        keyDims: options.take('qk_dim', listed(count), [16, 16, 16]),
        classes: options.take('num_classes', count, 1000),
        size,
      }),
    }
  },

  EfficientVit: (options, size) => ({
    features: 'stages.3',
    document: efficientvit('EfficientVit', {
      widths: options.take('widths', listed(count), []),
      depths: options.take('depths', listed(count), []),
      headDim: options.take('head_dim', count, 32),
      headWidths: options.take('head_widths', pair, [1024, 1280]),
      classes: options.take('num_classes', count, 1000),
      size,
    }),
  }),

  NextViT(options, size) {
    if (options.argument(count) !== 3) return null
    return {
      features: 'norm',
      document: nextvit('NextViT', {
        depths: options.take('depths', quadruple, [3, 4, 10, 3]),
        stem: options.take('stem_chs', triple, [64, 32, 64]),
        headDim: options.take('head_dim', count, 32),
        classes: options.take('num_classes', count, 1000),
        size,
      }),
    }
  },

  MaxxVit(options, size) {
    const sizes = options.argument(inCall('MaxxVitCfg', [], maxxvitSizes))
    options.take('img_size', count, 224)
    const classes = options.take('num_classes', count, 1000)
    return {
      features: sizes.hidden === undefined ? 'norm' : `stages.${sizes.depths.length - 1}`,
      document: maxvit('MaxxVit', { ...sizes, classes, size }),
    }
  },
}

const pair = (value: Python): readonly [number, number] => {
  const [a, b] = listed(count)(value)
  if (a === undefined || b === undefined) throw new NotYet()
  return [a, b]
}
const triple = (value: Python): readonly [number, number, number] => {
  const [a, b, c] = listed(count)(value)
  if (a === undefined || b === undefined || c === undefined) throw new NotYet()
  return [a, b, c]
}
const quadruple = (value: Python): readonly [number, number, number, number] => {
  const [a, b, c, d] = listed(count)(value)
  if (a === undefined || b === undefined || c === undefined || d === undefined) throw new NotYet()
  return [a, b, c, d]
}

function maxxvitSizes(options: Options): MaxVitSizes {
  const stem = options.take(
    'stem_width',
    (value) => (value.kind === 'list' ? listed(count)(value) : [count(value)]),
    [64],
  )
  const hidden = options.take('head_hidden_size', count, 0)
  return {
    dims: options.take('embed_dim', listed(count), []),
    depths: options.take('depths', listed(count), []),
    blocks: options.take(
      'block_type',
      listed((value) => lookUp(blocks, text(value))),
      [],
    ),
    stem: [stem[0] ?? 64, stem.at(-1) ?? 64],
    stemBias: options.take('stem_bias', flag, false),
    ...(hidden === 0 ? {} : { hidden }),
    ...options.take('**', style, {}),
  }
}

type Style = Pick<MaxVitSizes, 'conv' | 'attention'>

/** timm's functions for the options of a family, as they are or with another transformer in `dict(...)`. */
function style(value: Python): Style {
  if (value.kind !== 'call') throw new NotYet()
  const options = new Options(value)
  const read = value.name === 'dict' ? overridden(options) : lookUp(styles, value.name)(options)
  if (!options.isUsedUp()) throw new NotYet()
  return read
}

function overridden(options: Options): Style {
  const usual = options.argument(style)
  const attention = options.take('transformer_cfg', inCall('MaxxVitTransformerCfg', [], ofTransformer), {})
  return { ...usual, attention: { ...usual.attention, ...attention } }
}

/** TensorFlow's transformer again, with heads and windows of its own. */
function ofTransformer(options: Options): Style['attention'] {
  const isTensorflow =
    options.take('norm_eps', count, 1e-6) === 1e-5 &&
    options.take('act_layer', text, 'gelu') === 'gelu_tanh' &&
    !options.take('head_first', flag, true) &&
    options.take('rel_pos_type', text, 'bias') === 'bias_tf'
  if (!isTensorflow) throw new NotYet()
  return headsAndWindows(options)
}

const headsAndWindows = (options: Options) => ({
  headDim: options.take('dim_head', count, 32),
  window: options.take('window_size', listed(count), [7])[0] ?? 7,
})

const styles: { readonly [name: string]: (options: Options) => Style } = {
  _tf_cfg: () => tensorflowStyle,
  _rw_max_cfg: (options) => ({
    ...maxvitStyle,
    attention: { ...maxvitStyle.attention, ...headsAndWindows(options) },
  }),
  _rw_coat_cfg: (options) => ({
    conv: { ...coatnetStyle.conv, gateFirst: options.take('conv_attn_early', flag, false) },
    attention: {
      ...coatnetStyle.attention,
      shortcutBias: options.take('transformer_shortcut_bias', flag, true),
    },
  }),
}

const blocks = { C: 'conv', T: 'attention', M: 'maxvit', PM: 'parallel' } as const
