import { defineModule } from '../module'

/** Logistic function: y = 1 / (1 + e⁻ˣ). */
export const sigmoid = defineModule({
  id: 'sigmoid',
  title: 'Sigmoid',
  kind: 'activation',
  summary: 'Squeezes a value into 0 to 1: a gate.',
  formula: 'y = 1/(1 + e⁻ˣ)',
  inputs: ['x'],
  attrs: {},
  build: (b, [x]) => b.unary('sigmoid', x),
})
