import { expect, test } from 'vitest'
import { ModuleBuilder } from '../../nn/moduleBuilder'
import { evaluate } from '../../ops/evaluate'
import { type Attributes, completeAttributes } from '../../schema/schema'
import { firstTokens } from './firstTokens'
import { positionEmbedding } from './positionEmbedding'

const grid = { height: 1, width: 2, prefix: 3 }
const numbers = [0, 1, 2, 3, 4]

/** Which of five tokens are taken, three of them before a picture of two. */
function taken(attrs: Attributes) {
  const b = new ModuleBuilder()
  const x = b.input('x', [1, 5, 1], grid)
  const y = firstTokens.build(b, [x], completeAttributes(firstTokens.attrs, attrs))
  const graph = b.finish([y])
  const values = evaluate(graph, { inputs: new Map([['x', Float64Array.from(numbers)]]) }).get(y.id)
  return { tokens: [...(values ?? [])], grid: y.grid }
}

test.each([
  [{}, [0]],
  [{ tokens: 2, from: 1 }, [1, 2]],
  [{ tokens: 2, from: -2 }, [3, 4]],
  [{ tokens: null, from: 3 }, [3, 4]],
  [{ tokens: 2, from: -2, part: 'prefix' }, [1, 2]],
  [{ tokens: null, part: 'prefix' }, [0, 1, 2]],
  [{ tokens: 1, from: 1, part: 'picture' }, [4]],
])('some tokens with %j are %j', (attrs, expected) => {
  expect(taken(attrs).tokens).toEqual(expected)
})

test('the tokens of the picture keep their grid', () => {
  expect(taken({ tokens: null, part: 'picture' })).toEqual({ tokens: [3, 4], grid: { ...grid, prefix: 0 } })
})

test('a place beyond the tokens is refused with the places there are', () => {
  expect(() => taken({ from: 7 })).toThrow('there are 5 tokens to choose from, none of them at 7')
})

test('sines of shares count from 1 to 2π along each axis', () => {
  const b = new ModuleBuilder()
  const x = b.input('x', [1, 1, 4, 4])
  const y = positionEmbedding.build(
    b,
    [x],
    completeAttributes(positionEmbedding.attrs, { positions: 'share' }),
  )
  const values = evaluate(b.finish([y]), { inputs: new Map([['x', new Float64Array(16)]]) }).get(y.id) ?? []
  // One row: 2π. The first of four columns: π/2, the second π.
  const [sinRow, cosRow, sinColumn, cosColumn] = values
  expect(sinRow).toBeCloseTo(0, 4)
  expect(cosRow).toBeCloseTo(1, 5)
  expect(sinColumn).toBeCloseTo(1, 5)
  expect(cosColumn).toBeCloseTo(0, 5)
  expect(values[4 + 3]).toBeCloseTo(-1, 5)
})

test('a tile of positions is laid side by side, and has to fit the map', () => {
  const laid = (side: number) => {
    const b = new ModuleBuilder()
    const x = b.input('x', [1, 4, 6, 1])
    const attrs = completeAttributes(positionEmbedding.attrs, {
      ...{ asMap: true, channelsFirst: true },
      ...{ keptSide: side, fit: 'tiled' },
    })
    const y = positionEmbedding.build(b, [x], attrs)
    const params = () => Float64Array.from([1, 2, 3, 4])
    const inputs = new Map([['x', new Float64Array(24)]])
    return Array.from(evaluate(b.finish([y]), { inputs, params }).get(y.id) ?? [])
  }
  const rows = [
    [1, 2, 1, 2, 1, 2],
    [3, 4, 3, 4, 3, 4],
  ]
  expect(laid(2)).toEqual([...rows, ...rows].flat())
  expect(() => laid(3)).toThrow('4×6 does not split into tiles of 3×3; choose a side that divides both')
})
