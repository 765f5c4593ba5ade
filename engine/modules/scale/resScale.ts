import { channelsOf } from '../layout'
import { defineModule } from '../module'

/**
 * A learnable factor per channel on the shortcut of a residual block: y = λ ⊙ x, to which the branch is added.
 *
 * Shleifer et al. 2021, NormFormer, https://arxiv.org/abs/2110.09456
 */
export const resScale = defineModule({
  id: 'resScale',
  title: 'ResScale',
  kind: 'scale',
  mark: 'λ',
  onStream: true,
  summary:
    'Scales the residual stream itself, channel by channel; the MetaFormer baselines use it in late stages.',
  formula: 'y = λ ⊙ x',
  paper: {
    title: 'NormFormer: Improved Transformer Pretraining with Extra Normalization',
    authors: 'Shleifer et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2110.09456',
  },
  inputs: ['x'],
  attrs: {},
  build: (b, [x]) => b.mul(x, b.weight('scale', [channelsOf(x)], { init: 'one' })),
})
