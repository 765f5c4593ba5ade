import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { VertebraError } from '../errors'
import { elements, type Shape, type Value } from '../graph/graph'
import { Builder } from './builder'
import { evaluate, type Floats } from './evaluate'

function run(
  build: (b: Builder) => Value,
  inputs: { readonly [name: string]: readonly number[] } = {},
): number[] {
  const b = new Builder()
  const y = build(b)
  const bound = new Map(
    Object.entries(inputs).map(([name, data]): [string, Floats] => [name, Float64Array.from(data)]),
  )
  return [...(evaluate(b.finish([y]), { inputs: bound }).get(y.id) ?? [])]
}

const matrix = (b: Builder) => b.constant([1, 2, 3, 4, 5, 6], [2, 3])

describe('gather', () => {
  test('the axes of the index take the place of the gathered axis', () => {
    expect(run((b) => b.gather(matrix(b), b.constant([2, 0], [2]), { axis: 1 }))).toEqual([3, 1, 6, 4])
    expect(run((b) => b.gather(matrix(b), b.constant([1, 0, 1], [3]), { axis: 0 }))).toEqual([
      4, 5, 6, 1, 2, 3, 4, 5, 6,
    ])
    const square = new Builder()
    expect(square.gather(matrix(square), square.constant([0, 1, 2, 0], [2, 2]), { axis: 1 }).shape).toEqual([
      2, 2, 2,
    ])
  })

  test('with batch axes every row has its own index', () => {
    const own = { axis: 1, batch: 1 }
    expect(run((b) => b.gather(matrix(b), b.constant([2, 0, 0, 1], [2, 2]), own))).toEqual([3, 1, 4, 5])
  })

  test('says which part there is not', () => {
    expect(() => run((b) => b.gather(matrix(b), b.constant([3], [1]), { axis: 1 }))).toThrow(VertebraError)
  })

  test('its adjoint sums what was taken twice', () => {
    const attrs = { axis: 1, size: 3 }
    expect(
      run((b) => b.scatterAdd(b.constant([1, 2, 3, 4], [2, 2]), b.constant([2, 2], [2]), attrs)),
    ).toEqual([0, 0, 3, 0, 0, 7])
  })

  test('⟨gather(x), y⟩ = ⟨x, scatterAdd(y)⟩', () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }), fc.nat(2))
    fc.assert(
      fc.property(sizes, fc.array(fc.nat(3), { minLength: 6, maxLength: 6 }), ([n, m, which], numbers) => {
        const x: Shape = [n, m, 4]
        const axis = which
        const batch = Math.min(which, 1)
        const index: Shape = batch ? [n, 2] : [2, 3]
        const data = Array.from({ length: elements(index) }, (_, i) => (numbers[i % 6] ?? 0) % (x[axis] ?? 1))
        const b = new Builder()
        const value = (shape: Shape, seed: number) =>
          b.constant(
            Array.from({ length: elements(shape) }, (_, i) => Math.sin(i * 7 + seed)),
            shape,
          )
        const places = b.constant(data, index)
        const taken = b.gather(value(x, 1), places, { axis, batch })
        const y = value(taken.shape, 2)
        const back = b.scatterAdd(y, places, { axis, batch, size: x[axis] ?? 1 })
        const all = (v: Value) =>
          b.sum(
            v,
            v.shape.map((_size, at) => at),
          )
        const left = all(b.mul(taken, y))
        const right = all(
          b.mul(
            b.constant(
              Array.from({ length: elements(x) }, (_, i) => Math.sin(i * 7 + 1)),
              x,
            ),
            back,
          ),
        )
        const values = evaluate(b.finish([left, right]), {})
        expect(values.get(left.id)?.[0]).toBeCloseTo(values.get(right.id)?.[0] ?? Number.NaN, 6)
      }),
    )
  })
})

test('topK names the largest first, and the first of equal ones', () => {
  const x = (b: Builder) => b.constant([1, 5, 3, 5, 0, -1, -2, -1], [2, 4])
  expect(run((b) => b.topK(x(b), 3))).toEqual([1, 3, 2, 0, 1, 3])
})

describe('scan', () => {
  test('worked out by hand, in both directions', () => {
    const a = (b: Builder) => b.constant([2, 2, 2, 3, 3, 3], [2, 3])
    expect(run((b) => b.scan(a(b), matrix(b), { axis: 1 }))).toEqual([1, 4, 11, 4, 17, 57])
    expect(run((b) => b.scan(a(b), matrix(b), { axis: 1, reverse: true }))).toEqual([17, 8, 3, 73, 23, 6])
    expect(run((b) => b.scan(a(b), matrix(b), { axis: 0 }))).toEqual([1, 2, 3, 7, 11, 15])
  })

  test('with factors of 1 it is the cumulative sum', () => {
    expect(run((b) => b.cumulativeSum(matrix(b), { axis: 1 }))).toEqual([1, 3, 6, 4, 9, 15])
  })
})

test('roll moves as torch.roll does', () => {
  expect(run((b) => b.roll(matrix(b), { axis: 1, shift: 1 }))).toEqual([3, 1, 2, 6, 4, 5])
  expect(run((b) => b.roll(matrix(b), { axis: 1, shift: -1 }))).toEqual([2, 3, 1, 5, 6, 4])
  expect(run((b) => b.roll(matrix(b), { axis: 1, shift: 3 }))).toEqual([1, 2, 3, 4, 5, 6])
})
