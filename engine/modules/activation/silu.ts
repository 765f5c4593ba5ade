import { defineModule } from '../module'

/** Sigmoid-weighted unit: y = x σ(x). Ramachandran et al. 2017, https://arxiv.org/abs/1710.05941 */
export const silu = defineModule({
  id: 'silu',
  title: 'SiLU',
  kind: 'activation',
  summary: 'Weighs a value by its own sigmoid (also called Swish).',
  formula: 'y = x·σ(x)',
  paper: {
    title: 'Searching for Activation Functions',
    authors: 'Ramachandran et al.',
    year: 2017,
    url: 'https://arxiv.org/abs/1710.05941',
  },
  inputs: ['x'],
  attrs: {},
  build: (b, [x]) => b.unary('silu', x),
})
