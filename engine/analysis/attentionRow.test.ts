import { expect, test } from 'vitest'
import { attention } from '../nn/attention'
import { Builder } from '../ops/builder'
import { evaluate } from '../ops/evaluate'
import { attentionRow, summarizeRow } from './attentionRow'

const heads = 2
const tokens = 5
const width = 3
const values = (seed: number) =>
  Float32Array.from({ length: heads * tokens * width }, (_, i) => Math.sin(seed + 2.7 * i))
const layer = { heads, width, scale: 0.7, queries: tokens, keys: tokens, q: values(1), k: values(5) }

const bias = {
  shape: [heads, 1, tokens] as const,
  values: Float32Array.from({ length: heads * tokens }, (_, i) => Math.cos(3 * i)),
}

test.each([
  ['alone', undefined],
  ['with a bias per head and key', bias],
])('a row is what the program computes: %s', (_what, bias) => {
  const b = new Builder()
  // [heads, t, d] -> [n, t, heads, d], as the program keeps it.
  const operand = (name: string) =>
    b.transpose(b.reshape(b.input(name, [heads, tokens, width]), [1, heads, tokens, width]), [0, 2, 1, 3])
  const q = operand('q')
  const k = operand('k')
  attention(b, q, k, k, layer.scale, bias && b.constant(bias.values, bias.shape))
  const graph = b.finish([])
  const tap = graph.nodes.find((node) => node.op === 'tap')
  const expected = evaluate(
    { ...graph, outputs: [tap?.id ?? 0] },
    {
      inputs: new Map([
        ['q', Float64Array.from(layer.q)],
        ['k', Float64Array.from(layer.k)],
      ]),
      params: () => new Float64Array(),
    },
  ).get(tap?.id ?? 0)
  for (let head = 0; head < heads; head++) {
    for (let query = 0; query < tokens; query++) {
      const row = attentionRow({ ...layer, bias }, head, query)
      for (let key = 0; key < tokens; key++) {
        expect(row[key]).toBeCloseTo(expected?.[(head * tokens + query) * tokens + key] ?? Number.NaN, 6)
      }
    }
  }
})

test('the mean over heads is the mean of probabilities', () => {
  const mean = attentionRow(layer, 'mean', 3)
  const [first, second] = [attentionRow(layer, 0, 3), attentionRow(layer, 1, 3)]
  for (let key = 0; key < tokens; key++)
    expect(mean[key]).toBeCloseTo(((first[key] ?? 0) + (second[key] ?? 0)) / 2, 6)
  expect(mean.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6)
})

test('large scores do not overflow', () => {
  const row = attentionRow({ ...layer, scale: 1e4 }, 0, 0)
  expect(row.every(Number.isFinite)).toBe(true)
  expect(Math.max(...row)).toBeCloseTo(1, 6)
})

test('distance and entropy of rows worked out by hand', () => {
  const grid = { height: 2, width: 2, prefix: 1 }
  const picture = { width: 32, height: 32 }
  // Query at (8, 8): itself 0 px, its right neighbour 16 px, the one below 16 px, the diagonal 16√2 px.
  const even = Float32Array.from([0, 0.25, 0.25, 0.25, 0.25])
  const { distance, entropy } = summarizeRow(even, 1, grid, picture)
  expect(distance).toBeCloseTo((0 + 16 + 16 + 16 * Math.SQRT2) / 4, 5)
  expect(entropy).toBeCloseTo(Math.log(4), 5)
  expect(summarizeRow(Float32Array.from([0, 1, 0, 0, 0]), 1, grid, picture)).toEqual({
    distance: 0,
    entropy: 0,
  })
})

test('what has no place has no distance', () => {
  const grid = { height: 2, width: 2, prefix: 1 }
  const row = Float32Array.from([1, 0, 0, 0, 0])
  expect(summarizeRow(row, 0, grid, { width: 32, height: 32 }).distance).toBeNull()
  expect(summarizeRow(row, 2, grid, { width: 32, height: 32 }).distance).toBeNull()
  expect(summarizeRow(row, 2, null, { width: 32, height: 32 }).distance).toBeNull()
})
