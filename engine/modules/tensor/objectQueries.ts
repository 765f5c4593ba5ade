import { int } from '../../schema/schema'
import { tokenSizes, toTokens } from '../layout'
import { defineModule } from '../module'

/**
 * What a detector asks with: k learned places and k empty answers before the picture's tokens.
 *
 * [n, t, c] or a map → [n, 2k + t, c]: zeros that the decoder fills, the places, then the picture. Parameters kc.
 * Carion et al. 2020, https://arxiv.org/abs/2005.12872
 */
export const objectQueries = defineModule({
  id: 'objectQueries',
  title: 'Object queries',
  shortTitle: 'Queries',
  kind: 'tensor',
  summary:
    'Puts learned questions before the picture, one per object that may be found, and room for their answers.',
  formula: 'Y = [0, Q, X]',
  paper: {
    title: 'End-to-End Object Detection with Transformers',
    authors: 'Carion et al.',
    year: 2020,
    url: 'https://arxiv.org/abs/2005.12872',
  },
  inputs: ['x'],
  attrs: {
    queries: int({
      label: 'Queries',
      help: 'At most as many objects are found.',
      default: 100,
      min: 1,
      max: 2048,
    }),
  },
  subtitle: ({ queries }) => `${queries} queries`,
  build(b, [x], { queries }) {
    const picture = toTokens(b, 'objectQueries', x)
    const { n, c } = tokenSizes('objectQueries', picture)
    const learned = b.weight('weight', [queries, c], { init: { a: 0, b: 0.2 } })
    const places = b.broadcast(b.reshape(learned, [1, queries, c]), [n, queries, c])
    const empty = b.broadcast(b.reshape(b.scalar(0), [1, 1, 1]), [n, queries, c])
    return b.concat([empty, places, picture], 1)
  },
})
