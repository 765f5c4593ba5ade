import { expect, test } from 'vitest'
import { mixingSide, placeOfPositions, placesOf, positionsOf } from './mixingSides'

test('a map has a place per position', () => {
  const side = mixingSide([1, 14, 7, 96], null)
  expect(side).toEqual({ prefix: 0, height: 14, width: 7, suffix: 0, cell: 1, rows: 14, columns: 7 })
  expect(positionsOf(side, 20)).toEqual([20])
})

test('tokens around a map keep places of their own', () => {
  const side = mixingSide([1, 1 + 6 + 2, 96], { height: 2, width: 3, prefix: 1 })
  expect(side).toMatchObject({ prefix: 1, height: 2, width: 3, suffix: 2 })
  expect(placesOf(side)).toBe(9)
})

test('tokens without a place lie in a row, and a vector is one place', () => {
  expect(mixingSide([1, 64, 96], null)).toMatchObject({ height: 1, width: 64 })
  expect(placesOf(mixingSide([1, 1000], null))).toBe(1)
})

test('a picture is cut into cells, those at the border smaller', () => {
  const side = mixingSide([1, 225, 224, 3], null)
  expect(side).toMatchObject({ cell: 5, height: 45, width: 45, rows: 225, columns: 224 })
  expect(positionsOf(side, 0)).toHaveLength(25)
  // 224 = 44 × 5 + 4.
  expect(positionsOf(side, 44)).toHaveLength(20)
  const places = placeOfPositions(side)
  expect(places[225 * 224 - 1]).toBe(45 * 45 - 1)
  expect(mixingSide([1, 224, 224, 3], null)).toMatchObject({ cell: 4, height: 56, width: 56 })
})

test('cells of a map behind a class token come after it', () => {
  const side = mixingSide([1, 1 + 64 * 64 + 1, 8], { height: 64, width: 64, prefix: 1 })
  expect(side).toMatchObject({ cell: 2, height: 32, width: 32, suffix: 1 })
  expect(positionsOf(side, 1)).toEqual([1, 2, 65, 66])
  expect(positionsOf(side, placesOf(side) - 1)).toEqual([64 * 64 + 1])
})
