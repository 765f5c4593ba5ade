import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Builder } from '../ops/builder'
import { macKinds } from '../ops/cost'
import { evaluate } from '../ops/evaluate'
import { longConvolution } from './longConvolution'

const [n, c] = [2, 3]
const sizes = fc.integer({ min: 1, max: 6 })
const numbers = (count: number) =>
  fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: count, maxLength: count })
const cases = sizes.chain((t) => fc.tuple(fc.constant(t), numbers(n * t * c), numbers(c * t), fc.boolean()))

test('a token is the sum over those on its one side, by distance, and no MACs are counted', () => {
  fc.assert(
    fc.property(cases, ([t, x, kernel, reverse]) => {
      const b = new Builder()
      const y = longConvolution(b, b.input('x', [n, t, c]), b.input('kernel', [c, t]), { reverse })
      const graph = b.finish([y])
      const inputs = new Map([
        ['x', Float64Array.from(x)],
        ['kernel', Float64Array.from(kernel)],
      ])
      const values = evaluate(graph, { inputs }).get(y.id) ?? []
      const expected = x.map((_, at) => {
        const [image, place, channel] = [Math.floor(at / (t * c)), Math.floor(at / c) % t, at % c]
        let sum = 0
        for (let other = 0; other < t; other++) {
          const distance = reverse ? other - place : place - other
          if (distance >= 0)
            sum += (kernel[channel * t + distance] ?? 0) * (x[(image * t + other) * c + channel] ?? 0)
        }
        return sum
      })
      expected.forEach((value, i) => {
        expect(values[i]).toBeCloseTo(value, 9)
      })
      expect([...macKinds(graph).values()]).toEqual([])
    }),
  )
})
