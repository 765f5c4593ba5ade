import { flag, number } from '../../schema/schema'
import { defineModule } from '../module'

/**
 * Multiplies by one number, fixed or learned: y = a·x. Networks without norms keep their variance by such factors, and
 * SkipInit begins a branch with a learned 0.
 *
 * Brock et al. 2021, https://arxiv.org/abs/2102.06171; SkipInit: De, Smith 2020, https://arxiv.org/abs/2002.10444
 */
export const factor = defineModule({
  id: 'factor',
  title: 'Factor',
  kind: 'scale',
  mark: '×',
  summary: 'Multiplies everything by one number.',
  formula: 'y = a·x',
  paper: {
    title: 'High-Performance Large-Scale Image Recognition Without Normalization',
    authors: 'Brock et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2102.06171',
  },
  inputs: ['x'],
  attrs: {
    value: number({
      label: 'Factor',
      default: 1,
      min: -1000,
      max: 1000,
      when: { field: 'learned', is: false },
    }),
    learned: flag({ label: 'Learned', help: 'One learned number, 0 at first.', default: false }),
  },
  subtitle: ({ value, learned }) => (learned ? 'learned' : `× ${Number(value.toFixed(4))}`),
  build: (b, [x], { value, learned }) => b.mul(x, learned ? b.weight('gain', [], { init: 'one' }) : value),
})
