/** Pyramids of attention, as timm and the papers' own code build them. */
import { type PvtSizes, pvtV2 } from '../pvt'
import { swin } from '../swin'
import { type TwinsSizes, twins } from '../twins'
import { type Build, count, flag, listed, type Options } from './reading'

export const timm: { readonly [name: string]: Build } = {
  PyramidVisionTransformerV2(options, size) {
    const sizes = { ...pyramid(options), linear: options.take('linear', flag, false), size }
    return {
      features: `stages.${sizes.depths.length - 1}`,
      document: pvtV2('PyramidVisionTransformerV2', sizes),
    }
  },

  Twins(options) {
    const windows = options.take('wss', listed(count), [])
    return {
      features: 'norm',
      document: twins('Twins', {
        ...pyramid(options),
        ...(windows.length > 0 ? { windows } : {}),
        size: options.take('img_size', count, 224),
      }),
    }
  },

  SwinTransformer(options, size) {
    options.take('img_size', count, 224)
    options.take('strict_img_size', flag, true)
    return {
      features: 'norm',
      document: swin('SwinTransformer', {
        patch: options.take('patch_size', count, 4),
        dim: options.take('embed_dim', count, 96),
        depths: options.take('depths', listed(count), [2, 2, 6, 2]),
        heads: options.take('num_heads', listed(count), [3, 6, 12, 24]),
        window: options.take('window_size', count, 7),
        classes: options.take('num_classes', count, 1000),
        size,
      }),
    }
  },
}

const pyramid = (options: Options): PvtSizes & TwinsSizes => ({
  depths: options.take('depths', listed(count), [3, 4, 6, 3]),
  dims: options.take('embed_dims', listed(count), [64, 128, 256, 512]),
  heads: options.take('num_heads', listed(count), [1, 2, 4, 8]),
  mlpRatios: options.take('mlp_ratios', listed(count), [4, 4, 4, 4]),
  ratios: options.take('sr_ratios', listed(count), [8, 4, 2, 1]),
  classes: options.take('num_classes', count, 1000),
})
