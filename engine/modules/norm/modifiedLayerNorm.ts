import { layerNorm as normalize } from '../../nn/layerNorm'
import { defineModule } from '../module'
import { biasField, epsField, normSubtitle, weightField } from './fields'

/**
 * LayerNorm whose mean and variance are taken over positions and channels together, with a factor per channel:
 * y = (x − μ)/√(σ² + ε) · γ with μ, σ² over (h, w, c). The norm of IdentityFormer, RandFormer and PoolFormerV2.
 *
 * x [n, …, c] → the same shape. Yu et al. 2022, MetaFormer Baselines for Vision, https://arxiv.org/abs/2210.13452
 */
export const modifiedLayerNorm = defineModule({
  id: 'modifiedLayerNorm',
  title: 'LayerNorm over H, W, C',
  shortTitle: 'LN HWC',
  kind: 'norm',
  summary:
    'One mean and variance for the whole map instead of one per token: the MetaFormer papers’ modified LayerNorm.',
  formula: 'y = (x − μ)/√(σ² + ε)·γ,  μ, σ² over h, w, c',
  paper: {
    title: 'MetaFormer Baselines for Vision',
    authors: 'Yu et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2210.13452',
  },
  inputs: ['x'],
  attrs: { eps: epsField(1e-6), weight: weightField(), bias: biasField(false) },
  subtitle: ({ eps, bias }) => normSubtitle(bias ? { eps } : { eps, bias }),
  build: (b, [x], { eps, weight, bias }) => normalize(b, x, { axes: 'all', eps, weight, bias }),
})
