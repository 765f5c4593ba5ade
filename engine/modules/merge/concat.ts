import { ShapeError } from '../../errors'
import { printShape, sameShape, type Value } from '../../graph/graph'
import { defineModule } from '../module'

/**
 * Lays the channels of its inputs side by side: [n, …, c₁], [n, …, c₂] → [n, …, c₁ + c₂].
 *
 * Throws ShapeError when positions differ. Szegedy et al. 2014, https://arxiv.org/abs/1409.4842
 */
export const concat = defineModule({
  id: 'concat',
  title: 'Concatenate',
  shortTitle: 'Concat',
  kind: 'merge',
  mark: '=',
  summary: 'Lays the channels of its inputs side by side; positions must agree.',
  formula: 'y = [x₁, x₂, …] over channels',
  paper: {
    title: 'Going Deeper with Convolutions',
    authors: 'Szegedy et al.',
    year: 2014,
    url: 'https://arxiv.org/abs/1409.4842',
  },
  inputs: ['x…'],
  attrs: {},
  build(b, inputs) {
    const [first, ...others] = inputs as readonly [Value, ...Value[]]
    const positions = first.shape.slice(0, -1)
    const index = others.findIndex((other) => !sameShape(positions, other.shape.slice(0, -1)))
    if (index >= 0) {
      const expected = printShape(positions.slice(1))
      const got = printShape((others[index] as Value).shape.slice(1, -1))
      throw new ShapeError(
        'SHAPE_MISMATCH',
        `concat: input 1 has ${expected} positions and input ${index + 2} has ${got}; bring both to the same height and width`,
        [{ what: `positions of input ${index + 2}`, expected, got }],
      )
    }
    return inputs.length === 1 ? first : b.concat(inputs, first.shape.length - 1)
  },
})
