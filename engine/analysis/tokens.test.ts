import fc from 'fast-check'
import { expect, test } from 'vitest'
import { channelSummary, tokenNorms, tokenSimilarity } from './tokens'
import { percentileRange, scoreColours, scoreRanges, shareIn } from './valueRange'

const three = Float32Array.from([3, 4, 0, 0, -8, 6])

test('norms are Euclidean lengths', () => {
  expect([...tokenNorms(three, 2)]).toEqual([5, 0, 10])
})

test('similarity is the cosine; a token without length is like nothing', () => {
  const [itself, none, other] = tokenSimilarity(three, three.subarray(0, 2))
  expect(itself).toBeCloseTo(1, 7)
  expect(none).toBe(0)
  expect(other).toBeCloseTo(0, 7)
  expect(tokenSimilarity(Float32Array.from([-2, -4]), Float32Array.from([1, 2]))[0]).toBeCloseTo(-1, 7)
})

test('similarity is symmetric, at most 1, and does not know lengths', () => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ min: -5, max: 5, noNaN: true }), { minLength: 12, maxLength: 12 }),
      (numbers) => {
        const values = Float32Array.from(numbers)
        const scaled = values.map((value, index) => value * (index < 3 ? 4 : 1))
        const rowOf = (of: Float32Array, token: number) =>
          tokenSimilarity(of, of.subarray(3 * token, 3 * token + 3))
        const row = rowOf(values, 0)
        for (const [token, cosine] of row.entries()) {
          expect(Math.abs(cosine)).toBeLessThanOrEqual(1)
          expect(rowOf(values, token)[0]).toBeCloseTo(cosine, 6)
          expect(rowOf(scaled, 0)[token]).toBeCloseTo(cosine, 5)
        }
      },
    ),
  )
})

test('channels are summed up over all parts, without class tokens', () => {
  const parts = [Float32Array.from([99, 99, 1, 0, 3, 0]), Float32Array.from([99, 99, -4, 0])]
  const summary = channelSummary(parts, 2, 1)
  expect([...summary.mean]).toEqual([0, 0])
  expect(summary.deviation[0]).toBeCloseTo(Math.sqrt((1 + 9 + 16) / 3), 6)
  expect(summary.meanSize[0]).toBeCloseTo(8 / 3, 6)
  expect([summary.smallest[0], summary.largest[0]]).toEqual([-4, 3])
  expect([...summary.zeros]).toEqual([0, 1])
})

test('ranges leave out the outer shares, interpolated', () => {
  const values = Float32Array.from({ length: 101 }, (_, index) => 100 - index)
  expect(percentileRange(values, 0)).toEqual({ low: 0, high: 100 })
  expect(percentileRange(values, 0.02)).toEqual({ low: 2, high: 98 })
  expect(percentileRange(Float32Array.from([0, 10]), 0.25)).toEqual({ low: 2.5, high: 7.5 })
  expect(shareIn(5, { low: 0, high: 10 })).toBe(0.5)
  expect(shareIn(50, { low: 0, high: 10 })).toBe(1)
  expect(shareIn(5, { low: 5, high: 5 })).toBe(0.5)
})

test('scores become colours, each in its own range', () => {
  const ranges = [
    { low: 0, high: 1 },
    { low: -10, high: 10 },
  ]
  expect([...scoreColours(Float32Array.from([0, 10, 2, -10]), ranges)]).toEqual([0, 1, 0.5, 1, 0, 0.5])
})

test('ranges are taken over all parts, of the tokens that were fitted', () => {
  const parts = [
    { scores: Float32Array.from([99, -99, 1, 5]), isUsed: Uint8Array.from([0, 1]) },
    { scores: Float32Array.from([3, -5]), isUsed: Uint8Array.from([1]) },
  ]
  expect(scoreRanges(parts, 2, 0)).toEqual([
    { low: 1, high: 3 },
    { low: -5, high: 5 },
  ])
})
