/** Convolutional networks, as timm and the papers' own code build them. */
import type { Document } from '../../document/types'
import { convmixer } from '../convmixer'
import { convnext } from '../convnext'
import { densenet } from '../densenet'
import { type EfficientNetSizes, efficientnet } from '../efficientnet'
import { focalnet } from '../focalnet'
import { type GhostNetSizes, ghostnet } from '../ghostnet'
import { hornet, slak } from '../hornet'
import { inceptionNext } from '../inceptionNext'
import type { Python } from '../pythonCall'
import { type RegNetSizes, regnet } from '../regnet'
import { replknet } from '../replknet'
import { type ResNetSizes, resnet } from '../resnet'
import { resnetV2 } from '../resnetv2'
import { van } from '../van'
import { vgg } from '../vgg'
import {
  type Build,
  count,
  dictionary,
  flag,
  isSet,
  listed,
  lookUp,
  NotYet,
  Options,
  partial,
  symbol,
  text,
} from './reading'

export const timm: { readonly [name: string]: Build } = {
  ConvNeXt: (options, size) => ({
    features: 'stages.3',
    document: convnext('ConvNeXt', {
      depths: options.take('depths', listed(count), [3, 3, 9, 3]),
      dims: options.take('dims', listed(count), [96, 192, 384, 768]),
      classes: options.take('num_classes', count, 1000),
      convMlp: options.take('conv_mlp', flag, false),
      ...(options.take('use_grn', flag, false)
        ? { responseNorm: !options.take('ls_init_value', isSet, true) }
        : {}),
      kernelSize: options.take('kernel_sizes', count, 7),
      act: options.take('act_layer', text, 'gelu') === 'gelu_tanh' ? 'geluTanh' : 'gelu',
      size,
    }),
  }),

  ResNet(options, size) {
    const block = options.argument((value) => lookUp(blocks, symbol(value)))
    return {
      features: 'layer4',
      document: resnet('ResNet', {
        ...block,
        depths: options.argument(listed(count)),
        channels: options.take('channels', listed(count), [64, 128, 256, 512]),
        cardinality: options.take('cardinality', count, 1),
        baseWidth: options.take('base_width', count, 64),
        stem: options.take('stem_type', (value) => lookUp(stems, text(value)), 'plain'),
        stemWidth: options.take('stem_width', count, 64),
        averageDown: options.take('avg_down', flag, false),
        ...options.take('block_args', dictionary(block.middle ? partsOf : gateOf), {}),
        classes: options.take('num_classes', count, 1000),
        size,
      }),
    }
  },

  DenseNet: (options, size) => ({
    features: 'features',
    document: densenet('DenseNet', {
      growth: options.take('growth_rate', count, 32),
      depths: options.take('block_config', listed(count), [6, 12, 24, 16]),
      bottleneck: options.take('bn_size', count, 4),
      classes: options.take('num_classes', count, 1000),
      size,
    }),
  }),

  GhostNet(options, size) {
    const stages = options.argument(listed(listed(listed(count))))
    return {
      features: `blocks.${stages.length}`,
      document: ghostnet('GhostNet', {
        stages: stages.map((rows) => rows.map(ghostRow)),
        classes: options.take('num_classes', count, 1000),
        size,
      }),
    }
  },

  EfficientNet: (options, size) => ({ features: 'act2', document: efficientNet(options, { size }) }),

  ResNetV2: (options, size) => ({
    features: 'norm',
    document: resnetV2('ResNetV2', {
      depths: options.take('layers', listed(count), []),
      channels: options.take('channels', listed(count), [256, 512, 1024, 2048]),
      stemChannels: options.take('stem_chs', count, 64),
      bit: options.take('stem_type', (value) => lookUp({ fixed: true }, text(value)), true),
      weightEps: 1e-6,
      classes: options.take('num_classes', count, 1000),
      size,
    }),
  }),

  MobileNetV3(options, size) {
    const isUsual = options.take('se_layer', isHardGate, true)
    const document = efficientNet(options, { head: 'mean', hardGates: true, size })
    const stages = document.graph.nodes.filter(({ id }) => id.startsWith('blocks.'))
    return isUsual ? { features: stages.at(-1)?.id ?? '', document } : null
  },

  RegNet: (options, size) => ({
    features: 's4',
    document: regnet('RegNet', {
      ...options.argument(regnetSizes),
      classes: options.take('num_classes', count, 1000),
      size,
    }),
  }),

  ConvMixer(options, size) {
    const depth = options.take('depth', count, 32)
    return {
      features: `blocks.${depth - 1}`,
      document: convmixer('ConvMixer', {
        dim: options.take('dim', count, 768),
        depth,
        kernelSize: options.take('kernel_size', count, 9),
        patch: options.take('patch_size', count, 7),
        act: options.take('act_layer', (value) => lookUp(acts, symbol(value)), 'gelu'),
        classes: options.take('num_classes', count, 1000),
        size,
      }),
    }
  },

  FocalNet(options, size) {
    const levels = options.take('focal_levels', listed(count), [2])
    const postNorm = options.take('use_post_norm', flag, false)
    // The large models have all three together.
    const isLarge = (name: string, read: (value: Python) => boolean) =>
      options.take(name, read, false) === postNorm
    if (!isLarge('use_overlap_down', flag) || !isLarge('layerscale_value', isSet)) return null
    return {
      features: 'norm',
      document: focalnet('FocalNet', {
        dim: options.take('embed_dim', count, 96),
        depths: options.take('depths', listed(count), [2, 2, 6, 2]),
        levels: levels[0] ?? 2,
        postNorm,
        classes: options.take('num_classes', count, 1000),
        size,
      }),
    }
  },

  MetaNeXt: (options, size) => ({
    features: 'stages.3',
    document: inceptionNext('MetaNeXt', {
      depths: options.take('depths', listed(count), [3, 3, 9, 3]),
      dims: options.take('dims', listed(count), [96, 192, 384, 768]),
      classes: options.take('num_classes', count, 1000),
      size,
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

export const papers: { readonly [name: string]: Build } = {
  ModifiedResNet(options) {
    const width = options.take('width', count, 64)
    return {
      features: 'layer4',
      document: resnet('ModifiedResNet', {
        block: 'bottleneck',
        stem: 'clip',
        averageDown: true,
        antiAlias: 'average',
        depths: options.take('layers', listed(count), []),
        channels: [1, 2, 4, 8].map((factor) => factor * width),
        stemWidth: width / 2,
        attentionPool: options.take('heads', count, 32),
        classes: options.take('output_dim', count, 1024),
        size: options.take('input_resolution', count, 224),
      }),
    }
  },

  VAN: (options, size) => ({
    features: 'norm4',
    document: van('VAN', {
      dims: options.take('embed_dims', listed(count), []),
      depths: options.take('depths', listed(count), []),
      mlpRatios: options.take('mlp_ratios', listed(count), []),
      classes: options.take('num_classes', count, 1000),
      size,
    }),
  }),

  RepLKNet(options, size) {
    const document = replknet('RepLKNet', {
      kernels: options.take('large_kernel_sizes', listed(count), []),
      depths: options.take('layers', listed(count), []),
      dims: options.take('channels', listed(count), []),
      smallKernel: options.take('small_kernel', count, 5),
      classes: options.take('num_classes', count, 1000),
      size,
    })
    const isPlain =
      options.take('drop_path_rate', count, 0) === 0 && !options.take('use_sync_bn', flag, false)
    return isPlain ? { features: 'norm', document } : null
  },

  HorNet: (options, size) => ({
    features: 'stages.3',
    document: hornet('HorNet', {
      dim: options.take('base_dim', count, 64),
      depths: options.take('depths', listed(count), [2, 3, 18, 2]),
      orders: options.take('gnconv', listed(count), [2, 3, 4, 5]),
      filters: options.take('filters', listed(count), []),
      classes: options.take('num_classes', count, 1000),
      size,
    }),
  }),

  SLaK(options, size) {
    const document = slak('SLaK', {
      depths: options.take('depths', listed(count), []),
      dims: options.take('dims', listed(count), []),
      kernels: options.take('kernel_size', listed(count), []),
      classes: options.take('num_classes', count, 1000),
      size,
    })
    const isSplit = options.take('Decom', flag, false) && options.take('bn', flag, false)
    return isSplit ? { features: 'stages.3', document } : null
  },
}

/**
 * HorNet's mixers are a list comprehension over their orders, which say all there is; the one with global filters is told by what it has
 * otherwise.
 */
export const plainCall = (call: string): string =>
  call
    .replace(/\[partial\(gnconv,order=o,s=1\/3\) for o in (\([\d,]*\))\]/, '$1')
    .replace(
      /^as hornet_7x7_tiny but stages 3,4 use GlobalLocalFilter h=(\d+),.* and h=(\d+),.*$/,
      'HorNet(depths=[1,1,2,1],base_dim=16,num_classes=10,filters=[$1,$2])',
    )

/** The options of networks that are made of words. */
function efficientNet(options: Options, more: Partial<EfficientNetSizes>): Document {
  return efficientnet('EfficientNet', {
    stages: options.take('block_args', words, []),
    features: options.take('num_features', count, 1280),
    stem: options.take('stem_size', count, 32),
    act: options.take('act_layer', (value) => lookUp(acts, symbol(value)), 'relu'),
    tensorflow: options.take('pad_type', (value) => lookUp({ same: true }, text(value)), false),
    ...options.take('norm_layer', epsOfNorm, {}),
    classes: options.take('num_classes', count, 1000),
    ...more,
  })
}

const acts: { readonly [name: string]: string } = {
  ReLU: 'relu',
  ReLU6: 'relu6',
  SiLU: 'silu',
  Hardswish: 'hardswish',
}

const epsOfNorm = partial(
  ['BatchNorm2d'],
  (inner): Pick<EfficientNetSizes, 'eps'> => ({ eps: inner.take('eps', count, 1e-5) }),
)
const gateRatio = (value: Python): Pick<RegNetSizes, 'squeezeExcite'> => ({ squeezeExcite: count(value) })

/** `decode_arch_def([[...], ...])`. */
function words(value: Python): readonly (readonly string[])[] {
  const [stages] = value.kind === 'call' && value.name === 'decode_arch_def' ? value.args : []
  if (!stages) throw new NotYet()
  return listed(listed(text))(stages)
}

/** MobileNetV3's gates, in the words of its golden case. */
const isHardGate = partial(['SqueezeExcite'], (inner) => {
  const gate = inner.take('gate_layer', text, 'sigmoid')
  const act = inner.take('force_act_layer', symbol, '')
  const rounding = inner.take('rd_round_fn', symbol, 'round')
  return gate === 'hard_sigmoid' && act === 'ReLU' && rounding === 'round_channels'
})

function regnetSizes(value: Python): RegNetSizes {
  if (value.kind !== 'call' || value.name !== 'RegNetCfg') throw new NotYet()
  const options = new Options(value)
  const sizes = {
    w0: options.take('w0', count, 80),
    wa: options.take('wa', count, 42.64),
    wm: options.take('wm', count, 2.66),
    groupWidth: options.take('group_size', count, 24),
    depth: options.take('depth', count, 21),
    stem: options.take('stem_width', count, 32),
    ...options.take('se_ratio', gateRatio, {}),
  }
  if (!options.isUsedUp()) throw new NotYet()
  return sizes
}

const blocks: { readonly [name: string]: Pick<ResNetSizes, 'block' | 'middle'> } = {
  BasicBlock: { block: 'basic' },
  Bottleneck: { block: 'bottleneck' },
  Bottle2neck: { block: 'bottleneck', middle: { kind: 'hierarchical', parts: 4 } },
}
function ghostRow([kernel = 3, inner = 16, to = 16, squeeze = 0, stride = 1]: readonly number[]) {
  return [kernel, inner, to, squeeze, stride] as GhostNetSizes['stages'][number][number]
}

const gateOf = (options: Options): Partial<ResNetSizes> => lookUp(gates, options.take('attn_layer', text, ''))
const gates: { readonly [name: string]: Pick<ResNetSizes, 'squeezeExcite' | 'gate'> } = {
  se: { squeezeExcite: 1 / 16 },
  eca: { gate: 'channelConvolution' },
}
const partsOf = (options: Options): Partial<ResNetSizes> => ({
  middle: { kind: 'hierarchical', parts: options.take('scale', count, 4) },
})
const stems: { readonly [name: string]: NonNullable<ResNetSizes['stem']> } = {
  deep: 'deep',
  deep_tiered: 'tiered',
}
