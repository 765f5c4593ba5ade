import { defineModule } from '../module'

/** Hyperbolic tangent: y = tanh(x). */
export const tanh = defineModule({
  id: 'tanh',
  title: 'Tanh',
  kind: 'activation',
  summary: 'Squeezes a value into −1 to 1.',
  formula: 'y = tanh(x)',
  inputs: ['x'],
  attrs: {},
  build: (b, [x]) => b.unary('tanh', x),
})
