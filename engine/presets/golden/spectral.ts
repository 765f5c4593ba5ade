/** Networks that mix positions by the waves of the map, as the papers' own code builds them. */
import { gfnet, gfnetPyramid } from '../gfnet'
import { spectformerVanilla } from '../spectformer'
import { type Build, count, listed, type Options } from './reading'

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
