import { layerNorm as normalize } from '../../nn/layerNorm'
import { defineModule } from '../module'
import { biasField, epsField, normSubtitle, weightField } from './fields'

/**
 * Every token is normalised over its channels: y = (x − μ)/√(σ² + ε) · γ + β with μ, σ² over c.
 *
 * x [n, …, c] → the same shape. Ba et al. 2016, https://arxiv.org/abs/1607.06450
 */
export const layerNorm = defineModule({
  id: 'layerNorm',
  title: 'LayerNorm',
  kind: 'norm',
  summary: 'Gives every token mean 0 and variance 1 over its channels, then a learnable scale and bias.',
  formula: 'y = (x − μ)/√(σ² + ε)·γ + β,  μ, σ² over c',
  paper: {
    title: 'Layer Normalization',
    authors: 'Ba et al.',
    year: 2016,
    url: 'https://arxiv.org/abs/1607.06450',
  },
  inputs: ['x'],
  attrs: { eps: epsField(1e-6), weight: weightField(), bias: biasField(true) },
  subtitle: normSubtitle,
  build: (b, [x], { eps, weight, bias }) => normalize(b, x, { axes: 'channels', eps, weight, bias }),
})
