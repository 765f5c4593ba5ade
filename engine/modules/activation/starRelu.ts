import { starRelu as activate, squaredRelu } from '../../nn/squaredRelu'
import { choice } from '../../schema/schema'
import { defineModule } from '../module'

const fixedOrLearned = (label: string, off: string) =>
  choice({
    label,
    default: 'learned',
    options: [
      { value: 'learned', label: 'Learned' },
      { value: 'fixed', label: 'Fixed' },
      { value: 'none', label: off },
    ],
  })

/** What keeps mean 0 and variance 1 for x from N(0, 1): 1/√1.25 and −0.5/√1.25. Without the scale, the mean alone: −0.5. */
const unitScale = 0.8944
const unitBias = -0.4472
const meanOnly = -0.5

/**
 * StarReLU: y = s · max(x, 0)² + b with one learnable scale and bias for the whole tensor.
 *
 * They start at s = 0.8944 and b = −0.4472, which give mean 0 and variance 1 for x from N(0, 1). The paper’s Table VIII
 * compares variants in which either is fixed or left out.
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
  attrs: { scale: fixedOrLearned('Scale', '1'), bias: fixedOrLearned('Bias', '0') },
  build(b, [x], { scale, bias }) {
    if (scale === 'learned' && bias === 'learned') return activate(b, x)
    let y = squaredRelu(b, x)
    if (scale === 'learned') y = b.mul(y, b.weight('scale', [1], { init: { a: unitScale, b: 0 } }))
    if (scale === 'fixed') y = b.mul(y, unitScale)
    const offset = scale === 'none' ? meanOnly : unitBias
    if (bias === 'learned') return b.add(y, b.weight('bias', [1], { init: { a: offset, b: 0 } }))
    return bias === 'fixed' ? b.add(y, offset) : y
  },
})
