import { expect, test } from 'vitest'
import { contributions, sideHolding } from './fieldMass'

test('contributions add up |gradient| over channels', () => {
  const { values } = contributions(Float32Array.from([1, -2, 0, 3]), 1, 2)
  expect([...values]).toEqual([3, 3])
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
