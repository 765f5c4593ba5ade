import { int } from '../../schema/schema'
import { channelsOf } from '../layout'
import { defineModule } from '../module'

/**
 * A learnable factor per channel on the branch of a residual block: y = λ ⊙ F(x), to be added to x.
 *
 * Touvron et al. 2021, Going deeper with Image Transformers, https://arxiv.org/abs/2103.17239
 */
export const layerScale = defineModule({
  id: 'layerScale',
  title: 'LayerScale',
  kind: 'scale',
  mark: 'γ',
  summary: 'Scales the branch before it is added, channel by channel; training starts it near zero.',
  formula: 'y = λ ⊙ F(x)',
  paper: {
    title: 'Going deeper with Image Transformers',
    authors: 'Touvron et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2103.17239',
  },
  inputs: ['x'],
  attrs: {
    leading: int({
      label: 'Axes before',
      help: 'Axes of size 1 that a checkpoint keeps before the channels; the computation is the same.',
      default: 0,
      min: 0,
      max: 3,
    }),
    trailing: int({
      label: 'Axes behind',
      help: 'Axes of size 1 that a checkpoint keeps behind the channels; the computation is the same.',
      default: 0,
      min: 0,
      max: 3,
    }),
  },
  build: (b, [x], { leading, trailing }) => {
    const ones = (length: number) => Array.from({ length }, () => 1)
    const width = channelsOf(x)
    const gamma = b.weight('gamma', [...ones(leading), width, ...ones(trailing)], { init: 'one' })
    return b.mul(x, trailing === 0 ? gamma : b.reshape(gamma, [width]))
  },
})
