import { tokenSizes } from '../layout'
import { defineModule } from '../module'

/** The first tokens of one input and an update of them: [n, t, c], [n, k, c] → [n, k, c]. The residual of class attention. */
export const addToFirst = defineModule({
  id: 'addToFirst',
  title: 'Add to first tokens',
  shortTitle: 'Add first',
  kind: 'merge',
  mark: '+',
  summary: 'Adds an update to the class token alone, which goes on without the other tokens.',
  formula: 'Y = X₀ … Xₖ₋₁ + U',
  inputs: ['tokens', 'update'],
  attrs: {},
  build(b, [tokens, update]) {
    const { n, c } = tokenSizes('addToFirst', tokens)
    const { t } = tokenSizes('addToFirst', update)
    return b.add(b.slice(tokens, { start: [0, 0, 0], size: [n, t, c] }), update)
  },
})
