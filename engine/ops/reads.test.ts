import fc from 'fast-check'
import { expect, test } from 'vitest'
import { elements, type Graph, type Shape, type Value } from '../graph/graph'
import { averagePool, maxPool } from '../nn/pool'
import { Builder } from './builder'
import { evaluate, type Floats } from './evaluate'
import { reads } from './reads'
import { hull, type Indices, type Interval, indicesOf, pointRegion, type Region, union } from './region'
import { contiguous } from './strided'
import { randomBindings, randomGraph } from './testing/randomGraph'

/** For every input node, the region that one element of `output` depends on, through the whole graph. */
function support(graph: Graph, output: number, index: readonly number[]): ReadonlyMap<number, Region> {
  const regions = new Map<number, Region>([[output, pointRegion(graph.nodes[output].shape, index)]])
  for (let id = output; id >= 0; id--) {
    const region = regions.get(id)
    const node = graph.nodes[id]
    if (!region) continue
    reads(graph, node, region).forEach((read, i) => {
      const known = regions.get(node.inputs[i])
      if (read) regions.set(node.inputs[i], known ? union(known, read) : read)
    })
  }
  return new Map([...regions].filter(([id]) => graph.nodes[id].op === 'input'))
}

/** The index of a flat position. */
const indexAt = (shape: Shape, flat: number): number[] =>
  contiguous(shape).map((stride, axis) => Math.floor(flat / stride) % shape[axis])

const isInside = (region: Region | undefined, index: readonly number[]): boolean =>
  region?.every((axis, i) => indicesOf(axis).includes(index[i])) ?? false

const hulls = (region: Region | undefined): readonly Interval[] => region?.map(hull) ?? []

test('what lies outside of the reads cannot move the output', () => {
  fc.assert(
    fc.property(randomGraph(), fc.nat(), fc.nat(), (graph, at, which) => {
      const output = graph.nodes[graph.outputs[0]]
      const flat = at % elements(output.shape)
      const regions = support(graph, output.id, indexAt(output.shape, flat))
      const inputs = graph.nodes.filter((node) => node.op === 'input')
      const input = inputs[which % inputs.length]
      const { inputs: bound, params } = randomBindings(graph)
      const before = evaluate(graph, { inputs: bound, params }).get(output.id)?.[flat]
      const values = bound.get(input.attrs.name) ?? new Float64Array()
      const moved = values.map((value, i) =>
        isInside(regions.get(input.id), indexAt(input.shape, i)) ? value : value + 3,
      )
      const after = evaluate(graph, { params, inputs: new Map([...bound, [input.attrs.name, moved]]) }).get(
        output.id,
      )?.[flat]
      expect(after).toBe(before)
    }),
    { numRuns: 300 },
  )
})

test('in networks of convolutions and pools the reads are exact, holes of dilation included', () => {
  const layer = fc.record({
    kind: fc.constantFrom('conv', 'average', 'max', 'tokens'),
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 2 }),
    pad: fc.integer({ min: 0, max: 1 }),
    dilation: fc.integer({ min: 1, max: 2 }),
  })
  fc.assert(
    fc.property(
      fc.array(layer, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 6, max: 12 }),
      fc.nat(),
      (layers, size, at) => {
        const b = new Builder()
        const x = b.input('x', [1, size, size + 1, 1])
        const y = layers.reduce((map: Value, { kind, kernel, stride, pad, dilation }) => {
          const padding = Math.min(pad, Math.floor(kernel / 2))
          const reach = kind === 'conv' ? (kernel - 1) * dilation + 1 : kernel
          const [n, h, w, c] = map.shape
          if (Math.min(h, w) + 2 * padding < reach) return map
          if (kind === 'tokens') return b.reshape(b.mul(b.reshape(map, [n, h * w, c]), 2), map.shape)
          if (kind === 'average')
            return averagePool(b, map, { kernel, stride, padding, countIncludePad: false })
          if (kind === 'max') return maxPool(b, map, { kernel, stride, padding })
          const weight = b.constant(
            Float32Array.from({ length: kernel ** 2 }, (_, i) => 1 + i / 8),
            [1, kernel, kernel, 1],
          )
          const sides = [padding, padding] as const
          return b.conv(map, weight, {
            stride: [stride, stride],
            padding: [sides, sides],
            dilation: [dilation, dilation],
          })
        }, x)
        const graph = b.finish([y])
        const flat = at % elements(y.shape)
        const region = support(graph, y.id, indexAt(y.shape, flat)).get(x.id)
        const inside = Array.from({ length: elements(x.shape) }, (_, i) => i).filter((i) =>
          isInside(region, indexAt(x.shape, i)),
        )
        expect(inside).toEqual(movingElements(graph, y, x, flat))
      },
    ),
    { numRuns: 150 },
  )
})

/**
 * The input elements that move the output; none when it sees padding only. All layers increase with every element that
 * they read, so a step up that outgrows all other values always shows: one base point is enough.
 */
function movingElements(graph: Graph, y: Value, x: Value, flat: number): Indices {
  const values = Float64Array.from({ length: elements(x.shape) }, (_, i) => Math.sin(i * 12.9898))
  const result = (inputs: Floats) => evaluate(graph, { inputs: new Map([['x', inputs]]) }).get(y.id)?.[flat]
  const still = result(values)
  return [...values.keys()].filter((i) => result(values.with(i, 1e12)) !== still)
}

test('a 3×3 pool twice sees 5×5', () => {
  const b = new Builder()
  const x = b.input('x', [1, 9, 9, 2])
  const pool = (map: Value) =>
    averagePool(b, map, { kernel: 3, stride: 1, padding: 1, countIncludePad: false })
  const y = pool(pool(x))
  const graph = b.finish([y])
  expect(hulls(support(graph, y.id, [0, 4, 4, 1]).get(x.id))).toEqual([
    [0, 1],
    [2, 7],
    [2, 7],
    [1, 2],
  ])
  expect(hulls(support(graph, y.id, [0, 0, 8, 0]).get(x.id))).toEqual([
    [0, 1],
    [0, 3],
    [6, 9],
    [0, 1],
  ])
})

test('a hole of one layer is not filled in the next', () => {
  // Position 0 of the second layer reads 0 and 2 of the first; 0 reads 1 (and padding), 2 reads 1 and 3. Nothing reads 0.
  const b = new Builder()
  const x = b.input('x', [1, 1, 6, 1])
  const weight = b.constant([1, 1], [1, 1, 2, 1])
  const none = [0, 0] as const
  const first = b.conv(x, weight, { dilation: [1, 2], padding: [none, [1, 1]] })
  const y = b.conv(first, weight, { dilation: [1, 2] })
  const region = support(b.finish([y]), y.id, [0, 0, 0, 0]).get(x.id)
  expect(region?.map(indicesOf)).toEqual([[0], [0], [1, 3], [0]])
})

test('a rectangle of a map stays one while the map is a row of tokens', () => {
  const b = new Builder()
  const x = b.input('x', [1, 6, 6, 4])
  const pool = (map: Value) =>
    averagePool(b, map, { kernel: 3, stride: 1, padding: 1, countIncludePad: true })
  const tokens = b.reshape(pool(x), [1, 36, 4])
  const y = pool(b.reshape(b.relu(tokens), [1, 6, 6, 4]))
  expect(hulls(support(b.finish([y]), y.id, [0, 2, 3, 0]).get(x.id))).toEqual([
    [0, 1],
    [0, 5],
    [1, 6],
    [0, 1],
  ])
})

test('heads, groups, slices with steps, and contracted axes', () => {
  const b = new Builder()
  const x = b.input('x', [1, 5, 12])
  const heads = b.reshape(x, [1, 5, 3, 4])
  const only = (y: Value, index: readonly number[]) => hulls(support(b.finish([y]), y.id, index).get(x.id))
  expect(only(heads, [0, 2, 1, 3])).toEqual([
    [0, 1],
    [2, 3],
    [7, 8],
  ])
  expect(only(b.sum(heads, [3]), [0, 2, 1, 0])).toEqual([
    [0, 1],
    [2, 3],
    [4, 8],
  ])
  expect(only(b.slice(x, { start: [0, 1, 2], size: [1, 2, 3], step: [1, 3, 4] }), [0, 1, 2])).toEqual([
    [0, 1],
    [4, 5],
    [10, 11],
  ])
  const scores = b.dot(heads, heads, {
    batch: [
      [0, 2],
      [0, 2],
    ],
    contract: [[3], [3]],
  })
  expect(only(scores, [0, 1, 2, 4])).toEqual([
    [0, 1],
    [2, 5],
    [4, 8],
  ])
  const weight = b.constant(new Float32Array(24), [6, 1, 1, 4])
  const grouped = b.conv(b.reshape(x, [1, 1, 5, 12]), weight, { groups: 3 })
  expect(only(grouped, [0, 0, 3, 2])).toEqual([
    [0, 1],
    [3, 4],
    [4, 8],
  ])
})
