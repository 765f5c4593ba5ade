/** MLPs and recurrent networks along rows and columns, as timm and the papers' own code build them. */
import { asMlp, cycleMlp, vip } from '../permutator'
import { sequencer } from '../sequencer'
import { type Build, count, flag, listed } from './reading'

export const timm: { readonly [name: string]: Build } = {
  Sequencer2d(options, size) {
    options.take('img_size', count, 224)
    return {
      features: 'norm',
      document: sequencer('Sequencer2d', {
        depths: options.take('layers', listed(count), [4, 3, 8, 3]),
        patches: options.take('patch_sizes', listed(count), [7, 2, 2, 1]),
        dims: options.take('embed_dims', listed(count), [192, 384, 384, 384]),
        hidden: options.take('hidden_sizes', listed(count), [48, 96, 96, 96]),
        classes: options.take('num_classes', count, 1000),
        size,
      }),
    }
  },
}

export const papers: { readonly [name: string]: Build } = {
  VisionPermutator: (options, size) => ({
    features: 'norm',
    document: vip('VisionPermutator', {
      depths: options.argument(listed(count)),
      dims: options.take('embed_dims', listed(count), []),
      patch: options.take('patch_size', count, 4),
      transitions: options.take('transitions', listed(flag), []),
      segments: options.take('segment_dim', listed(count), []),
      mlpRatios: options.take('mlp_ratios', listed(count), []),
      classes: options.take('num_classes', count, 1000),
      size,
    }),
  }),

  CycleNet(options, size) {
    const depths = options.argument(listed(count))
    const steps = options.take('transitions', listed(flag), [])
    // Its stem has 7×7 windows whatever it is told.
    options.take('patch_size', count, 7)
    if (!steps.every(Boolean)) return null
    return {
      features: 'norm',
      document: cycleMlp('CycleNet', {
        depths,
        dims: options.take('embed_dims', listed(count), []),
        mlpRatios: options.take('mlp_ratios', listed(count), []),
        classes: options.take('num_classes', count, 1000),
        size,
      }),
    }
  },

  AS_MLP(options, size) {
    options.take('img_size', count, 224)
    options.take('drop_path_rate', count, 0)
    return {
      features: 'norm',
      document: asMlp('AS_MLP', {
        dim: options.take('embed_dim', count, 96),
        depths: options.take('depths', listed(count), [2, 2, 6, 2]),
        shift: options.take('shift_size', count, 5),
        mlpRatio: options.take('mlp_ratio', count, 4),
        classes: options.take('num_classes', count, 1000),
        size,
      }),
    }
  },
}
