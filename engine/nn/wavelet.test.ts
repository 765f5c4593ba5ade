import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Builder } from '../ops/builder'
import { evaluate } from '../ops/evaluate'
import { fromWavelets, wavelets } from './wavelet'

const sides = fc.record({ h: fc.integer({ min: 1, max: 5 }), w: fc.integer({ min: 1, max: 5 }) })
const maps = sides.chain(({ h, w }) =>
  fc.tuple(
    fc.constant([2, 2 * h, 2 * w, 3]),
    fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 24 * h * w, maxLength: 24 * h * w }),
  ),
)

test('a map comes back from its wavelets, small ones through several mirrors', () => {
  fc.assert(
    fc.property(maps, ([shape, map]) => {
      const b = new Builder()
      const back = fromWavelets(b, wavelets(b, b.input('x', shape)))
      const graph = b.finish([back])
      const inputs = new Map([['x', Float64Array.from(map)]])
      const values = evaluate(graph, { inputs }).get(back.id) ?? []
      const worst = Math.max(...map.map((value, i) => Math.abs(value - (values[i] ?? Number.NaN))))
      // The printed filters have nine digits.
      expect(worst).toBeLessThan(1e-6)
    }),
  )
})

test('a flat map has no edges', () => {
  const b = new Builder()
  const { low, bands } = wavelets(b, b.input('x', [1, 4, 6, 1]))
  const values = evaluate(b.finish([low, bands]), { inputs: new Map([['x', new Float64Array(24).fill(3)]]) })
  for (const value of values.get(low.id) ?? []) expect(value).toBeCloseTo(3, 5)
  for (const value of values.get(bands.id) ?? []) expect(value).toBeCloseTo(0, 5)
})
