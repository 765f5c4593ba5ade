import { defineModule } from '../module'

/** Rectifier: y = max(x, 0). Nair, Hinton 2010, https://www.cs.toronto.edu/~fritz/absps/reluICML.pdf */
export const relu = defineModule({
  id: 'relu',
  title: 'ReLU',
  kind: 'activation',
  summary: 'Negative values become zero.',
  formula: 'y = max(x, 0)',
  paper: {
    title: 'Rectified Linear Units Improve Restricted Boltzmann Machines',
    authors: 'Nair, Hinton',
    year: 2010,
    url: 'https://www.cs.toronto.edu/~fritz/absps/reluICML.pdf',
  },
  inputs: ['x'],
  attrs: {},
  build: (b, [x]) => b.unary('relu', x),
})
