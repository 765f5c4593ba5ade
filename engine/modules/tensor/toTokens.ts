import { toTokens as flatten } from '../layout'
import { defineModule } from '../module'

/** A map row by row as tokens: [n, h, w, c] → [n, h·w, c]. The tokens remember their grid. */
export const toTokens = defineModule({
  id: 'toTokens',
  title: 'To tokens',
  kind: 'tensor',
  summary: 'Reads a map row by row as a list of tokens; nothing is computed.',
  formula: 'h×w×c → (h·w)×c',
  inputs: ['x'],
  attrs: {},
  build: (b, [x]) => flatten(b, 'toTokens', x),
})
