import { defineModule } from '../module'

/** GELU by a sigmoid: y = x σ(1.702 x). Hendrycks, Gimpel 2016, https://arxiv.org/abs/1606.08415 */
export const quickGelu = defineModule({
  id: 'quickGelu',
  title: 'QuickGELU',

  kind: 'activation',
  summary: 'GELU by a sigmoid: what CLIP was trained with.',
  formula: 'y = x·σ(1.702x)',
  paper: {
    title: 'Gaussian Error Linear Units',
    authors: 'Hendrycks, Gimpel',
    year: 2016,
    url: 'https://arxiv.org/abs/1606.08415',
  },
  inputs: ['x'],
  attrs: {},
  build: (b, [x]) => b.unary('quickGelu', x),
})
