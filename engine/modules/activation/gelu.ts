import { defineModule } from '../module'

/** Gaussian error linear unit, exact: y = x/2 (1 + erf(x/√2)). Hendrycks, Gimpel 2016, https://arxiv.org/abs/1606.08415 */
export const gelu = defineModule({
  id: 'gelu',
  title: 'GELU',
  kind: 'activation',
  summary: 'Weighs a value by the chance that a Gaussian lies below it; the exact form with erf.',
  formula: 'y = x·Φ(x) = x/2·(1 + erf(x/√2))',
  paper: {
    title: 'Gaussian Error Linear Units',
    authors: 'Hendrycks, Gimpel',
    year: 2016,
    url: 'https://arxiv.org/abs/1606.08415',
  },
  inputs: ['x'],
  attrs: {},
  build: (b, [x]) => b.unary('gelu', x),
})
