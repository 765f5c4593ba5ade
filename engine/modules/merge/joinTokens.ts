import { toTokens } from '../layout'
import { defineModule } from '../module'

/** Tokens one after the other: [n, s, c], [n, t, c] → [n, s + t, c]. A map is read row by row. */
export const joinTokens = defineModule({
  id: 'joinTokens',
  title: 'Join tokens',
  shortTitle: 'Join',
  kind: 'merge',
  mark: '+',
  summary: 'Puts the tokens of its inputs one after the other, as a class token before the patches.',
  formula: 'Y = [X₁, X₂, …]',
  inputs: ['x…'],
  attrs: {},
  build: (b, inputs) =>
    b.concat(
      inputs.map((x) => toTokens(b, 'joinTokens', x)),
      1,
    ),
})
