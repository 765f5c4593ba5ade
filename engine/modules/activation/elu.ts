import { defineModule } from '../module'

/** Exponential linear unit: y = x above zero, eˣ − 1 below. Clevert et al. 2015, https://arxiv.org/abs/1511.07289 */
export const elu = defineModule({
  id: 'elu',
  title: 'ELU',

  kind: 'activation',
  summary: 'The identity above zero, an exponential towards −1 below.',
  formula: 'y = x for x > 0, else eˣ − 1',
  paper: {
    title: 'Fast and Accurate Deep Network Learning by Exponential Linear Units',
    authors: 'Clevert et al.',
    year: 2015,
    url: 'https://arxiv.org/abs/1511.07289',
  },
  inputs: ['x'],
  attrs: {},
  build: (b, [x]) => b.unary('elu', x),
})
