import { flag } from '../../schema/schema'
import { isMap, onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * A learned vector per position, added to the token there: Y = X + P with P [1, t, c].
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. Ties the design to one input size.
 * Dosovitskiy et al. 2020, https://arxiv.org/abs/2010.11929
 */
export const positionEmbedding = defineModule({
  id: 'positionEmbedding',
  title: 'Position embedding',
  shortTitle: 'Position',
  kind: 'tensor',
  summary: 'Adds a learned vector to every token that says where it lies; attention alone could not tell.',
  formula: 'Y = X + P',
  paper: {
    title: 'An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale',
    authors: 'Dosovitskiy et al.',
    year: 2020,
    url: 'https://arxiv.org/abs/2010.11929',
  },
  inputs: ['x'],
  attrs: {
    asMap: flag({
      label: 'Kept as a map',
      help: 'Whether a checkpoint holds it as rows and columns; the computation is the same.',
      default: false,
    }),
  },
  build: (b, [x], { asMap }) =>
    onTokens(b, 'positionEmbedding', x, (tokens) => {
      const { t, c } = tokenSizes('positionEmbedding', tokens)
      const grid = asMap && isMap(x) ? x.shape.slice(1, 3) : [t]
      const learned = b.weight('', [1, ...grid, c], { init: { a: 0, b: 0.035 } })
      return b.add(tokens, b.reshape(learned, [1, t, c]))
    }),
})
