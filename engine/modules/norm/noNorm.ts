import { defineModule } from '../module'

/** No norm: y = x. */
export const noNorm = defineModule({
  id: 'noNorm',
  title: 'No norm',
  shortTitle: 'None',
  kind: 'norm',
  summary: 'Leaves values as they are: what a norm is worth shows when it is gone.',
  formula: 'y = x',
  inputs: ['x'],
  attrs: {},
  build: (_, [x]) => x,
})
