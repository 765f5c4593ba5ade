import { flag } from '../../schema/schema'
import { toTokens as flatten, mapSizes } from '../layout'
import { defineModule } from '../module'

/** A map row by row as tokens: [n, h, w, c] → [n, h·w, c], or every row as one: [n, h, w·c]. The tokens remember their grid. */
export const toTokens = defineModule({
  id: 'toTokens',
  title: 'To tokens',
  kind: 'tensor',
  summary: 'Reads a map row by row as a list of tokens; nothing is computed.',
  formula: 'h×w×c → (h·w)×c',
  inputs: ['x'],
  attrs: {
    rows: flag({
      label: 'A row per token',
      help: 'All channels of a row lie in one token: the pixels of a patch in TNT.',
      default: false,
    }),
  },
  build(b, [x], { rows }) {
    if (!rows) return flatten(b, 'toTokens', x)
    const { n, h, w, c } = mapSizes('toTokens', x)
    return b.reshape(x, [n, h, w * c])
  },
})
