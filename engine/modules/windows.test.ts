import { expect, test } from 'vitest'
import type { Shape, Value } from '../graph/graph'
import { ModuleBuilder } from '../nn/moduleBuilder'
import { evaluate } from '../ops/evaluate'
import { relativeBias } from './relativeBias'
import { fromWindows, paddingMask, padToWindows, toWindows } from './windows'

const window = { height: 2, width: 2 }
/** A map of 4 × 4 with its raster numbers. */
const map: Shape = [1, 4, 4, 1]

test('windows hold their positions row by row', () => {
  expect(run(map, (b, x) => toWindows(b, x, window)).slice(0, 8)).toEqual([0, 1, 4, 5, 2, 3, 6, 7])
})

test('a map comes back from its windows', () => {
  const back = run(map, (b, x) => fromWindows(b, toWindows(b, x, window), window, [4, 4]))
  expect(back).toEqual(Array.from({ length: 16 }, (_, index) => index))
})

test('windows that spread take every second position', () => {
  const wide = { ...window, step: [2, 2] } as const
  expect(run(map, (b, x) => toWindows(b, x, wide)).slice(0, 8)).toEqual([0, 2, 8, 10, 1, 3, 9, 11])
  const back = run(map, (b, x) => fromWindows(b, toWindows(b, x, wide), wide, [4, 4]))
  expect(back).toEqual(Array.from({ length: 16 }, (_, index) => index))
})

test('keys beyond the map are hidden', () => {
  const mask = run(map, (b) => paddingMask(b, window, [3, 4]) ?? b.scalar(0))
  expect(mask.map((value) => value < 0)).toEqual(
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1].map((hidden) => hidden === 1),
  )
})

test('zeros complete the last windows at the bottom and the right', () => {
  expect(run([1, 1, 3, 1], (b, x) => padToWindows(b, x, window))).toEqual([0, 1, 2, 0, 0, 0, 0, 0])
})

test('a class token has rows of its own in the table: as query, as key, and as both', () => {
  const bias = run([12, 1], (b, x) => relativeBias(b, x, 2, 2, 1))
  expect(bias.slice(0, 6)).toEqual([11, 9, 9, 9, 9, 10])
  expect(bias[6]).toBe(4)
})

test('the relative bias of a pair stands at its offset in the table', () => {
  const [height, width] = [2, 3]
  const bias = run([15, 1], (b, x) => relativeBias(b, x, height, width))
  for (let query = 0; query < 6; query++) {
    for (let key = 0; key < 6; key++) {
      const down = Math.floor(query / width) - Math.floor(key / width)
      const right = (query % width) - (key % width)
      expect(bias[query * 6 + key]).toBe((down + height - 1) * (2 * width - 1) + (right + width - 1))
    }
  }
})

function run(shape: Shape, body: (b: ModuleBuilder, x: Value) => Value): number[] {
  const b = new ModuleBuilder()
  const x = b.input('x', shape)
  const output = body(b, x)
  const graph = b.finish([output])
  const count = shape.reduce((product, size) => product * size, 1)
  const inputs = new Map([['x', Float64Array.from({ length: count }, (_, index) => index)]])
  return [...(evaluate(graph, { inputs, params: () => new Float64Array() }).get(output.id) ?? [])]
}
