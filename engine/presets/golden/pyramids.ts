/** Pyramids of attention, as timm and the papers' own code build them. */
import { cait } from '../cait'
import { convit } from '../convit'
import { cswin } from '../cswin'
import { cvt } from '../cvt'
import { iformer } from '../iformer'
import { type PvtSizes, pvt, pvtV2 } from '../pvt'
import { rmt } from '../rmt'
import { type SwinSizes, swin } from '../swin'
import { type TwinsSizes, twins } from '../twins'
import { uniformer } from '../uniformer'
import { type Build, count, flag, type GoldenModel, listed, type Options, symbol } from './reading'

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

  SwinTransformer: (options, size) => swinModel('SwinTransformer', options, { size }),
  SwinTransformerV2: (options, size) => swinModel('SwinTransformerV2', options, { size, version2: true }),

  ConVit(options) {
    const heads = options.take('num_heads', count, 12)
    const depth = options.take('depth', count, 12)
    return {
      features: 'norm',
      document: convit('ConVit', {
        size: options.take('img_size', count, 224),
        patch: options.take('patch_size', count, 16),
        // The class counts its width per head.
        dim: heads * options.take('embed_dim', count, 64),
        depth,
        heads,
        localDepth: options.take('local_up_to_layer', count, 3),
        classes: options.take('num_classes', count, 1000),
      }),
    }
  },

  Cait: (options) => ({
    features: 'norm',
    document: cait('Cait', {
      size: options.take('img_size', count, 224),
      patch: options.take('patch_size', count, 16),
      dim: options.take('embed_dim', count, 768),
      depth: options.take('depth', count, 12),
      heads: options.take('num_heads', count, 12),
      classes: options.take('num_classes', count, 1000),
    }),
  }),
}

/** The papers' own code. */
export const papers: { readonly [name: string]: Build } = {
  PyramidVisionTransformer(options) {
    const patch = options.take('patch_size', count, 16)
    if (patch !== 4 || !options.take('qkv_bias', flag, false)) return null
    const sizes = { ...pyramid(options), size: options.take('img_size', count, 224) }
    return { features: 'norm', document: pvt('PyramidVisionTransformer', sizes) }
  },

  ConvolutionalVisionTransformer(options, size) {
    const depths = options.take('DEPTH', listed(count), [1, 2, 10])
    return {
      features: `stage2.blocks.${(depths.at(-1) ?? 1) - 1}`,
      document: cvt('ConvolutionalVisionTransformer', {
        dims: options.take('DIM_EMBED', listed(count), [64, 192, 384]),
        depths,
        heads: options.take('NUM_HEADS', listed(count), [1, 3, 6]),
        classes: 10,
        size,
      }),
    }
  },

  CSWinTransformer(options) {
    if (options.take('patch_size', count, 16) !== 4) return null
    return {
      features: 'norm',
      document: cswin('CSWinTransformer', {
        dim: options.take('embed_dim', count, 96),
        depths: options.take('depth', listed(count), [2, 2, 6, 2]),
        stripes: options.take('split_size', listed(count), [3, 5, 7]),
        heads: options.take('num_heads', listed(count), [12]),
        classes: options.take('num_classes', count, 1000),
        size: options.take('img_size', count, 224),
      }),
    }
  },

  UniFormer: (options) => ({
    features: 'norm',
    document: uniformer('UniFormer', {
      depths: options.take('depth', listed(count), [3, 4, 8, 3]),
      dims: options.take('embed_dim', listed(count), [64, 128, 320, 512]),
      headDim: options.take('head_dim', count, 64),
      convStem: options.take('conv_stem', flag, false),
      classes: options.take('num_classes', count, 1000),
      size: options.take('img_size', count, 224),
    }),
  }),

  VisRetNet(options, size) {
    options.take('drop_path_rate', count, 0)
    return {
      features: 'swish',
      document: rmt('VisRetNet', {
        dims: options.take('embed_dims', listed(count), [96, 192, 384, 768]),
        depths: options.take('depths', listed(count), [2, 2, 6, 2]),
        heads: options.take('num_heads', listed(count), [3, 6, 12, 24]),
        decays: options.take('init_values', listed(count), [1, 1, 1, 1]),
        ranges: options.take('heads_ranges', listed(count), [3, 3, 3, 3]),
        mlpRatios: options.take('mlp_ratios', listed(count), [3, 3, 3, 3]),
        layerScale: options.take(
          'layerscales',
          listed((value) => symbol(value) === 'T'),
          [],
        ),
        projection: options.take('projection', count, 1024),
        classes: options.take('num_classes', count, 1000),
        size,
      }),
    }
  },

  InceptionTransformer(options) {
    if (!options.take('use_layer_scale', flag, false)) return null
    return {
      features: 'norm',
      document: iformer('InceptionTransformer', {
        depths: options.take('depths', listed(count), []),
        dims: options.take('embed_dims', listed(count), []),
        heads: options.take('num_heads', listed(count), []),
        attending: options.take('attention_heads', listed(count), []),
        classes: options.take('num_classes', count, 1000),
        size: options.take('img_size', count, 224),
      }),
    }
  },
}

/** Calls that stand for presets of ours. */
export const presetCalls = {
  pvt_tiny: 'pvt_tiny',
  CSWin_64_12211_tiny_224: 'CSWin_64_12211_tiny_224',
  RMT_T3: 'RMT_T3',
}

/** PVT's file and its norm, and CvT's specification, are told in words. */
export const plainCall = (call: string): string =>
  call
    .replace(/^classification\/pvt\.py /, '')
    .replace(',norm_layer=LayerNorm eps 1e-6', '')
    .replace('spec of cvt-13 with ', '')
    .replace(/^RMT_T3$/, 'RMT_T3()')

const pyramid = (options: Options): PvtSizes & TwinsSizes => ({
  depths: options.take('depths', listed(count), [3, 4, 6, 3]),
  dims: options.take('embed_dims', listed(count), [64, 128, 256, 512]),
  heads: options.take('num_heads', listed(count), [1, 2, 4, 8]),
  mlpRatios: options.take('mlp_ratios', listed(count), [4, 4, 4, 4]),
  ratios: options.take('sr_ratios', listed(count), [8, 4, 2, 1]),
  classes: options.take('num_classes', count, 1000),
})

function swinModel(name: string, options: Options, more: Pick<SwinSizes, 'size' | 'version2'>): GoldenModel {
  options.take('img_size', count, 224)
  options.take('strict_img_size', flag, true)
  const sizes = {
    patch: options.take('patch_size', count, 4),
    dim: options.take('embed_dim', count, 96),
    depths: options.take('depths', listed(count), [2, 2, 6, 2]),
    heads: options.take('num_heads', listed(count), [3, 6, 12, 24]),
    window: options.take('window_size', count, 7),
    classes: options.take('num_classes', count, 1000),
  }
  return { features: 'norm', document: swin(name, { ...sizes, ...more }) }
}
