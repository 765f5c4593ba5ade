/** Attention beside convolutions, and on several scales, as the papers' own code builds them. */
import { type BiformerSizes, biformer, biformerTiny } from '../biformer'
import { cmt } from '../cmt'
import { crossformer } from '../crossformer'
import { dualvit, dualvitSmall } from '../dualvit'
import { fan } from '../fan'
import { fcaformer } from '../fcaformer'
import { focalTransformer } from '../focalTransformer'
import { lvvit } from '../lvvit'
import { rvt, rvtSmall } from '../rvt'
import { type Build, count, flag, listed, symbol } from './reading'

export const papers: { readonly [name: string]: Build } = {
  CMT(options) {
    if (!options.take('qkv_bias', flag, false)) return null
    const mlpRatios = options.take('mlp_ratios', listed(count), [3.6])
    const depths = options.take('depths', listed(count), [2, 2, 10, 2])
    return {
      features: `blocks_d.${(depths.at(-1) ?? 1) - 1}`,
      document: cmt('CMT', {
        dims: options.take('embed_dims', listed(count), [46, 92, 184, 368]),
        depths,
        heads: options.take('num_heads', listed(count), [1, 2, 4, 8]),
        stem: options.take('stem_channel', count, 16),
        hidden: options.take('fc_dim', count, 1280),
        ratios: options.take('sr_ratios', listed(count), [8, 4, 2, 1]),
        mlpRatio: mlpRatios[0] ?? 4,
        classes: options.take('num_classes', count, 1000),
        size: options.take('img_size', count, 224),
      }),
    }
  },

  BiFormer(options, size) {
    const headDim = options.take('head_dim', count, 64)
    const widths = options.take('qk_dims', listed(count), [])
    const dims = options.take('embed_dim', listed(count), [64, 128, 320, 512])
    const mlpRatios = options.take('mlp_ratios', listed(count), [4])
    const chosen = options.take('topks', listed(count), [8, 8, -1, -1])
    options.argument(symbol)
    if (widths.some((width, stage) => width !== dims[stage]) || chosen.at(-1) !== -2) return null
    const sizes = {
      dims,
      depths: options.take('depth', listed(count), [3, 4, 8, 3]),
      mlpRatio: mlpRatios[0] ?? 4,
      headDim,
      regions: options.take('n_win', count, 7),
      chosen,
      classes: options.take('num_classes', count, 1000),
      size,
    }
    return { features: 'norm', document: biformer('BiFormer', sizes), unreadMacs: routingMacs(sizes) }
  },

  FocalTransformer(options) {
    const levels = options.take('focal_levels', listed(count), [1, 1, 1, 1])
    if (levels.some((level) => level !== 2)) return null
    return {
      features: 'norm',
      document: focalTransformer('Focal Transformer', {
        dim: options.take('embed_dim', count, 96),
        depths: options.take('depths', listed(count), [2, 2, 6, 2]),
        heads: options.take('num_heads', listed(count), [3, 6, 12, 24]),
        classes: options.take('num_classes', count, 1000),
        size: options.take('img_size', count, 224),
      }),
    }
  },

  LV_ViT(options) {
    if (!options.take('return_dense', flag, false) || options.take('mlp_ratio', count, 4) !== 3) return null
    return {
      features: 'norm',
      document: lvvit('LV-ViT', {
        dim: options.take('embed_dim', count, 768),
        depth: options.take('depth', count, 12),
        heads: options.take('num_heads', count, 12),
        divisor: options.take('skip_lam', count, 1),
        classes: options.take('num_classes', count, 1000),
        size: options.take('img_size', count, 224),
      }),
    }
  },

  FcaFormer(options) {
    options.take('drop_path_rate', count, 0.1)
    return {
      features: 'layer_3',
      document: fcaformer('FcaFormer', {
        dims: options.take('embed_dims', listed(count), [48, 96, 192, 384]),
        depths: options.take('depths', listed(count), [3, 3, 9, 2]),
        heads: options.take('num_heads', listed(count), [0, 0, 12, 24]),
        classes: options.take('num_classes', count, 1000),
        size: options.take('img_size', count, 224),
      }),
    }
  },

  DualViT(options, size) {
    return {
      features: 'norm4',
      document: dualvit('DualViT', {
        stem: options.take('stem_hidden_dim', count, 32),
        dims: options.take('embed_dims', listed(count), [64, 128, 320, 448]),
        depths: options.take('depths', listed(count), [3, 4, 6, 3]),
        heads: options.take('num_heads', listed(count), [2, 4, 10, 14]),
        mlpRatios: options.take('mlp_ratios', listed(count), [8, 8, 4, 3]),
        tokenLabels: options.take('token_label', flag, true),
        classes: options.take('num_classes', count, 1000),
        size,
      }),
    }
  },

  dualvit_s: (options, size) => ({
    features: 'norm4',
    document: dualvit('Dual-ViT-S', {
      ...dualvitSmall,
      tokenLabels: options.take('token_label', flag, true),
      size,
    }),
  }),

  biformer_tiny: (_, size) => {
    const sizes = { ...biformerTiny, size }
    return { features: 'norm', document: biformer('BiFormer-T', sizes), unreadMacs: routingMacs(sizes) }
  },

  FAN(options) {
    const depth = options.take('depth', count, 12)
    const ratios = options.take('sr_ratio', listed(count), [])
    const isUsual = options.take('tokens_norm', flag, false) && options.take('eta', count, 1) === 1
    if (!isUsual || ratios.some((ratio) => ratio !== 1)) return null
    const dim = options.take('embed_dim', count, 768)
    const patch = options.take('patch_size', count, 16)
    const size = options.take('img_size', count, 224)
    const sizes = {
      dim,
      depth,
      heads: options.take('num_heads', count, 12),
      patch,
      classes: options.take('num_classes', count, 1000),
      size,
    }
    // Its attention multiplies A·V a second time, for a result that no block takes.
    const unreadMacs = depth * (size / patch) ** 4 * dim
    return { features: 'norm', document: fan('FAN', sizes), unreadMacs }
  },

  PoolingTransformer(options) {
    const depths = options.take('depth', listed(count), [12])
    if (options.take('patch_size', count, 16) !== 16 || options.take('stride', count, 16) !== 16) return null
    return {
      features: `transformers.${depths.length - 1}`,
      document: rvt('PoolingTransformer', {
        headDims: options.take('base_dims', listed(count), [64]),
        depths,
        heads: options.take('heads', listed(count), [12]),
        mlpRatio: options.take('mlp_ratio', count, 4),
        classes: options.take('num_classes', count, 1000),
        size: options.take('image_size', count, 224),
      }),
    }
  },

  rvt_small_plus(options, size) {
    options.argument(flag)
    return { features: 'transformers.0', document: rvt('RVT-S*', { ...rvtSmall, scaled: 5, size }) }
  },

  CrossFormer(options) {
    const scales = [
      options.take('patch_size', listed(count), [4]),
      ...options.take('merge_size', listed(listed(count)), []),
    ]
    const mlpRatios = options.take('mlp_ratio', listed(count), [4])
    options.take('drop_path_rate', count, 0.1)
    if (JSON.stringify(scales) !== '[[4,8,16,32],[2,4],[2,4],[2,4]]') return null
    return {
      features: 'norm',
      document: crossformer('CrossFormer', {
        dim: options.take('embed_dim', count, 96),
        depths: options.take('depths', listed(count), [2, 2, 6, 2]),
        heads: options.take('num_heads', listed(count), [3, 6, 12, 24]),
        groups: options.take('group_size', listed(count), [7, 7, 7, 7]),
        intervals: options.take('crs_interval', listed(count), [8, 4, 2, 1]),
        mlpRatio: mlpRatios[0] ?? 4,
        classes: options.take('num_classes', count, 1000),
        size: options.take('img_size', count, 224),
      }),
    }
  },
}

/** To measure the gap between chosen and other regions, the recorder multiplied all regions' means again, under its counter. */
const routingMacs = ({ dims, depths, regions = 7 }: BiformerSizes): number =>
  depths.slice(0, -1).reduce((sum, depth, stage) => sum + depth * regions ** 4 * (dims[stage] ?? 0), 0)

/** Calls that stand for presets of ours, with the node that the reference calls features. */
export const presetCalls = {
  cmt_ti: 'cmt_ti',
  shunted_t: 'shunted_t',
  fcaformer_l2: 'fcaformer_l2',
}

/** The last node before the head, where it is not called norm. */
/** The rest of a call that is told in words. */
export const plainCall = (call: string): string =>
  call
    .replace('rest as biformer_tiny', 'usual')
    .replace(/^dualvit_s\(\) .*/, 'dualvit_s()')
    .replace(',norm_layer=LayerNorm eps 1e-6', '')

export const features = { cmt: 'blocks_d.1', shunted: 'norm4', fcaformer: 'layer_3' }
