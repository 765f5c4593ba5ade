import { choice, flag, int } from '../../schema/schema'
import { tokenSizes, toTokens } from '../layout'
import { defineModule } from '../module'

/**
 * Learned tokens before the others: one class token, or several registers. [n, t, c] → [n, k + t, c].
 *
 * Dosovitskiy et al. 2020, https://arxiv.org/abs/2010.11929; registers: Darcet et al. 2023, https://arxiv.org/abs/2309.16588
 */
export const classToken = defineModule({
  id: 'classToken',
  title: 'Class token',
  shortTitle: 'CLS',
  kind: 'tensor',
  summary:
    'Puts learned tokens before the patches: one to classify from, or several registers to keep notes in.',
  formula: 'Y = [x_cls, X]',
  paper: {
    title: 'An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale',
    authors: 'Dosovitskiy et al.',
    year: 2020,
    url: 'https://arxiv.org/abs/2010.11929',
  },
  inputs: ['x'],
  attrs: {
    tokens: int({
      label: 'Tokens',
      help: 'One class token, or a few registers.',
      default: 1,
      min: 1,
      max: 64,
    }),
    from: choice({
      label: 'Begins as',
      default: 'learned',
      options: [
        { value: 'learned', label: 'A learned vector' },
        { value: 'mean', label: 'The mean of all tokens' },
      ],
    }),
    asVector: flag({
      label: 'Kept as a vector',
      help: 'Whether a checkpoint holds it without axes of its own, as CLIP’s do; the computation is the same.',
      default: false,
      when: { field: 'from', is: 'learned' },
    }),
  },
  subtitle: ({ tokens }) => (tokens === 1 ? 'one token' : `${tokens} tokens`),
  build(b, [x], { tokens, from, asVector }) {
    const patches = toTokens(b, 'classToken', x)
    const { n, c } = tokenSizes('classToken', patches)
    const shape = asVector ? (tokens === 1 ? [c] : [tokens, c]) : [1, tokens, c]
    const first =
      from === 'mean'
        ? b.mean(patches, [1])
        : b.reshape(b.weight('', shape, { init: { a: 0, b: 0.035 } }), [1, tokens, c])
    return b.concat([b.broadcast(first, [n, tokens, c]), patches], 1)
  },
})
