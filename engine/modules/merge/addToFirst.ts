import { choice } from '../../schema/schema'
import { tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * The first tokens of one input and an update of them: [n, t, c], [n, k, c] → [n, k, c], the residual of class attention.
 * Or the last tokens and their update, with the others kept: → [n, t, c].
 */
export const addToFirst = defineModule({
  id: 'addToFirst',
  title: 'Add to first tokens',
  shortTitle: 'Add first',
  kind: 'merge',
  mark: '+',
  summary:
    'Adds an update to the class token alone, which goes on by itself, or to all tokens but the class token.',
  formula: 'Y = X₀ … Xₖ₋₁ + U',
  inputs: ['tokens', 'update'],
  attrs: {
    target: choice({
      label: 'To the tokens that come',
      help: 'The first go on alone; the last go on behind the ones before them.',
      default: 'first',
      options: [
        { value: 'first', label: 'First' },
        { value: 'last', label: 'Last' },
      ],
    }),
  },
  build(b, [tokens, update], { target }) {
    const { n, c } = tokenSizes('addToFirst', tokens)
    const { t } = tokenSizes('addToFirst', update)
    const part = (start: number, count: number) =>
      b.slice(tokens, { start: [0, start, 0], size: [n, count, c] })
    if (target === 'first') return b.add(part(0, t), update)
    const before = (tokens.shape[1] ?? 1) - t
    const sum = b.add(part(before, t), update)
    return before === 0 ? sum : b.concat([part(0, before), sum], 1)
  },
})
