import { expect, test } from 'vitest'
import type { AttentionLayer, Places } from './layer'
import { headStatistics, rowStatistics } from './statistics'

/** A class token and 2 × 2 cells, each a token of its own. */
const places: Places = {
  map: { height: 2, width: 2, prefix: 1 },
  count: 5,
  sets: Int32Array.from([0, 1, 2, 3, 4]),
  starts: Int32Array.from([0, 1, 2, 3, 4, 5]),
  members: Int32Array.from([0, 1, 2, 3, 4]),
  centres: Int32Array.from([0, 1, 2, 3, 4]),
}
const even = [0, 0.25, 0.25, 0.25, 0.25]
const alone = [0, 1, 0, 0, 0]
const layer: AttentionLayer = {
  path: 'attn',
  name: '',
  kind: 'tokens',
  mixes: true,
  isChained: true,
  followsMap: false,
  windows: 1,
  heads: 2,
  queries: 5,
  keys: 5,
  queryPlaces: places,
  keyPlaces: places,
  scores: {
    kind: 'probabilities',
    values: Float32Array.from(
      [0, 1, 2, 3, 4].flatMap(() => even).concat([0, 1, 2, 3, 4].flatMap(() => alone)),
    ),
  },
}
const picture = { width: 32, height: 32 }
const at = (query: number) => ({ window: 0, query })

test('distance and entropy of rows worked out by hand', () => {
  // Query at (8, 8): itself 0 px, its right neighbour 16 px, the one below 16 px, the diagonal 16√2 px.
  const { distance, entropy } = rowStatistics(layer, even, at(1), picture)
  expect(distance).toBeCloseTo((0 + 16 + 16 + 16 * Math.SQRT2) / 4, 5)
  expect(entropy).toBeCloseTo(Math.log(4), 5)
  expect(rowStatistics(layer, alone, at(1), picture)).toEqual({ distance: 0, entropy: 0 })
})

test('what has no place has no distance', () => {
  const row = [1, 0, 0, 0, 0]
  expect(rowStatistics(layer, row, at(0), picture).distance).toBeNull()
  expect(rowStatistics(layer, row, at(2), picture).distance).toBeNull()
})

test('a key that stands for several cells is as far as they are on average', () => {
  const pooled: Places = {
    ...places,
    count: 1,
    sets: Int32Array.of(0),
    starts: Int32Array.of(0, 4),
    members: Int32Array.of(1, 2, 3, 4),
    centres: Int32Array.of(1),
  }
  const whole = { ...layer, keys: 1, keyPlaces: pooled }
  const { distance } = rowStatistics(whole, [1], at(1), picture)
  expect(distance).toBeCloseTo((0 + 16 + 16 + 16 * Math.SQRT2) / 4, 5)
})

test('heads are averaged over all queries but the class token', () => {
  const [first, second] = headStatistics(layer, picture)
  expect(first?.distance).toBeCloseTo((32 + 16 * Math.SQRT2) / 4, 5)
  expect(first?.entropy).toBeCloseTo(Math.log(4), 5)
  // All read the first cell: 0, 16, 16 and 16√2 px away.
  expect(second?.distance).toBeCloseTo((32 + 16 * Math.SQRT2) / 4, 5)
  expect(second?.entropy).toBe(0)
})
