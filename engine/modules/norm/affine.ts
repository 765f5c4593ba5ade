import { channelsOf } from '../layout'
import { defineModule } from '../module'

/**
 * A learned scale and shift per channel in the place of a norm: y = α ⊙ x + β.
 *
 * x [n, …, c] → the same shape. No statistics are taken. Touvron et al. 2021, ResMLP, https://arxiv.org/abs/2105.03404
 */
export const affine = defineModule({
  id: 'affine',
  title: 'Affine',
  kind: 'norm',
  summary: 'Scales and shifts each channel by learned numbers and takes no statistics: ResMLP’s norm.',
  formula: 'y = α ⊙ x + β',
  paper: {
    title: 'ResMLP: Feedforward networks for image classification with data-efficient training',
    authors: 'Touvron et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2105.03404',
  },
  inputs: ['x'],
  attrs: {},
  build(b, [x]) {
    const shape = [1, 1, channelsOf(x)]
    const spread = (weight: typeof x) => b.reshape(weight, [channelsOf(x)])
    const alpha = spread(b.weight('alpha', shape, { init: 'one' }))
    const beta = spread(b.weight('beta', shape, { init: 'bias' }))
    return b.add(b.mul(x, alpha), beta)
  },
})
