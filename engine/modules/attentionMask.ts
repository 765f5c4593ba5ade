import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { choice, flag, int } from '../schema/schema'
import { checkPairs } from './pairs'

/** Which pairs of tokens attention compares at all, for the forms. */
export const maskFields = () => ({
  pairs: choice({
    label: 'Pairs',
    help: 'Which keys a query may look at: Sparse Transformers thin them out in two ways.',
    default: 'all',
    options: [
      { value: 'all', label: 'All' },
      { value: 'local', label: 'Near ones' },
      { value: 'strided', label: 'Near ones and every so many' },
      { value: 'fixed', label: 'One stretch and the ends of all others' },
      { value: 'global', label: 'Near ones and a few of everywhere' },
    ],
  }),
  reach: int({
    label: 'Reach',
    help: 'How far near ones lie; the stride, or the length of a stretch.',
    default: 7,
    min: 1,
    max: 1024,
  }),
  shared: int({
    label: 'Seen by all',
    help: 'So many of the first tokens look at all and are seen by all, as in Longformer.',
    default: 1,
    min: 0,
    max: 1024,
    when: { field: 'pairs', is: 'global' },
  }),
  drawn: int({
    label: 'Drawn',
    help: 'Keys per query that were drawn once and for all, as in BigBird.',
    default: 0,
    min: 0,
    max: 64,
    when: { field: 'pairs', is: 'global' },
  }),
  causal: flag({ label: 'Causal', help: 'No token looks at those behind it.', default: false }),
})

interface Mask {
  readonly pairs: 'all' | 'local' | 'strided' | 'fixed' | 'global'
  readonly reach: number
  readonly shared: number
  readonly drawn: number
  readonly causal: boolean
}

/** A score that no softmax lets through, and that half precision holds. */
const never = -30000

/**
 * [1, 1, t, t]: 0 for pairs that are compared; undefined when all are. On a grid, near ones lie in a square around the query,
 * and tokens before the grid are near to all. Child et al. 2019, Sparse Transformers, https://arxiv.org/abs/1904.10509;
 * few of everywhere: Beltagy et al. 2020, Longformer, https://arxiv.org/abs/2004.05150, without its second projections for them, and
 * Zaheer et al. 2020, BigBird, https://arxiv.org/abs/2007.14062, key by key instead of block by block.
 */
export function maskBias(
  b: ModuleBuilder,
  tokens: Value,
  { pairs, reach, shared, drawn, causal }: Mask,
): Value | undefined {
  if (pairs === 'all' && !causal) return undefined
  const count = tokens.shape[1] ?? 1
  checkPairs('attention', count)
  const { prefix = 0, width = count } = tokens.grid ?? {}
  const place = (token: number) => [Math.floor((token - prefix) / width), (token - prefix) % width] as const
  const near = (query: number, key: number): boolean => {
    if (Math.min(query, key) < prefix) return true
    const [[y, x], [row, column]] = [place(query), place(key)]
    return Math.max(Math.abs(y - row), Math.abs(x - column)) < reach
  }
  const distance = (query: number, key: number) => Math.abs(query - key)
  const draws = Array.from({ length: count }, (_, query) => drawnKeys(query, drawn, count))
  const isCompared = {
    all: () => true,
    local: near,
    strided: (query: number, key: number) =>
      distance(query, key) < reach || distance(query, key) % reach === 0,
    fixed: (query: number, key: number) =>
      Math.floor(query / reach) === Math.floor(key / reach) || key % reach === reach - 1,
    global: (query: number, key: number) =>
      near(query, key) || Math.min(query, key) < shared || draws[query]?.has(key) === true,
  }[pairs]
  const bias = Array.from({ length: count ** 2 }, (_, pair) => {
    const [query, key] = [Math.floor(pair / count), pair % count]
    return isCompared(query, key) && !(causal && key > query) ? 0 : never
  })
  return b.constant(bias, [1, 1, count, count])
}

/** The same keys for a query whenever a design is built: multiples of the golden ratio spread as evenly as drawn numbers. */
function drawnKeys(query: number, drawn: number, count: number): ReadonlySet<number> {
  const golden = (Math.sqrt(5) - 1) / 2
  const keys = Array.from({ length: drawn }, (_, index) =>
    Math.floor((((query * drawn + index + 1) * golden) % 1) * count),
  )
  return new Set(keys)
}
