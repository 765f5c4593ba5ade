import { expect, test } from 'vitest'
import { contributions, levelHolding, logarithmic, sideHolding, smoothed } from './fieldMass'

test('contributions add up |gradient| over channels', () => {
  const { values } = contributions(Float32Array.from([1, -2, 0, 3]), 1, 2)
  expect([...values]).toEqual([3, 3])
  expect([...contributions(Float32Array.from([1, -2, 0, 3]), 1, 2, true).values]).toEqual([1, 3])
})

test('squares grow until they hold the share', () => {
  // 5 × 5: 60 in the middle, 5 on each of the eight around it, nothing beyond but one corner of 0.
  const values = new Float32Array(25)
  values[12] = 60
  for (const index of [6, 7, 8, 11, 13, 16, 17, 18]) values[index] = 5
  const map = { height: 5, width: 5, values }
  expect(sideHolding(map, { y: 2, x: 2 }, 0.5)).toBe(1)
  expect(sideHolding(map, { y: 2, x: 2 }, 0.6)).toBe(1)
  expect(sideHolding(map, { y: 2, x: 2 }, 0.61)).toBe(3)
  expect(sideHolding(map, { y: 2, x: 2 }, 1)).toBe(3)
  // From the corner: 5 at distance 1, 60 + 20 more at distance 2.
  expect(sideHolding(map, { y: 0, x: 0 }, 0.05)).toBe(3)
  expect(sideHolding(map, { y: 0, x: 0 }, 0.5)).toBe(5)
})

test('the scale of RepLKNet is log₁₀(x + 1) over its largest', () => {
  const { values } = logarithmic({ height: 1, width: 3, values: Float32Array.from([0, 9, 99]) })
  expect([...values]).toEqual([0, 0.5, 1])
  expect([...logarithmic({ height: 1, width: 2, values: new Float32Array(2) }).values]).toEqual([0, 0])
})

test('pixels at or above the level hold the share', () => {
  const map = { height: 1, width: 4, values: Float32Array.from([1, 6, 2, 1]) }
  expect(levelHolding(map, 0.6)).toBe(6)
  expect(levelHolding(map, 0.61)).toBe(2)
  expect(levelHolding(map, 0.9)).toBe(1)
})

test('a Gaussian keeps what lies inside and spreads it evenly to both sides', () => {
  const values = new Float32Array(41 * 31)
  values[20 * 31 + 15] = 2
  const { values: spread } = smoothed({ height: 41, width: 31, values }, 2)
  expect(spread.reduce((sum, value) => sum + value, 0)).toBeCloseTo(2, 5)
  expect(spread[18 * 31 + 15]).toBeCloseTo(spread[22 * 31 + 15] ?? 0, 9)
  expect(spread[20 * 31 + 13]).toBeCloseTo(spread[22 * 31 + 15] ?? 0, 9)
  // One standard deviation away: e^(−1/2) of the middle.
  expect((spread[20 * 31 + 17] ?? 0) / (spread[20 * 31 + 15] ?? 1)).toBeCloseTo(Math.exp(-0.5), 5)
})
