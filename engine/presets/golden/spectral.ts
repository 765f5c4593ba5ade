/** Networks that mix positions by the waves of the map, as the papers' own code builds them. */
import { gfnet, gfnetPyramid } from '../gfnet'
import { spectformerVanilla } from '../spectformer'
import { vmamba } from '../vmamba'
import { type Build, count, listed, type Options, text } from './reading'

export const papers: { readonly [name: string]: Build } = {
  GFNet: (options) => ({
    features: 'norm',
    document: gfnet('GFNet', {
      ...common(options, 16),
      dim: options.take('embed_dim', count, 768),
      depth: options.take('depth', count, 12),
      mlpRatio: options.take('mlp_ratio', count, 4),
    }),
  }),

  GFNetPyramid: (options) => ({
    features: 'norm',
    document: gfnetPyramid('GFNetPyramid', {
      ...common(options, 4),
      dims: options.take('embed_dim', listed(count), [64, 128, 256, 512]),
      depths: options.take('depth', listed(count), [2, 2, 10, 4]),
      mlpRatios: options.take('mlp_ratio', listed(count), [4, 4, 4, 4]),
    }),
  }),

  VSSM(options, size) {
    const document = vmamba('VSSM', {
      dim: options.take('dims', count, 96),
      depths: options.take('depths', listed(count), [2, 2, 9, 2]),
      stateSize: options.take('ssm_d_state', count, 16),
      classes: options.take('num_classes', count, 1000),
      size,
    })
    const isFirst =
      options.take('forward_type', text, 'v2') === 'v0' &&
      options.take('ssm_ratio', count, 2) === 2 &&
      options.take('mlp_ratio', count, 4) === 0 &&
      options.take('downsample_version', text, 'v2') === 'v1' &&
      options.take('patchembed_version', text, 'v1') === 'v1'
    return isFirst ? { features: 'classifier.norm', document } : null
  },

  SpectFormer: (options) => ({
    features: 'norm',
    document: spectformerVanilla('SpectFormer', {
      ...common(options, 16),
      dim: options.take('embed_dim', count, 768),
      depth: options.take('depth', count, 12),
    }),
  }),
}

/** Calls that stand for presets of ours. */
export const presetCalls = { spectformer_s: 'spectformer_s', svt_s: 'svt_s' }

/** The last node before the head, where it is not called norm. */
export const features = { spectformer: 'norm4', svt: 'norm4' }

/** What stands before and behind the call: the names of sizes, and remarks. */
export const plainCall = (call: string): string =>
  call
    .replace(/^main_gfnet '[a-z-]+': /, '')
    .replace(/^vanilla (SpectFormer\([^()]*\)):.*$/, '$1')
    .replace(/^hierarchical /, '')

const common = (options: Options, patch: number) => ({
  size: options.take('img_size', count, 224),
  patch: options.take('patch_size', count, patch),
  classes: options.take('num_classes', count, 1000),
})
