import { defineModule } from '../module'

/** Gaussian error linear unit, approximated: y = x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))). Hendrycks, Gimpel 2016, https://arxiv.org/abs/1606.08415 */
export const geluTanh = defineModule({
  id: 'geluTanh',
  title: 'GELU (tanh)',
  kind: 'activation',
  summary: 'GELU by its approximation with tanh; differs from the exact form by less than 0.0005.',
  formula: 'y = x/2·(1 + tanh(√(2/π)·(x + 0.044715x³)))',
  paper: {
    title: 'Gaussian Error Linear Units',
    authors: 'Hendrycks, Gimpel',
    year: 2016,
    url: 'https://arxiv.org/abs/1606.08415',
  },
  inputs: ['x'],
  attrs: {},
  build: (b, [x]) => b.unary('geluTanh', x),
})
