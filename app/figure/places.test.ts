import { expect, test } from 'vitest'
import { afterPin, afterRelease, noPins, placeAt, placeOn, placeUnder, stepFrom } from './places'

const a = { row: 1, column: 2 }
const b = { row: 3, column: 0 }

test('a click holds a place, a second click there lets go', () => {
  const held = afterPin(noPins, a, false)
  expect(held).toEqual({ first: a, second: null })
  expect(afterPin(held, { ...a }, false)).toEqual(noPins)
  expect(afterPin(held, b, false)).toEqual({ first: b, second: null })
})

test('a second place compares with the first, and without one it is the first', () => {
  const held = afterPin(noPins, a, true)
  expect(held).toEqual({ first: a, second: null })
  const both = afterPin(held, b, true)
  expect(both).toEqual({ first: a, second: b })
  expect(afterPin(both, b, true)).toEqual({ first: a, second: null })
})

test('Escape lets go of the second before the first', () => {
  const one = afterRelease({ first: a, second: b })
  expect(one).toEqual({ first: a, second: null })
  expect(afterRelease(one)).toEqual(noPins)
})

test('places stay on the grid and keep their part of the picture on another', () => {
  expect(placeAt({ height: 4, width: 8 }, 1, -0.1)).toEqual({ row: 0, column: 7 })
  expect(placeOn({ height: 14, width: 14 }, { row: 13, column: 6 }, { height: 7, width: 7 })).toEqual({
    row: 6,
    column: 3,
  })
  expect(stepFrom({ height: 4, width: 4 }, { row: 0, column: 3 }, -1, 1)).toEqual({ row: 0, column: 3 })
})

test('cells that padding has moved are found where they lie, and the nearest beside them', () => {
  const size = { height: 8, width: 8 }
  const grid = { height: 2, width: 2, area: { left: -2, top: -2, right: 6, bottom: 6 } }
  expect(placeUnder(grid, 1.9, 2.1, size)).toEqual({ row: 1, column: 0 })
  expect(placeUnder(grid, 7.5, 0, size)).toEqual({ row: 0, column: 1 })
  expect(placeUnder({ height: 2, width: 2 }, 3.9, 4.1, size)).toEqual({ row: 1, column: 0 })
})
