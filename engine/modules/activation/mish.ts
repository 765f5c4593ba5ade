import { defineModule } from '../module'

/** y = x tanh(ln(1 + eˣ)). Misra 2019, https://arxiv.org/abs/1908.08681 */
export const mish = defineModule({
  id: 'mish',
  title: 'Mish',

  kind: 'activation',
  summary: 'Smooth and slightly negative below zero, like SiLU with a softer bend.',
  formula: 'y = x·tanh(ln(1 + eˣ))',
  paper: {
    title: 'Mish: A Self Regularized Non-Monotonic Activation Function',
    authors: 'Misra',
    year: 2019,
    url: 'https://arxiv.org/abs/1908.08681',
  },
  inputs: ['x'],
  attrs: {},
  build: (b, [x]) => b.unary('mish', x),
})
