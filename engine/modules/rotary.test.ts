import { expect, test } from 'vitest'
import { ModuleBuilder } from '../nn/moduleBuilder'
import { evaluate } from '../ops/evaluate'
import { rotated } from './rotary'

/** One head of four channels on a grid of one row behind a class token. */
function turned(
  values: readonly number[],
  trainedSide: number | null,
  rotary: 'columns' | 'centred' = 'columns',
): number[] {
  const b = new ModuleBuilder()
  const x = b.input('x', [1, 3, 1, 4])
  const grid = { height: 1, width: 2, prefix: 1 }
  const y = rotated(b, x, grid, { rotary, wavelength: 100, trainedSide })
  const inputs = new Map([['x', Float64Array.from(values)]])
  return [...(evaluate(b.finish([y]), { inputs }).get(y.id) ?? [])]
}

test('pairs of channels turn by the column of their token, and the class token does not', () => {
  const values = [1, 2, 3, 4, 1, 0, 5, 6, 1, 0, 5, 6]
  // Token 1 lies in column 0; token 2 in column 1: its first pair turns by one radian, its second by row 0.
  const expected = [1, 2, 3, 4, 1, 0, 5, 6, Math.cos(1), Math.sin(1), 5, 6]
  for (const [index, value] of turned(values, null).entries()) expect(value).toBeCloseTo(expected[index] ?? 0)
})

test('places count as on the grid of training', () => {
  const [cosine, sine] = turned([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0], 6).slice(8)
  expect([cosine, sine]).toEqual([expect.closeTo(Math.cos(3)), expect.closeTo(Math.sin(3))])
})

test('from the centre, a channel turns with the one half a head further', () => {
  // The only row is the centre; column 0 of two lies half way to the left: half a turn, to the left.
  const [first, ...others] = turned([0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0], null, 'centred').slice(4, 8)
  expect([first, ...others]).toEqual([1, -1, 0, 0].map((value) => expect.closeTo(value)))
})
