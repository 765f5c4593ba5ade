import { describe, expect, test } from 'vitest'
import { formatValue, rangeOver, shareOf, ticksOf, valueAt } from './ranges'

const map = (...values: number[]) => ({ values: Float32Array.from(values) })

describe('ranges', () => {
  test('one map reaches from its smallest to its largest value', () => {
    expect(rangeOver([map(0.25, 0.5, 1)])).toMatchObject({ low: 0.25, high: 1, words: 'per map, linear' })
  })

  test('several maps share one range', () => {
    expect(rangeOver([map(0.25, 0.5), map(0.125, 2)], { over: 'per layer' })).toMatchObject({
      low: 0.125,
      high: 2,
      words: 'per layer, linear',
    })
  })

  test('cells that cannot be read do not count', () => {
    const absent = Uint8Array.of(1, 0, 0)
    expect(rangeOver([{ values: Float32Array.of(9, 1, 2), absent }])).toMatchObject({ low: 1, high: 2 })
  })

  test('the 99th percentile leaves one outlier of 200 outside, and the colour bar says so', () => {
    const values = Float32Array.from({ length: 200 }, (_, index) => (index === 7 ? 1000 : index))
    const range = rangeOver([{ values }], { beyond: 0.01 })
    expect(range.low).toBe(0)
    expect(range.high).toBe(198)
    expect(shareOf(1000, range)).toBe(1)
    expect(ticksOf(range).map(({ text }) => text)).toEqual(['0', '99', '≥ 198'])
  })

  test('a difference lies around zero', () => {
    const range = rangeOver([map(-0.5, 0.25)], { isSigned: true })
    expect(range).toMatchObject({ low: -0.5, high: 0.5 })
    expect(shareOf(0, range)).toBe(0.5)
    expect(ticksOf(range).map(({ text }) => text)).toEqual(['−0.5', '0', '0.5'])
  })

  test('a logarithmic range gives every power the same room', () => {
    const range = rangeOver([map(0.001, 0.1, 0)], { scale: { kind: 'log' } })
    expect(range.low).toBeCloseTo(0.001)
    expect(shareOf(0.01, range)).toBeCloseTo(0.5)
    expect(shareOf(0, range)).toBe(0)
    expect(valueAt(0.5, range)).toBeCloseTo(0.01)
  })

  test('log10(1 + 1000 x / max) keeps zero at zero', () => {
    const range = rangeOver([map(0, 8)], { scale: { kind: 'logOnePlus', decades: 3 } })
    expect(shareOf(0, range)).toBe(0)
    expect(shareOf(8, range)).toBe(1)
    expect(shareOf(0.8, range)).toBeCloseTo(Math.log10(101) / Math.log10(1001))
    expect(valueAt(shareOf(0.8, range), range)).toBeCloseTo(0.8)
  })

  test('a constant map is one colour with one number', () => {
    const range = rangeOver([map(0.02, 0.02)])
    expect(shareOf(range.low, range)).toBe(0.5)
    expect(ticksOf(range).map(({ text }) => text)).toEqual(['0.02'])
  })

  test('numbers have three digits', () => {
    expect([0.0241, 1.31e-5, -12.345, 1234, 0].map(formatValue)).toEqual([
      '0.0241',
      '1.3e-5',
      '−12.3',
      '1234',
      '0',
    ])
  })
})
