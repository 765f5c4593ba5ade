/** Networks that mix positions by the waves of the map, as the papers' own code builds them. */
import { gfnet, gfnetPyramid } from '../gfnet'
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
}

/** GFNet's sizes are named in front of what they are. */
export const plainCall = (call: string): string => call.replace(/^main_gfnet '[a-z-]+': /, '')

const common = (options: Options, patch: number) => ({
  size: options.take('img_size', count, 224),
  patch: options.take('patch_size', count, patch),
  classes: options.take('num_classes', count, 1000),
})
