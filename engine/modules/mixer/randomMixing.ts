import { ShapeError } from '../../errors'
import { autoInt } from '../../schema/schema'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * Token mixing by a random matrix that is never trained: Y = W X with W [tokens, tokens].
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. The matrix ties the design to one resolution: a number of tokens
 * that is set and does not fit throws ShapeError. The paper's W is a softmax of uniform noise; here it is drawn from
 * [0, 2/tokens), whose rows also add up to about 1.
 * Yu et al. 2022, MetaFormer Baselines for Vision, https://arxiv.org/abs/2210.13452
 */
export const randomMixing = defineModule({
  id: 'randomMixing',
  title: 'Random mixing',
  shortTitle: 'Random',
  kind: 'mixer',
  summary: 'Mixes all tokens by a frozen random matrix: global, yet nothing about it is learned.',
  formula: 'Y = W·X,  W frozen, tokens × tokens',
  paper: {
    title: 'MetaFormer Baselines for Vision',
    authors: 'Yu et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2210.13452',
  },
  inputs: ['x'],
  attrs: {
    tokens: autoInt({
      label: 'Tokens',
      help: 'A trained matrix fits one number of tokens only; set it to be warned when the input size changes.',
      default: null,
      min: 1,
      max: 16384,
      auto: 'height × width of the input',
    }),
  },
  // Any fixed noise will do for the picture; this one is spread evenly (golden ratio).
  pattern: (row, column) => 0.25 + 0.75 * (((row * 8 + column) * 0.61803) % 1),
  family: 'fixed',
  subtitle: ({ tokens }) => (tokens === null ? 'frozen matrix' : `frozen ${tokens}×${tokens}`),
  build: (b, [x], attrs) =>
    onTokens(b, 'randomMixing', x, (tokens) => {
      const { t } = tokenSizes('randomMixing', tokens)
      if (attrs.tokens !== null && attrs.tokens !== t) throw sizeError(attrs.tokens, t)
      const init = { a: 1 / t, b: 1 / t }
      const matrix = b.weight('random_matrix', [t, t], { init, role: 'frozen' })
      const mixed = b.dot(matrix, tokens, { batch: [[], []], contract: [[1], [1]] })
      return b.transpose(mixed, [1, 0, 2], tokens.grid)
    }),
})

function sizeError(fixed: number, got: number): ShapeError {
  return new ShapeError(
    'FIXED_SIZE',
    `randomMixing: the matrix is made for ${fixed} tokens and ${got} come; set Tokens to ${got} or to auto, or change the input size`,
    [{ what: 'tokens', expected: `${fixed}`, got: `${got}` }],
  )
}
