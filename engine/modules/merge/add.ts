import { defineModule } from '../module'
import { checkSameShape } from './shapes'

/** Sum of equal shapes: y = Σ xᵢ; with a shortcut and a branch, the residual connection. He et al. 2015, https://arxiv.org/abs/1512.03385 */
export const add = defineModule({
  id: 'add',
  title: 'Add',
  kind: 'merge',
  mark: '+',
  summary: 'Adds its inputs: where a branch returns to the residual stream.',
  formula: 'y = x₁ + x₂ + …',
  paper: {
    title: 'Deep Residual Learning for Image Recognition',
    authors: 'He et al.',
    year: 2015,
    url: 'https://arxiv.org/abs/1512.03385',
  },
  inputs: ['x…'],
  attrs: {},
  build(b, inputs) {
    checkSameShape('add', inputs)
    return inputs.reduce((sum, x) => b.add(sum, x))
  },
})
