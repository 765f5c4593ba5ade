import { squaredRelu as activate } from '../../nn/squaredRelu'
import { defineModule } from '../module'

/** Squared rectifier: y = max(x, 0)². So et al. 2021, https://arxiv.org/abs/2109.08668 */
export const squaredRelu = defineModule({
  id: 'squaredRelu',
  title: 'Squared ReLU',
  shortTitle: 'ReLU²',
  kind: 'activation',
  summary: 'The square of ReLU: two operations per value instead of GELU’s fourteen.',
  formula: 'y = max(x, 0)²',
  paper: {
    title: 'Primer: Searching for Efficient Transformers for Language Modeling',
    authors: 'So et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2109.08668',
  },
  inputs: ['x'],
  attrs: {},
  build: (b, [x]) => activate(b, x),
})
