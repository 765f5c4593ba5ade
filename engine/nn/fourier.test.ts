import fc from 'fast-check'
import { expect, test } from 'vitest'
import { receptiveField } from '../analysis/receptiveField'
import type { Value } from '../graph/graph'
import { Builder } from '../ops/builder'
import { macKinds } from '../ops/cost'
import { evaluate } from '../ops/evaluate'
import {
  complexProduct,
  cosineTransform2d,
  fourier2d,
  halfWidth,
  inverseFourier2d,
  realFourier,
} from './fourier'

const sides = fc.record({ h: fc.integer({ min: 1, max: 7 }), w: fc.integer({ min: 1, max: 7 }) })
const numbers = (count: number) =>
  fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: count, maxLength: count })

test('the spectrum of a map is the sum over its waves', () => {
  const maps = sides.chain(({ h, w }) => fc.tuple(fc.constant({ h, w }), numbers(h * w)))
  fc.assert(
    fc.property(maps, ([{ h, w }, map]) => {
      const ours = run((b) => fourier2d(b, b.input('x', [1, h, w, 1])), { x: map })
      close(ours, [...directly(map, h, w, Math.cos), ...directly(map, h, w, (angle) => -Math.sin(angle))])
    }),
  )
})

/** Σ x[y, x] f(2π(k y / h + l x / w)) / √(h w) for all rows k and half of the columns l. */
function directly(map: readonly number[], h: number, w: number, f: (angle: number) => number): number[] {
  return Array.from({ length: h * halfWidth(w) }, (_, i) => {
    const [k, l] = [Math.floor(i / halfWidth(w)), i % halfWidth(w)]
    const sum = map.reduce((sum, value, at) => {
      const turns = (k * Math.floor(at / w)) / h + (l * (at % w)) / w
      return sum + value * f(2 * Math.PI * turns)
    }, 0)
    return sum / Math.sqrt(h * w)
  })
}

test('a map comes back from its spectrum, two pictures and all channels of it', () => {
  const maps = sides.chain(({ h, w }) => fc.tuple(fc.constant({ h, w }), numbers(2 * h * w * 3)))
  fc.assert(
    fc.property(maps, ([{ h, w }, map]) => {
      const back = run((b) => inverseFourier2d(b, fourier2d(b, b.input('x', [2, h, w, 3])), w), { x: map })
      close(back, map)
    }),
  )
})

test('the inverse does not look at what the columns of a real map never have', () => {
  // Four columns: the imaginary parts at 0 and 2, on axis 0 at 1, add nothing on a single row.
  const real = [1, 2, 3]
  const inverse = (imaginary: readonly number[]) =>
    run((b) => inverseFourier2d(b, b.input('x', [2, 1, 3, 1, 1]), 4), { x: [...real, ...imaginary] })
  close(inverse([5, 0.25, -7]), inverse([0, 0.25, 0]))
  // x[j] = (1 + 2·2 cos(πj/2) − 2·0.25 sin(πj/2) + 3 cos(πj)) / 2
  close(inverse([0, 0.25, 0]), [4, -1.25, 0, -0.75])
})

test('the real part of a transform over tokens and channels is that of the sum over its waves', () => {
  const lengths = fc.record({ h: fc.integer({ min: 1, max: 13 }), w: fc.integer({ min: 1, max: 13 }) })
  const lists = lengths.chain(({ h, w }) => fc.tuple(fc.constant({ t: h, c: w }), numbers(h * w)))
  fc.assert(
    fc.property(lists, ([{ t, c }, list]) => {
      const ours = run((b) => realFourier(b, b.input('x', [1, t, c])), { x: list })
      const expected = Array.from({ length: t * c }, (_, i) =>
        list.reduce((sum, value, at) => {
          const turns = (Math.floor(i / c) * Math.floor(at / c)) / t + ((i % c) * (at % c)) / c
          return sum + value * Math.cos(2 * Math.PI * turns)
        }, 0),
      )
      close(ours, expected)
    }),
  )
})

test('the cosine transform keeps the energy, and its inverse brings the map back', () => {
  const maps = sides.chain(({ h, w }) => fc.tuple(fc.constant({ h, w }), numbers(2 * h * w)))
  fc.assert(
    fc.property(maps, ([{ h, w }, map]) => {
      const waves = run((b) => cosineTransform2d(b, b.input('x', [1, h, w, 2]), 'forward'), { x: map })
      const energy = (values: readonly number[]) => values.reduce((sum, value) => sum + value ** 2, 0)
      expect(energy(waves)).toBeCloseTo(energy(map), 4)
      close(
        run((b) => cosineTransform2d(b, b.input('x', [1, h, w, 2]), 'inverse'), { x: waves }),
        map,
      )
    }),
  )
  // DCT-II of 1, 2, 4: (1 + 2 + 4)/√3, (1 − 4)·√(2/3)·cos(π/6), √(2/3)·(1/2 − 2 + 4/2).
  const line = run((b) => cosineTransform2d(b, b.input('x', [1, 1, 3, 1]), 'forward'), { x: [1, 2, 4] })
  close(line, [7 / Math.sqrt(3), -3 * Math.sqrt(2 / 3) * Math.cos(Math.PI / 6), Math.sqrt(2 / 3) * 0.5])
})

test('complex numbers multiply', () => {
  // (1 + 2i)(3 − 4i) = 11 + 2i
  const product = run((b) => complexProduct(b, b.input('x', [2, 1]), b.constant([3, -4], [2, 1])), {
    x: [1, 2],
  })
  close(product, [11, 2])
})

test('a transform reads the whole map and counts no MACs', () => {
  const b = new Builder()
  const y = inverseFourier2d(b, fourier2d(b, b.input('input', [1, 6, 6, 2])), 6)
  const graph = b.finish([y])
  expect(receptiveField(graph, y.id)).toMatchObject({ y: { global: 'fourier' }, x: { global: 'fourier' } })
  expect([...macKinds(graph).values()]).toEqual([])
})

function run(build: (b: Builder) => Value, inputs: { readonly [name: string]: readonly number[] }): number[] {
  const b = new Builder()
  const y = build(b)
  const bindings = new Map(Object.entries(inputs).map(([name, data]) => [name, Float64Array.from(data)]))
  return [...(evaluate(b.finish([y]), { inputs: bindings }).get(y.id) ?? [])]
}

function close(ours: readonly number[], expected: readonly number[]): void {
  expect(ours).toHaveLength(expected.length)
  const worst = Math.max(...ours.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN))))
  expect(worst).toBeLessThan(1e-5)
}
