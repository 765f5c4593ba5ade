/** Vision Transformers and MLPs of the same shape, as timm builds them. */
import { clipTower } from '../clip'
import { mae } from '../mae'
import { type MlpMixerSizes, mlpMixer } from '../mlpMixer'
import { t2tVit } from '../t2tVit'
import { tnt } from '../tnt'
import { vit } from '../vit'
import { type Build, count, flag, isSet, lookUp, type Options, symbol, text } from './reading'

export const timm: { readonly [name: string]: Build } = {
  VisionTransformer(options) {
    const hasClassToken = options.take('class_token', flag, true)
    const pool = options.take('global_pool', text, 'token')
    if ((pool === 'token') !== hasClassToken) return null
    const sizes = trunk(options)
    const swiglu = options.take('mlp_layer', (value) => lookUp({ SwiGLUPacked: true }, symbol(value)), false)
    if (swiglu && options.take('act_layer', symbol, 'GELU') !== 'SiLU') return null
    // timm counts both halves of a gated layer in its ratio.
    const ratio = options.take('mlp_ratio', count, 4) / (swiglu ? 2 : 1)
    return {
      features: pool === 'avg' ? `blocks.${sizes.depth - 1}` : 'norm',
      document: vit('VisionTransformer', {
        ...sizes,
        pool: pool === 'avg' ? 'avg' : 'token',
        qkNorm: options.take('qk_norm', flag, false),
        layerScale: options.take('init_values', isSet, false),
        registers: options.take('reg_tokens', count, 0),
        ...(ratio === 4 ? {} : { mlpRatio: ratio }),
        swiglu,
        positionsOfPatchesOnly: options.take('no_embed_class', flag, false),
      }),
    }
  },

  VisionTransformerDistilled: (options) => ({
    features: 'norm',
    document: vit('VisionTransformerDistilled', { ...trunk(options), distilled: true }),
  }),

  TNT: (options) => ({
    features: 'norm',
    document: tnt('TNT', {
      size: options.take('img_size', count, 224),
      patch: options.take('patch_size', count, 16),
      dim: options.take('embed_dim', count, 768),
      pixelDim: options.take('inner_dim', count, 48),
      depth: options.take('depth', count, 12),
      pixelHeads: options.take('num_heads_inner', count, 4),
      heads: options.take('num_heads_outer', count, 12),
      stride: options.take('first_stride', count, 4),
      legacy: options.take('legacy', flag, false),
      classes: options.take('num_classes', count, 1000),
    }),
  }),

  MlpMixer(options) {
    const block = lookUp(blocks, options.take('block_layer', symbol, 'MixerBlock'))
    const expected = { mixer: 4, resmlp: 4, gmlp: 6, gmixer: 4, activator: 4 }[block]
    const usual =
      options.take('mlp_ratio', count, expected) === expected &&
      options.take('norm_layer', symbol, block === 'resmlp' ? 'Affine' : 'LayerNorm') ===
        (block === 'resmlp' ? 'Affine' : 'LayerNorm') &&
      options.take('mlp_layer', symbol, block === 'gmlp' ? 'GatedMlp' : 'Mlp') ===
        (block === 'gmlp' ? 'GatedMlp' : 'Mlp')
    if (!usual) return null
    return {
      features: 'norm',
      document: mlpMixer('MlpMixer', {
        block,
        size: options.take('img_size', count, 224),
        patch: options.take('patch_size', count, 16),
        dim: options.take('embed_dim', count, 512),
        depth: options.take('num_blocks', count, 8),
        classes: options.take('num_classes', count, 1000),
      }),
    }
  },
}

const blocks: { readonly [name: string]: NonNullable<MlpMixerSizes['block']> } = {
  MixerBlock: 'mixer',
  ResBlock: 'resmlp',
  SpatialGatingBlock: 'gmlp',
}

const trunk = (options: Options) => ({
  size: options.take('img_size', count, 224),
  patch: options.take('patch_size', count, 16),
  dim: options.take('embed_dim', count, 768),
  depth: options.take('depth', count, 12),
  heads: options.take('num_heads', count, 12),
  classes: options.take('num_classes', count, 1000),
})

/** The papers' own code. */
export const papers: { readonly [name: string]: Build } = {
  /** CLIP's: six numbers, by name or in this order. */
  VisionTransformer(options) {
    const next = (name: string) => options.named(name, count)
    const size = next('input_resolution')
    const patch = next('patch_size')
    const dim = next('width')
    const depth = next('layers')
    const heads = next('heads')
    return {
      features: 'ln_post',
      document: clipTower('VisionTransformer', {
        size,
        patch,
        dim,
        depth,
        heads,
        out: next('output_dim'),
      }),
    }
  },

  /** Whether patches are normalised matters to the loss alone. */
  MaskedAutoencoderViT(options) {
    options.take('norm_pix_loss', flag, false)
    return {
      features: 'decoder_pred',
      document: mae('MaskedAutoencoderViT', {
        size: options.take('img_size', count, 224),
        patch: options.take('patch_size', count, 16),
        dim: options.take('embed_dim', count, 1024),
        depth: options.take('depth', count, 24),
        heads: options.take('num_heads', count, 16),
        decoderDim: options.take('decoder_embed_dim', count, 512),
        decoderDepth: options.take('decoder_depth', count, 8),
        decoderHeads: options.take('decoder_num_heads', count, 16),
      }),
    }
  },

  T2T_ViT: (options) => ({
    features: 'norm',
    document: t2tVit('T2T_ViT', {
      size: options.take('img_size', count, 224),
      kernel: lookUp(tokenizers, options.take('tokens_type', text, 'performer')),
      dim: options.take('embed_dim', count, 768),
      depth: options.take('depth', count, 12),
      heads: options.take('num_heads', count, 12),
      mlpRatio: options.take('mlp_ratio', count, 4),
      tokenDim: options.take('token_dim', count, 64),
      classes: options.take('num_classes', count, 1000),
    }),
  }),
}

const tokenizers = { performer: 'favor', transformer: 'softmax' } as const

/** Calls that stand for presets of ours. */
export const presetCalls = {
  t2t_vit_14: 't2t_vit_14',
  t2t_vit_t_14: 't2t_vit_t_14',
  vig_ti_224_gelu: 'vig_ti_224_gelu',
}
