/** Pyramids of attention whose maps shrink inside the blocks. */

import { mvit } from '../mvit'
import type { Python } from '../pythonCall'
import { type Build, count, flag, listed, NotYet, Options } from './reading'

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
}

function configuration(value: Python): Options {
  if (value.kind !== 'call' || value.name !== 'MultiScaleVitCfg') throw new NotYet()
  return new Options(value)
}
