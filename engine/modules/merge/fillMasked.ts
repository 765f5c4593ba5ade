import { tokenSizes, toTokens } from '../layout'
import { restoredPlaces } from '../masking'
import { defineModule } from '../module'

/**
 * Undoes a random masking: every hidden place gets one and the same learned token, and all go back to their places.
 *
 * Visible tokens [n, p + k, d] and the tokens before the masking [n, p + t, c], which tell where patches lie →
 * [n, p + t, d] on their grid. He et al. 2021, https://arxiv.org/abs/2111.06377
 */
export const fillMasked = defineModule({
  id: 'fillMasked',
  title: 'Fill masked places',
  shortTitle: 'Fill',
  kind: 'merge',
  mark: '⊔',
  summary: 'Puts a learned token where patches were hidden and brings all back into their order.',
  formula: 'y_i = x_i or m',
  paper: {
    title: 'Masked Autoencoders Are Scalable Vision Learners',
    authors: 'He et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2111.06377',
  },
  inputs: ['visible', 'before masking'],
  attrs: {},
  build(b, [visible, before]) {
    const { n, t: k, c } = tokenSizes('fillMasked', visible)
    const whole = toTokens(b, 'fillMasked', before)
    const { t } = tokenSizes('fillMasked', whole)
    const prefix = whole.grid?.prefix ?? 0
    const mask = b.weight('', [1, 1, c], { init: { a: 0, b: 0.035 } })
    const part = (start: number, count: number) =>
      b.slice(visible, { start: [0, start, 0], size: [n, count, c] })
    const patches = b.concat([part(prefix, k - prefix), b.broadcast(mask, [n, t - k, c])], 1)
    const laid = b.gather(patches, restoredPlaces(b, t - prefix), { axis: 1 })
    const all = prefix === 0 ? laid : b.concat([part(0, prefix), laid], 1)
    return b.transpose(all, [0, 1, 2], whole.grid)
  },
})
