import { batchNorm as normalize } from '../../nn/batchNorm'
import { flag } from '../../schema/schema'
import { defineModule } from '../module'
import { epsField, normSubtitle } from './fields'

/**
 * Each channel is normalised by statistics kept from training: y = (x − running mean)/√(running var + ε) · γ + β.
 *
 * x [n, …, c] → the same shape. The statistics are buffers, not parameters.
 * Ioffe, Szegedy 2015, https://arxiv.org/abs/1502.03167
 */
export const batchNorm = defineModule({
  id: 'batchNorm',
  title: 'BatchNorm',
  kind: 'norm',
  summary:
    'Normalises each channel by statistics kept from training; at inference it folds into the convolution before it.',
  formula: 'y = (x − μ̂)/√(σ̂² + ε)·γ + β,  μ̂, σ̂² kept from training',
  paper: {
    title: 'Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift',
    authors: 'Ioffe, Szegedy',
    year: 2015,
    url: 'https://arxiv.org/abs/1502.03167',
  },
  inputs: ['x'],
  attrs: {
    eps: epsField(1e-5),
    fixed: flag({
      label: 'Fixed',
      help: 'Scale and shift are kept as they are too, as detectors do with their backbone: no parameters at all.',
      default: false,
    }),
  },
  subtitle: normSubtitle,
  build: (b, [x], { eps, fixed }) => normalize(b, x, { eps, fixed }),
})
