import { describe, expect, test } from 'vitest'
import { type Graph, printShape, type Shape, type Value } from '../graph/graph'
import { evaluate, type Floats } from '../ops/evaluate'
import { randomBindings } from '../ops/testing/randomGraph'
import { verifyGraph } from '../ops/verify'
import { attention } from './attention'
import { batchNorm } from './batchNorm'
import { conv2d } from './conv2d'
import { groupNorm } from './groupNorm'
import { layerNorm } from './layerNorm'
import { linear } from './linear'
import { ModuleBuilder } from './moduleBuilder'
import { averagePool, maxPool } from './pool'
import { rmsNorm } from './rmsNorm'
import { softmax } from './softmax'
import { starRelu } from './squaredRelu'

interface Made {
  readonly graph: Graph
  readonly y: Value
  /** The result for these inputs and weights, by name. */
  run(data: Readonly<Record<string, readonly number[]>>): number[]
}

function make(
  shapes: Readonly<Record<string, Shape>>,
  build: (b: ModuleBuilder, ...inputs: Value[]) => Value,
): Made {
  const b = new ModuleBuilder()
  const y = build(b, ...Object.entries(shapes).map(([name, shape]) => b.input(name, shape)))
  const graph = b.finish([y])
  verifyGraph(graph)
  const run: Made['run'] = (data) => {
    const values = new Map(
      Object.entries(data).map(([name, list]): [string, Floats] => [name, Float64Array.from(list)]),
    )
    const params = (node: { readonly attrs: { readonly name: string } }) =>
      values.get(node.attrs.name) ?? new Float64Array()
    return [...(evaluate(graph, { inputs: values, params }).get(y.id) ?? [])]
  }
  return { graph, y, run }
}

const close = (numbers: readonly number[]) => numbers.map((number): unknown => expect.closeTo(number, 6))

test('linear: weight [out, in] as in PyTorch', () => {
  const { run } = make({ x: [2, 3] }, (b, x) => linear(b, x, { name: '', out: 2, bias: true }))
  expect(run({ x: [1, 2, 3, 4, 5, 6], weight: [1, 0, -1, 2, 2, 2], bias: [10, 20] })).toEqual([8, 32, 8, 50])
})

test('conv2d: weight [out, in, kh, kw] as in PyTorch', () => {
  const { run, y } = make({ x: [1, 2, 2, 2] }, (b, x) =>
    conv2d(b, x, { name: '', out: 1, kernel: [1, 2], bias: true }),
  )
  // Map rows (1|2, 3|4), (5|6, 7|8); channel 0 is weighed 1, 10 and channel 1 is weighed 100, 1000.
  expect(run({ x: [1, 2, 3, 4, 5, 6, 7, 8], weight: [1, 10, 100, 1000], bias: [0.5] })).toEqual([
    4231.5, 8675.5,
  ])
  expect(y.shape).toEqual([1, 2, 1, 1])
})

test('padding "same" keeps the size; an even kernel gets its odd column at the right', () => {
  const { run, y } = make({ x: [1, 1, 3, 1] }, (b, x) =>
    conv2d(b, x, { name: '', out: 1, kernel: [1, 2], padding: 'same', bias: false }),
  )
  expect(y.shape).toEqual([1, 1, 3, 1])
  expect(run({ x: [1, 2, 3], weight: [1, 10] })).toEqual([21, 32, 3])
})

describe('norms', () => {
  test('layer norm: biased variance, scale, shift', () => {
    const { run } = make({ x: [1, 4] }, (b, x) => layerNorm(b, x, { eps: 0 }))
    const unit = Math.sqrt(1.25)
    expect(run({ x: [1, 2, 3, 4], weight: [1, 2, 1, 1], bias: [0, 0, 0, 5] })).toEqual(
      close([-1.5 / unit, -1 / unit, 0.5 / unit, 1.5 / unit + 5]),
    )
  })

  test('layer norm over everything is a group norm of one group, without a bias if so asked', () => {
    const { run, graph } = make({ x: [1, 1, 2, 2] }, (b, x) =>
      layerNorm(b, x, { axes: 'all', eps: 0, bias: false }),
    )
    const unit = Math.sqrt(1.25)
    expect(run({ x: [1, 2, 3, 4], weight: [1, 2] })).toEqual(
      close([-1.5 / unit, -1 / unit, 0.5 / unit, 3 / unit]),
    )
    expect(graph.calls[0]).toMatchObject({ name: 'groupNorm', attrs: { groups: 1, eps: 0 } })
    expect(graph.calls[0].inputs).toHaveLength(2)
  })

  test('group norm: each group by itself, over all positions', () => {
    const { run } = make({ x: [1, 2, 1, 2] }, (b, x) => groupNorm(b, x, { groups: 2, eps: 0, weight: false }))
    expect(run({ x: [1, 10, 3, 30] })).toEqual(close([-1, -1, 1, 1]))
    expect(() => make({ x: [1, 2, 2, 6] }, (b, x) => groupNorm(b, x, { groups: 4, eps: 0 }))).toThrow(
      'group norm: 6 channels do not split into 4 groups; choose a divisor of 6',
    )
  })

  test('batch norm: running statistics, which are buffers', () => {
    const { run, graph } = make({ x: [1, 2] }, (b, x) => batchNorm(b, x, { eps: 1 }))
    expect(
      run({ x: [5, 7], weight: [2, 1], bias: [1, 0], running_mean: [1, 7], running_var: [3, 8] }),
    ).toEqual(close([5, 0]))
    expect(graph.nodes.flatMap((node) => (node.op === 'param' ? [node.attrs.role] : []))).toEqual([
      'trainable',
      'trainable',
      'buffer',
      'buffer',
    ])
  })

  test('rms norm', () => {
    const { run } = make({ x: [1, 2] }, (b, x) => rmsNorm(b, x, { eps: 0.5 }))
    expect(run({ x: [1, 2], weight: [1, 3] })).toEqual(close([1 / Math.sqrt(3), 6 / Math.sqrt(3)]))
  })
})

test('softmax of large numbers', () => {
  const { run } = make({ x: [2, 2] }, (b, x) => softmax(b, x))
  expect(run({ x: [1000, 1000, 0, Math.log(3)] })).toEqual(close([0.5, 0.5, 0.25, 0.75]))
})

test('attention: each head mixes its own values', () => {
  const shapes = { q: [1, 1, 2, 1], k: [1, 2, 2, 1], v: [1, 2, 2, 2] }
  const { run, graph, y } = make(shapes, (b, q, k, v) => attention(b, q, k, v, 2))
  expect(y.shape).toEqual([1, 1, 2, 2])
  // Head 0 scores 2·1·(0, ln 3 / 2): 1/4 and 3/4. Head 1 has query 0: 1/2 and 1/2.
  const k = [0, 5, Math.log(3) / 2, 9]
  expect(run({ q: [1, 0], k, v: [0, 4, 10, 20, 4, 8, 30, 40] })).toEqual(close([3, 7, 20, 30]))
  expect(graph.calls.map((call) => call.name)).toEqual(['softmax', 'attention'])
  const tap = graph.nodes.find((node) => node.op === 'tap')
  expect(tap && printShape(tap.shape)).toBe('1×2×1×2')
})

describe('pools', () => {
  test('padding does not count in PoolFormer’s average', () => {
    const options = { kernel: 3, stride: 1, padding: 1 }
    const count = (countIncludePad: boolean) =>
      make({ x: [1, 2, 2, 1] }, (b, x) => averagePool(b, x, { ...options, countIncludePad })).run({
        x: [1, 2, 3, 6],
      })
    expect(count(false)).toEqual(close([3, 3, 3, 3]))
    expect(count(true)).toEqual(close([12 / 9, 12 / 9, 12 / 9, 12 / 9]))
  })

  test('padding never wins a maximum', () => {
    const { run } = make({ x: [1, 3, 3, 1] }, (b, x) => maxPool(b, x, { kernel: 3, stride: 2, padding: 1 }))
    expect(run({ x: [-9, -8, -7, -6, -5, -4, -3, -2, -1] })).toEqual([-5, -4, -2, -1])
  })

  test('errors are about the pool', () => {
    expect(() =>
      make({ x: [1, 9, 4] }, (b, x) => maxPool(b, x, { kernel: 3, stride: 2, padding: 1 })),
    ).toThrow('max pool: a map [n, h, w, c] is needed and 1×9×4 has 3 axes')
    expect(() =>
      make({ x: [1, 9, 9, 4] }, (b, x) => maxPool(b, x, { kernel: 2, stride: 2, padding: 2 })),
    ).toThrow('max pool: padding 2 is more than half of the kernel 2; choose at most 1')
  })
})

test('StarReLU keeps mean 0 and variance 1 of a normal input', () => {
  const { run } = make({ x: [20001] }, (b, x) => starRelu(b, x))
  // The moments as sums over the density, in steps of 1/1000.
  const points = Array.from({ length: 20001 }, (_, i) => (i - 10000) / 1000)
  const density = points.map((x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI) / 1000)
  const y = run({ x: points, scale: [0.8944], bias: [-0.4472] })
  const mean = y.reduce((sum, value, i) => sum + value * density[i], 0)
  const variance = y.reduce((sum, value, i) => sum + (value - mean) ** 2 * density[i], 0)
  expect(mean).toBeCloseTo(0, 4)
  expect(variance).toBeCloseTo(1, 3)
})

test('calls can be ignored: every value is made by primitives in the body', () => {
  const { graph } = make({ x: [1, 4, 4, 4] }, (b, x) =>
    groupNorm(b, conv2d(b, x, { name: 'c', out: 4, kernel: 3, bias: true }), {
      name: 'n',
      groups: 2,
      eps: 1e-5,
    }),
  )
  const plain = { ...graph, calls: [] }
  expect(evaluate(plain, randomBindings(plain))).toEqual(evaluate(graph, randomBindings(graph)))
})

test('a bias of attention is added to its scores, for windows of one picture after another', () => {
  const { run } = make(
    { q: [4, 1, 1, 1], k: [4, 2, 1, 1], v: [4, 2, 1, 1], bias: [1, 2, 1, 1, 2] },
    (b, q, k, v, bias) => attention(b, q, k, v, 1, bias),
  )
  const data = { q: [0, 0, 0, 0], k: [0, 0, 0, 0, 0, 0, 0, 0], v: [1, 2, 1, 2, 1, 2, 1, 2] }
  // Equal scores take the mean; -100 leaves the other key alone. Windows 0 and 2 are the first of each picture.
  const results = run({ ...data, bias: [0, 0, -100, 0] })
  for (const [i, expected] of [1.5, 2, 1.5, 2].entries()) expect(results[i]).toBeCloseTo(expected, 6)
})
