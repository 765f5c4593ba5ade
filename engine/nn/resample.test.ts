import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Shape, Value } from '../graph/graph'
import { Builder } from '../ops/builder'
import { nodeCost } from '../ops/cost'
import { evaluate } from '../ops/evaluate'
import { meansOver, type ResizeMode, resampled, resize } from './resample'

function valuesOf(build: (b: Builder) => Value): { shape: Shape; values: number[]; macs: number } {
  const b = new Builder()
  const y = build(b)
  const graph = b.finish([y])
  const macs = graph.nodes.reduce((sum, node) => sum + nodeCost(graph, node).macs, 0)
  return { shape: y.shape, values: [...(evaluate(graph, {}).get(y.id) ?? [])], macs }
}

const rules = fc.record({
  mode: fc.constantFrom<ResizeMode>('nearest', 'bilinear', 'bicubic'),
  alignCorners: fc.boolean(),
  antialias: fc.boolean(),
  height: fc.integer({ min: 1, max: 12 }),
  width: fc.integer({ min: 1, max: 12 }),
})

test('a map of one value keeps it at every size, and no multiply-adds are counted', () => {
  const sides = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  fc.assert(
    fc.property(rules, sides, (options, [h, w]) => {
      const { shape, values, macs } = valuesOf((b) =>
        resize(b, b.constant(new Float32Array(2 * h * w).fill(3), [1, h, w, 2]), options),
      )
      expect(shape).toEqual([1, options.height, options.width, 2])
      expect(Math.max(...values.map((value) => Math.abs(value - 3)))).toBeLessThan(1e-5)
      expect(macs).toBe(0)
    }),
  )
})

test('a slope stays a slope between aligned corners', () => {
  const { values } = valuesOf((b) =>
    resize(b, b.constant([0, 3, 6], [1, 1, 3, 1]), {
      height: 1,
      width: 7,
      mode: 'bilinear',
      alignCorners: true,
    }),
  )
  expect(values.map(Math.fround)).toEqual([0, 1, 2, 3, 4, 5, 6])
})

test('means over parts of unequal length', () => {
  const { values } = valuesOf((b) =>
    resampled(
      b,
      b.constant([1, 2, 3, 4, 5], [1, 5]),
      1,
      meansOver([
        [0, 2],
        [2, 5],
      ]),
    ),
  )
  expect(values[0]).toBeCloseTo(1.5, 6)
  expect(values[1]).toBeCloseTo(4, 6)
})
