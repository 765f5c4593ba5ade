import { expect, test } from 'vitest'
import { fitComponents } from './foreground'

/** Class token, then four of a background far on one side that differ in y, then four of a foreground that differ in z. */
const tokens = [
  [500, 0, 0],
  [-10, 3, 0],
  [-10, -3, 0],
  [-10, 2, 0],
  [-10, -2, 0],
  [10, 0, 1],
  [10, 0, -1],
  [10, 0, 2],
  [10, 0, -2],
]
const values = Float32Array.from(tokens.flat())

test('class tokens are not fitted', () => {
  const { components, isUsed } = fitComponents([values], 3, { prefix: 1, side: 'all' })
  expect(components.mean[0]).toBeCloseTo(0, 9)
  expect(components.axes[0]?.[0]).toBeCloseTo(1, 6)
  expect([...(isUsed[0] ?? [])]).toEqual([0, 1, 1, 1, 1, 1, 1, 1, 1])
})

test.each([
  ['above', [0, 0, 0, 0, 0, 1, 1, 1, 1], 2],
  ['below', [0, 1, 1, 1, 1, 0, 0, 0, 0], 1],
] as const)('%s zero of the first component there is a foreground of its own', (side, used, channel) => {
  const { components, isUsed } = fitComponents([values], 3, { prefix: 1, side })
  expect([...(isUsed[0] ?? [])]).toEqual(used)
  expect(components.axes[0]?.[channel]).toBeCloseTo(1, 6)
  expect(components.explained[0]).toBeCloseTo(1, 6)
})
