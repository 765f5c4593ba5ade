import { ShapeError } from '../../errors'
import type { Value } from '../../graph/graph'
import { autoInt, choice, int } from '../../schema/schema'
import { tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * Some of the tokens, as a rule the class token: [n, t, c] → [n, k, c].
 *
 * `from` counts from the first token of the part, or back from its end when it is negative. Those of the picture keep
 * their grid. Throws ShapeError when there are not so many.
 */
export const firstTokens = defineModule({
  id: 'firstTokens',
  title: 'Some tokens',
  shortTitle: 'Tokens',
  kind: 'tensor',
  summary:
    'Takes the class token, a few from the front or the end, or the tokens of the picture, and leaves the others.',
  formula: 'Y = Xᵢ … Xᵢ₊ₖ₋₁',
  inputs: ['x'],
  attrs: {
    tokens: autoInt({
      label: 'Tokens',
      help: 'How many.',
      default: 1,
      min: 1,
      max: 4096,
      auto: 'all to the end of the part',
    }),
    from: int({
      label: 'From',
      help: 'Negative numbers count back from the end.',
      default: 0,
      min: -4096,
      max: 4096,
    }),
    part: choice({
      label: 'Of',
      default: 'all',
      options: [
        { value: 'all', label: 'All tokens' },
        { value: 'prefix', label: 'Those before the picture' },
        { value: 'picture', label: 'Those of the picture' },
        { value: 'rest', label: 'Those behind the picture' },
      ],
    }),
  },
  subtitle: ({ tokens }) =>
    tokens === null ? 'all of a part' : tokens === 1 ? 'one token' : `${tokens} tokens`,
  build(b, [x], { tokens, from, part }) {
    const { n, t, c } = tokenSizes('firstTokens', x)
    const [start, end] = partOf(x, t, part)
    const first = from < 0 ? end + from : start + from
    const count = tokens === null ? end - first : Math.min(tokens, end - first)
    if (first < start || count < 1)
      throw new ShapeError(
        'TOO_SMALL',
        `firstTokens: there are ${end - start} tokens to choose from, none of them at ${from}; choose a place among them`,
        [{ what: 'from', expected: `${start - end} to ${end - start - 1}`, got: `${from}` }],
      )
    const taken = b.slice(x, { start: [0, first, 0], size: [n, count, c] })
    const { grid } = x
    if (!grid || first !== grid.prefix || count !== grid.height * grid.width) return taken
    // By way of a map, which is how tokens learn their grid.
    return b.reshape(b.reshape(taken, [n, grid.height, grid.width, c]), [n, count, c])
  },
})

function partOf(
  { grid }: Value,
  t: number,
  part: 'all' | 'prefix' | 'picture' | 'rest',
): readonly [number, number] {
  const prefix = grid?.prefix ?? 0
  const end = grid ? prefix + grid.height * grid.width : t
  return { all: [0, t], prefix: [0, prefix], picture: [prefix, end], rest: [end, t] }[part] as [
    number,
    number,
  ]
}
