/** Vision Transformers whose attention knows where two tokens lie relative to each other. */
import { beit } from '../beit'
import { eva } from '../eva'
import { vitRelpos } from '../vitRelpos'
import { type Build, count, flag, listed, lookUp, NotYet, type Options, text } from './reading'

export const timm: { readonly [name: string]: Build } = {
  VisionTransformerRelPos(options) {
    const position = lookUp(positions, options.take('rel_pos_type', text, 'mlp'))
    const pool = options.take('global_pool', text, 'avg')
    return {
      features: 'norm',
      document: vitRelpos('VisionTransformerRelPos', {
        ...plainSizes(options),
        position,
        ...(position === 'log' ? { hidden: options.take('rel_pos_dim', count, 128) } : {}),
        classToken: options.take('class_token', flag, false),
        pool: pool === 'token' ? 'token' : 'normed',
        qkvBias: options.take('qkv_bias', flag, true),
      }),
    }
  },

  Beit(options) {
    const sizes = plainSizes(options)
    const hasTable = options.take('use_rel_pos_bias', flag, false)
    const isScaled = options.take('init_values', count, 0) > 0
    if (!hasTable || !isScaled || options.take('use_abs_pos_emb', flag, true)) throw new NotYet()
    return { features: `blocks.${sizes.depth - 1}`, document: beit('Beit', sizes) }
  },

  Eva(options) {
    const sizes = plainSizes(options)
    const isApart = !options.take('qkv_fused', flag, true)
    const ratio = options.take('mlp_ratio', count, 4)
    const isGated = options.take('swiglu_mlp', flag, false)
    if (isGated && Math.abs(ratio - 8 / 3) > 1e-9) throw new NotYet()
    const trained = options.take('ref_feat_shape', listed(count), [])[0]
    const trainedSide = trained === undefined ? {} : { trainedSide: trained }
    const document = eva('Eva', {
      ...sizes,
      pool: 'avg',
      apart: isApart,
      mlp: isGated ? 'swiglu' : ratio,
      ...(options.take('scale_mlp', flag, false) ? { innerNorms: 'mlp' } : {}),
      ...(options.take('use_rot_pos_emb', flag, false) ? { rotary: { rotary: 'rows', ...trainedSide } } : {}),
    })
    return { features: `blocks.${sizes.depth - 1}`, document }
  },
}

const positions: { readonly [name: string]: 'log' | 'table' } = { mlp: 'log', bias: 'table' }

const plainSizes = (options: Options) => ({
  size: options.take('img_size', count, 224),
  patch: options.take('patch_size', count, 16),
  dim: options.take('embed_dim', count, 768),
  depth: options.take('depth', count, 12),
  heads: options.take('num_heads', count, 12),
  classes: options.take('num_classes', count, 1000),
})
