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
    ],
  }),
  reach: int({
    label: 'Reach',
    help: 'How far near ones lie; the stride, or the length of a stretch.',
    default: 7,
    min: 1,
    max: 1024,
  }),
  causal: flag({ label: 'Causal', help: 'No token looks at those behind it.', default: false }),
})

interface Mask {
  readonly pairs: 'all' | 'local' | 'strided' | 'fixed'
  readonly reach: number
  readonly causal: boolean
}

/** A score that no softmax lets through, and that half precision holds. */
const never = -30000

/**
 * [1, 1, t, t]: 0 for pairs that are compared; undefined when all are. On a grid, near ones lie in a square around the query,
 * and tokens before the grid are near to all. Child et al. 2019, Sparse Transformers, https://arxiv.org/abs/1904.10509
 */
export function maskBias(b: ModuleBuilder, tokens: Value, { pairs, reach, causal }: Mask): Value | undefined {
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
  const isCompared = {
    all: () => true,
    local: near,
    strided: (query: number, key: number) =>
      distance(query, key) < reach || distance(query, key) % reach === 0,
    fixed: (query: number, key: number) =>
      Math.floor(query / reach) === Math.floor(key / reach) || key % reach === reach - 1,
  }[pairs]
  const bias = Array.from({ length: count ** 2 }, (_, pair) => {
    const [query, key] = [Math.floor(pair / count), pair % count]
    return isCompared(query, key) && !(causal && key > query) ? 0 : never
  })
  return b.constant(bias, [1, 1, count, count])
}
