import { starRelu as activate } from '../../nn/squaredRelu'
import { defineModule } from '../module'

/**
 * StarReLU: y = s · max(x, 0)² + b with one learnable scale and bias for the whole tensor.
 *
 * They start at s = 0.8944 and b = −0.4472, which give mean 0 and variance 1 for x from N(0, 1).
 * Yu et al. 2022, MetaFormer Baselines for Vision, eq. 9, https://arxiv.org/abs/2210.13452
 */
export const starRelu = defineModule({
  id: 'starRelu',
  title: 'StarReLU',
  kind: 'activation',
  summary: 'Squared ReLU with one learnable scale and bias, so that the output keeps mean 0 and variance 1.',
  formula: 'y = s·max(x, 0)² + b',
  paper: {
    title: 'MetaFormer Baselines for Vision',
    authors: 'Yu et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2210.13452',
  },
  inputs: ['x'],
  attrs: {},
  build: (b, [x]) => activate(b, x),
})
