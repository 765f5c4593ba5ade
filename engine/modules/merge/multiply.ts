import { defineModule } from '../module'
import { checkSameShape } from './shapes'

/** Product of equal shapes, element by element: y = Π xᵢ; a gate when one of them is between 0 and 1. */
export const multiply = defineModule({
  id: 'multiply',
  title: 'Multiply',
  kind: 'merge',
  mark: '×',
  summary: 'Multiplies its inputs element by element: one branch gates the other.',
  formula: 'y = x₁ ⊙ x₂ ⊙ …',
  inputs: ['x…'],
  attrs: {},
  build(b, inputs) {
    checkSameShape('multiply', inputs)
    return inputs.reduce((product, x) => b.mul(product, x))
  },
})
