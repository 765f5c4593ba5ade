import { defineModule } from '../module'
import { onlyItself } from '../reading'

/**
 * No token mixing: Y = X. What is left of the network is the skeleton alone.
 *
 * Yu et al. 2022, MetaFormer Baselines for Vision, https://arxiv.org/abs/2210.13452
 */
export const identity = defineModule({
  id: 'identity',
  title: 'Identity',
  kind: 'mixer',
  summary: 'Mixes nothing: what IdentityFormer reaches is owed to the skeleton and its downsampling.',
  formula: 'Y = X',
  paper: {
    title: 'MetaFormer Baselines for Vision',
    authors: 'Yu et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2210.13452',
  },
  inputs: ['x'],
  attrs: {},
  pattern: onlyItself,
  family: 'identity',
  build: (_, [x]) => x,
})
