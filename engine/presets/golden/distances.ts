/** Networks whose attention is biased by distance: LeViT and its relatives. */
import { efficientformer, efficientformerV2 } from '../efficientformer'
import { type LevitSizes, levit } from '../levit'
import { tinyVit } from '../tinyVit'
import { type Build, count, isSet, listed, NotYet, type Options } from './reading'

const levitSizes = (options: Options): LevitSizes => ({
  dims: options.take('embed_dim', listed(count), [192]),
  depths: options.take('depth', listed(count), [12]),
  heads: options.take('num_heads', listed(count), [3]),
  keyDim: options.take('key_dim', count, 64),
  classes: options.take('num_classes', count, 1000),
  size: options.take('img_size', count, 224),
})

export const timm: { readonly [name: string]: Build } = {
  Levit(options) {
    const sizes = levitSizes(options)
    return { features: `stages.${sizes.depths.length - 1}`, document: levit('Levit', sizes) }
  },

  LevitDistilled(options) {
    const sizes = { ...levitSizes(options), distilled: true }
    return { features: `stages.${sizes.depths.length - 1}`, document: levit('LevitDistilled', sizes) }
  },

  EfficientFormer: (options, size) => ({
    features: 'norm',
    document: efficientformer('EfficientFormer', { ...phoneSizes(options), size }),
  }),

  EfficientFormerV2(options) {
    const size = options.take('img_size', count, 224)
    if (options.take('downsamples', isSet, false)) throw new NotYet()
    const mlpRatios = options.take('mlp_ratios', listed(listed(count)), [])
    const document = efficientformerV2('EfficientFormerV2', { ...phoneSizes(options), mlpRatios, size })
    return { features: 'norm', document }
  },

  TinyVit(options, size) {
    const depths = options.take('depths', listed(count), [2, 2, 6, 2])
    return {
      features: `stages.${depths.length - 1}`,
      document: tinyVit('TinyVit', {
        dims: options.take('embed_dims', listed(count), [96, 192, 384, 768]),
        depths,
        heads: options.take('num_heads', listed(count), [3, 6, 12, 24]),
        windows: options.take('window_sizes', listed(count), [7, 7, 14, 7]),
        classes: options.take('num_classes', count, 1000),
        size,
      }),
    }
  },
}

const phoneSizes = (options: Options) => ({
  depths: options.take('depths', listed(count), [3, 2, 6, 4]),
  dims: options.take('embed_dims', listed(count), [48, 96, 224, 448]),
  attending: options.take('num_vit', count, 0),
  classes: options.take('num_classes', count, 1000),
})
