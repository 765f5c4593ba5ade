import { int } from '../../schema/schema'
import { tokenSizes } from '../layout'
import { defineModule } from '../module'

/** The first tokens alone, as a rule the class token: [n, t, c] → [n, k, c]. */
export const firstTokens = defineModule({
  id: 'firstTokens',
  title: 'First tokens',
  shortTitle: 'First',
  kind: 'tensor',
  summary: 'Takes the class token, or the first few tokens, and leaves the others.',
  formula: 'Y = X₀ … Xₖ₋₁',
  inputs: ['x'],
  attrs: {
    tokens: int({ label: 'Tokens', help: 'How many, from the first on.', default: 1, min: 1, max: 64 }),
  },
  subtitle: ({ tokens }) => (tokens === 1 ? 'one token' : `${tokens} tokens`),
  build(b, [x], { tokens }) {
    const { n, t, c } = tokenSizes('firstTokens', x)
    return b.slice(x, { start: [0, 0, 0], size: [n, Math.min(t, tokens), c] })
  },
})
