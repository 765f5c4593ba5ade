/** Convolutional networks, as timm and the papers' own code build them. */
import { convnext } from '../convnext'
import { type ResNetSizes, resnet } from '../resnet'
import { vgg } from '../vgg'
import {
  type Build,
  count,
  dictionary,
  flag,
  isSet,
  listed,
  lookUp,
  type Options,
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

  ResNet: (options, size) => ({
    features: 'layer4',
    document: resnet('ResNet', {
      block: options.argument((value) => lookUp(blocks, symbol(value))),
      depths: options.argument(listed(count)),
      channels: options.take('channels', listed(count), [64, 128, 256, 512]),
      cardinality: options.take('cardinality', count, 1),
      baseWidth: options.take('base_width', count, 64),
      stem: options.take('stem_type', (value) => lookUp(stems, text(value)), 'plain'),
      stemWidth: options.take('stem_width', count, 64),
      averageDown: options.take('avg_down', flag, false),
      ...options.take('block_args', dictionary(gateOf), {}),
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

const blocks: { readonly [name: string]: ResNetSizes['block'] } = {
  BasicBlock: 'basic',
  Bottleneck: 'bottleneck',
}
const gateOf = (options: Options): Pick<ResNetSizes, 'squeezeExcite'> => ({
  squeezeExcite: lookUp({ se: 1 / 16 }, options.take('attn_layer', text, '')),
})
const stems: { readonly [name: string]: NonNullable<ResNetSizes['stem']> } = {
  deep: 'deep',
  deep_tiered: 'tiered',
}
