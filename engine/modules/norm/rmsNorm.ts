import { rmsNorm as normalize } from '../../nn/rmsNorm'
import { defineModule } from '../module'
import { epsField, normSubtitle } from './fields'

/**
 * LayerNorm without mean and bias: y = x/√(mean(x²) + ε) · γ over the channels.
 *
 * x [n, …, c] → the same shape. Zhang, Sennrich 2019, https://arxiv.org/abs/1910.07467
 */
export const rmsNorm = defineModule({
  id: 'rmsNorm',
  title: 'RMSNorm',
  kind: 'norm',
  summary: 'Divides every token by its root mean square: LayerNorm without the mean.',
  formula: 'y = x/√(mean(x²) + ε)·γ',
  paper: {
    title: 'Root Mean Square Layer Normalization',
    authors: 'Zhang, Sennrich',
    year: 2019,
    url: 'https://arxiv.org/abs/1910.07467',
  },
  inputs: ['x'],
  attrs: { eps: epsField(1e-6) },
  subtitle: normSubtitle,
  build: (b, [x], { eps }) => normalize(b, x, { eps }),
})
