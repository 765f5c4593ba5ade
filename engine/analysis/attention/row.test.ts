import { expect, test } from 'vitest'
import { attention } from '../../nn/attention'
import { Builder } from '../../ops/builder'
import { evaluate } from '../../ops/evaluate'
import type { Products, ScoreBias } from './layer'
import { attentionColumn, attentionRow, isMasked, mostOfMass, type RowSource } from './row'

const windows = 3
const heads = 2
const queries = 5
const keys = 4
const width = 3
const values = (seed: number, count: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + 2.7 * i))
const products = {
  kind: 'products',
  width,
  scale: 0.7,
  q: values(1, windows * heads * queries * width),
  k: values(5, windows * heads * keys * width),
} as const satisfies Products
const layerOf = (scores: RowSource['scores']): RowSource => ({ windows, heads, queries, keys, scores })
const layer = layerOf(products)

const bias = (...shape: ScoreBias['shape']): ScoreBias => ({
  shape,
  values: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.cos(3 * i)),
})

/** What the program taps, [windows, heads, queries, keys]. */
function tapped(added?: ScoreBias): ArrayLike<number> {
  const b = new Builder()
  // [windows, heads, t, d] -> [n, t, heads, d], as the program keeps it.
  const operand = (name: string, tokens: number) =>
    b.transpose(b.input(name, [windows, heads, tokens, width]), [0, 2, 1, 3])
  const k = operand('k', keys)
  attention(b, operand('q', queries), k, k, 0.7, added && b.constant(added.values, added.shape))
  const graph = b.finish([])
  const tap = graph.nodes.find((node) => node.op === 'tap')?.id ?? 0
  const inputs = new Map([
    ['q', Float64Array.from(products.q)],
    ['k', Float64Array.from(products.k)],
  ])
  return evaluate(graph, { inputs }, [tap]).get(tap) ?? []
}

test.each([
  ['alone', undefined],
  ['with a bias per head and key', bias(1, heads, 1, keys)],
  ['with a bias per window', bias(windows, 1, queries, keys)],
])('rows and columns are what the program computes: %s', (_what, added) => {
  const expected = tapped(added)
  const source = layerOf({ ...products, bias: added })
  for (let window = 0; window < windows; window++) {
    for (let head = 0; head < heads; head++) {
      for (let query = 0; query < queries; query++) {
        const row = attentionRow(source, head, query, window)
        for (let key = 0; key < keys; key++) {
          const weight = expected[((window * heads + head) * queries + query) * keys + key]
          expect(row[key]).toBeCloseTo(weight, 6)
          expect(attentionColumn(source, head, key, window)[query]).toBeCloseTo(weight, 6)
        }
      }
    }
  }
})

test('weights that no product gives are rows and columns as they are', () => {
  const weights = Float32Array.from(tapped())
  const tap = layerOf({ kind: 'probabilities', values: weights })
  expect(attentionRow(tap, 1, 2, 2)).toEqual(
    weights.slice(((2 * heads + 1) * queries + 2) * keys).slice(0, keys),
  )
  expect(attentionColumn(tap, 1, 3, 2)[2]).toBe(attentionRow(tap, 1, 2, 2)[3])
})

test.each(['mean', 'max', 'min'] as const)('the %s of the heads, for rows and for columns', (merge) => {
  const merged = attentionRow(layer, merge, 3, 1)
  const [first, second] = [attentionRow(layer, 0, 3, 1), attentionRow(layer, 1, 3, 1)]
  for (let key = 0; key < keys; key++) {
    const [a, b] = [first[key], second[key]]
    const expected = { mean: (a + b) / 2, max: Math.max(a, b), min: Math.min(a, b) }[merge]
    expect(merged[key]).toBeCloseTo(expected, 6)
    expect(attentionColumn(layer, merge, key, 1)[3]).toBeCloseTo(expected, 6)
  }
})

test('large scores do not overflow', () => {
  const large = layerOf({ ...products, scale: 1e4 })
  const row = attentionRow(large, 0, 0)
  expect(row.every(Number.isFinite)).toBe(true)
  expect(Math.max(...row)).toBeCloseTo(1, 6)
  expect(attentionColumn(large, 0, row.indexOf(Math.max(...row)))[0]).toBeCloseTo(1, 6)
})

test('a mask of −100 hides, small biases do not, and zeros of other weights do', () => {
  const added = bias(1, heads, queries, keys)
  added.values.set([-100, 0.5], 0)
  added.values.set([-100], queries * keys)
  const masked = layerOf({ ...products, bias: added })
  expect([0, 1, 2, 3].map((key) => isMasked(masked, 0, key))).toEqual([true, false, false, false])
  // One head that sees it is enough.
  added.values.set([0], queries * keys)
  expect(isMasked(masked, 0, 0)).toBe(false)
  expect(isMasked(layer, 0, 0)).toBe(false)
  const zeros = layerOf({ kind: 'probabilities', values: new Float32Array(windows * heads * queries * keys) })
  expect(isMasked(zeros, 0, 0)).toBe(true)
})

test('the largest weights that hold a share of the mass', () => {
  const row = Float32Array.from([0.1, 0.5, 0.05, 0.35])
  expect(mostOfMass(row, 0.6)).toEqual(Float32Array.from([0, 0.5, 0, 0.35]))
  expect(mostOfMass(row, 1)).toEqual(row)
})
