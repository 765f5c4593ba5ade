import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Value } from '../graph/graph'
import { elements } from '../graph/graph'
import { Builder } from './builder'
import { evaluate, type Floats } from './evaluate'
import { randomBindings, randomGraph, randomValues } from './testing/randomGraph'
import { verifyGraph } from './verify'

/** The result of a small program on inputs given as plain numbers. */
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

test('movement, worked out by hand', () => {
  const x = { x: [1, 2, 3, 4, 5, 6] }
  const matrix = (b: Builder) => b.input('x', [2, 3])
  expect(run((b) => b.transpose(matrix(b), [1, 0]), x)).toEqual([1, 4, 2, 5, 3, 6])
  expect(run((b) => b.slice(matrix(b), { start: [0, 0], size: [2, 2], step: [1, 2] }), x)).toEqual([
    1, 3, 4, 6,
  ])
  expect(run((b) => b.pad(matrix(b), { low: [0, 1], high: [1, 0], value: 9 }), x)).toEqual([
    9, 1, 2, 3, 9, 4, 5, 6, 9, 9, 9, 9,
  ])
  expect(run((b) => b.reverse(matrix(b), [1]), x)).toEqual([3, 2, 1, 6, 5, 4])
  expect(run((b) => b.concat([matrix(b), b.constant([7, 8], [2, 1])], 1), x)).toEqual([
    1, 2, 3, 7, 4, 5, 6, 8,
  ])
  expect(run((b) => b.broadcast(b.constant([1, 2], [2, 1]), [2, 3]))).toEqual([1, 1, 1, 2, 2, 2])
  expect(run((b) => b.iota([2, 3], 1))).toEqual([0, 1, 2, 0, 1, 2])
})

test('folds and choices, worked out by hand', () => {
  const x = { x: [1, -2, 3, 4, 5, -6] }
  const matrix = (b: Builder) => b.input('x', [2, 3])
  expect(run((b) => b.sum(matrix(b), [1]), x)).toEqual([2, 3])
  expect(run((b) => b.reduce('max', matrix(b), [0]), x)).toEqual([4, 5, 3])
  expect(run((b) => b.reduce('min', matrix(b), [0, 1]), x)).toEqual([-6])
  expect(run((b) => b.select(b.binary('less', matrix(b), 0), b.neg(matrix(b)), 0), x)).toEqual([
    0, 2, 0, 0, 0, 6,
  ])
})

test('contractions: a matrix product per batch', () => {
  const inputs = { x: [1, 2, 3, 4], y: [5, 6, 7, 8] }
  const attrs = { contract: [[1], [0]] } as const
  expect(run((b) => b.dot(b.input('x', [2, 2]), b.input('y', [2, 2]), attrs), inputs)).toEqual([
    19, 22, 43, 50,
  ])
  const batched = { batch: [[0], [0]], contract: [[1], [1]] } as const
  expect(run((b) => b.dot(b.input('x', [2, 2]), b.input('y', [2, 2]), batched), inputs)).toEqual([17, 53])
})

test('windows and their adjoint count how often each element is covered', () => {
  const attrs = { kernel: [1, 3], stride: [1, 1], dilation: [1, 1] } as const
  const inputs = { x: [1, 2, 3, 4] }
  expect(run((b) => b.windows(b.input('x', [1, 1, 4, 1]), attrs), inputs)).toEqual([1, 2, 3, 2, 3, 4])
  const ones = { ones: [1, 1, 1, 1, 1, 1] }
  const adjoint = (b: Builder) =>
    b.overlapAdd(b.input('ones', [1, 1, 2, 1, 3, 1]), { ...attrs, height: 1, width: 4 })
  expect(run(adjoint, ones)).toEqual([1, 2, 2, 1])
})

test('a convolution equals windows and a dot', () => {
  const sizes = fc.record({
    h: fc.integer({ min: 5, max: 9 }),
    kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 })),
    dilation: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
    pad: fc.integer({ min: 0, max: 2 }),
    groups: fc.constantFrom(1, 2, 4),
  })
  fc.assert(
    fc.property(sizes, ({ h, kernel, stride, dilation, pad, groups }) => {
      const b = new Builder()
      const x = b.input('x', [2, h, 6, 4])
      const w = b.input('w', [8, ...kernel, 4 / groups])
      const padding = [
        [pad, 1],
        [0, pad],
      ] as const
      const conv = b.conv(x, w, { stride, dilation, padding, groups })
      const padded = b.pad(x, { low: [0, pad, 0, 0], high: [0, 1, pad, 0] })
      const windows = b.windows(padded, { kernel, stride, dilation })
      const [n, height, width] = windows.shape
      const parts = Array.from({ length: groups }, (_, group) => {
        const from = group * (4 / groups)
        const part = b.slice(windows, {
          start: [0, 0, 0, 0, 0, from],
          size: [n, height, width, ...kernel, 4 / groups],
        })
        const weights = b.slice(w, {
          start: [group * (8 / groups), 0, 0, 0],
          size: [8 / groups, ...kernel, 4 / groups],
        })
        return b.dot(part, weights, {
          contract: [
            [3, 4, 5],
            [1, 2, 3],
          ],
        })
      })
      const direct = b.concat(parts, 3)
      const values = evaluate(b.finish([conv, direct]), randomBindings(b.finish([])))
      expectClose(values.get(conv.id), values.get(direct.id), 1e-12)
    }),
    { numRuns: 60 },
  )
})

test('zeros between input elements are those of a padded reshape', () => {
  const b = new Builder()
  const x = b.input('x', [1, 3, 4, 2])
  const w = b.input('w', [3, 2, 2, 2])
  const spread = b.reshape(
    b.pad(b.reshape(x, [1, 3, 1, 4, 1, 2]), { low: [0, 0, 0, 0, 0, 0], high: [0, 0, 1, 0, 2, 0] }),
    [1, 6, 12, 2],
  )
  const cropped = b.slice(spread, { start: [0, 0, 0, 0], size: [1, 5, 10, 2] })
  const conv = b.conv(x, w, { inputDilation: [2, 3] })
  const direct = b.conv(cropped, w)
  const values = evaluate(b.finish([conv, direct]), randomBindings(b.finish([])))
  expect(values.get(conv.id)).toEqual(values.get(direct.id))
})

test('random programs obey the grammar and evaluate to their shapes', () => {
  fc.assert(
    fc.property(randomGraph(), (graph) => {
      verifyGraph(graph)
      const all = graph.nodes.map((node) => node.id)
      const values = evaluate(graph, randomBindings(graph), all)
      for (const node of graph.nodes) {
        const value = values.get(node.id)
        expect(value?.length).toBe(elements(node.shape))
        expect(
          value?.every((number) => Math.abs(number) < 1e4 || node.op === 'pad' || node.op === 'windows'),
        ).toBe(true)
      }
    }),
    { numRuns: 300 },
  )
})

test('only what is wanted stays', () => {
  const b = new Builder()
  const x = b.input('x', [2])
  const y = b.neg(b.exp(x))
  const values = evaluate(b.finish([y]), { inputs: new Map([['x', Float64Array.from([0, 1])]]) })
  expect([...values.keys()]).toEqual([y.id])
})

test('single storage rounds what double storage keeps', () => {
  const b = new Builder()
  const x = b.input('x', [1])
  const graph = b.finish([b.mul(x, 1 / 3)])
  const inputs = new Map([['x', Float64Array.from([1])]])
  expect(
    evaluate(graph, { inputs }, graph.outputs, { storage: 'single' }).get(graph.outputs[0]),
  ).toBeInstanceOf(Float32Array)
  expect(evaluate(graph, { inputs }).get(graph.outputs[0])?.[0]).toBe(Math.fround(1 / 3))
})

test('a missing binding is named', () => {
  const b = new Builder()
  const graph = b.finish([b.neg(b.input('image', [2]))])
  expect(() => evaluate(graph, {})).toThrow('no values were given for the input image')
  expect(() => evaluate(graph, { inputs: new Map([['image', randomValues('image', [3])]]) })).toThrow(
    'is 2 and got 3 values',
  )
})

function expectClose(actual: Floats | undefined, expected: Floats | undefined, tolerance: number): void {
  expect(actual?.length).toBe(expected?.length)
  const worst = Math.max(...(actual ?? []).map((value, i) => Math.abs(value - (expected?.[i] ?? Number.NaN))))
  expect(worst).toBeLessThan(tolerance)
}
