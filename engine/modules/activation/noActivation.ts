import { defineModule } from '../module'

/** No activation: y = x. */
export const noActivation = defineModule({
  id: 'noActivation',
  title: 'No activation',
  shortTitle: 'None',
  kind: 'activation',
  summary: 'Leaves values as they are; two linear layers around it are one linear layer.',
  formula: 'y = x',
  inputs: ['x'],
  attrs: {},
  build: (_, [x]) => x,
})
