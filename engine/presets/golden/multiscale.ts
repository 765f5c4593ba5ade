/** Pyramids of attention whose maps shrink inside the blocks. */

import { davit } from '../davit'
import { gcvit } from '../gcvit'
import { hiera } from '../hiera'
import { mvit } from '../mvit'
import { nest } from '../nest'
import type { Python } from '../pythonCall'
import { visformer } from '../visformer'
import { volo } from '../volo'
import { type Build, count, flag, listed, NotYet, Options, symbol, text } from './reading'

export const timm: { readonly [name: string]: Build } = {
  MultiScaleVit(options) {
    const cfg = options.argument(configuration)
    const depths = cfg.take('depths', listed(count), [2, 3, 16, 3])
    const document = mvit('MultiScaleVit', {
      depths,
      dim: cfg.take('embed_dim', count, 96),
      heads: cfg.take('num_heads', count, 1),
      classToken: cfg.take('use_cls_token', flag, false),
      widens: cfg.take('expand_attn', flag, true) ? 'attention' : 'mlp',
      classes: options.take('num_classes', count, 1000),
      size: options.take('img_size', listed(count), [224, 224])[0] ?? 224,
    })
    if (cfg.take('use_abs_pos', flag, false) || !cfg.isUsedUp()) throw new NotYet()
    return { features: 'norm', document }
  },

  DaVit(options, size) {
    const depths = options.take('depths', listed(count), [1, 1, 3, 1])
    const document = davit('DaVit', {
      depths,
      dims: options.take('embed_dims', listed(count), [96, 192, 384, 768]),
      heads: options.take('num_heads', listed(count), [3, 6, 12, 24]),
      window: options.take('window_size', count, 7),
      classes: options.take('num_classes', count, 1000),
      size,
    })
    return { features: `stages.${depths.length - 1}`, document }
  },

  Nest(options) {
    const levels = options.take('num_levels', count, 3)
    const depths = options.take('depths', listed(count), [2, 2, 20])
    if (levels !== depths.length) throw new NotYet()
    const document = nest('Nest', {
      depths,
      patch: options.take('patch_size', count, 4),
      dims: options.take('embed_dims', listed(count), [128, 256, 512]),
      heads: options.take('num_heads', listed(count), [4, 8, 16]),
      classes: options.take('num_classes', count, 1000),
      size: options.take('img_size', count, 224),
    })
    return { features: 'norm', document }
  },

  Visformer(options) {
    const [first = 1, second = 1, third = 1] = options.take('depth', listed(count), [4, 4, 4])
    const isUsual =
      options.take('attn_stage', text, '111') === '011' &&
      options.take('spatial_conv', text, '111') === '100' &&
      options.take('norm_layer', symbol, 'LayerNorm2d') === 'BatchNorm2d' &&
      options.take('embed_norm', symbol, 'None') === 'BatchNorm2d'
    options.take('conv_init', flag, false)
    if (!isUsual) throw new NotYet()
    const document = visformer('Visformer', {
      depths: [first, second, third],
      stem: options.take('init_channels', count, 32),
      dim: options.take('embed_dim', count, 384),
      heads: options.take('num_heads', count, 6),
      groups: options.take('group', count, 8),
      classes: options.take('num_classes', count, 1000),
      size: options.take('img_size', count, 224),
    })
    return { features: 'norm', document }
  },

  VOLO(options) {
    const [first = 1, second = 1, third = 1, fourth = 1] = options.take('layers', listed(count), [])
    const [fine = 1, coarse = 1] = options.take('embed_dims', listed(count), [])
    const [fineHeads = 1, coarseHeads = 1] = options.take('num_heads', listed(count), [])
    const document = volo('VOLO', {
      dims: [fine, coarse],
      heads: [fineHeads, coarseHeads],
      depths: [first, second, third, fourth],
      stem: options.take('stem_hidden_dim', count, 64),
      classes: options.take('num_classes', count, 1000),
      size: options.take('img_size', count, 224),
    })
    return { features: 'norm', document }
  },

  GlobalContextVit(options) {
    const document = gcvit('GlobalContextVit', {
      dim: options.take('embed_dim', count, 64),
      depths: options.take('depths', listed(count), [3, 4, 19, 5]),
      heads: options.take('num_heads', listed(count), [2, 4, 8, 16]),
      windows: options.take('window_size', listed(count), [7, 7, 14, 7]),
      classes: options.take('num_classes', count, 1000),
      size: options.take('img_size', count, 224),
    })
    return { features: 'stages.3', document }
  },

  Hiera(options) {
    const depths = options.take('stages', listed(count), [2, 3, 16, 3])
    if (options.take('mask_unit_size', listed(count), [8, 8])[0] !== 8) throw new NotYet()
    const positionSide = options.take('global_pos_size', listed(count), [14])[0]
    const document = hiera('Hiera', {
      depths,
      ...(options.take('abs_win_pos_embed', flag, false) ? { positionSide } : {}),
      dim: options.take('embed_dim', count, 96),
      heads: options.take('num_heads', count, 1),
      classes: options.take('num_classes', count, 1000),
      size: options.take('img_size', listed(count), [224, 224])[0] ?? 224,
    })
    return { features: `blocks.${depths.reduce((sum, depth) => sum + depth, 0) - 1}`, document }
  },
}

function configuration(value: Python): Options {
  if (value.kind !== 'call' || value.name !== 'MultiScaleVitCfg') throw new NotYet()
  return new Options(value)
}
