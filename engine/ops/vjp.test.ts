import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Graph, Shape, Value } from '../graph/graph'
import { Builder } from './builder'
import { type BinaryFunction, binaryFunctions, type UnaryFunction, unaryFunctions } from './elementwise'
import { evaluate, type Floats } from './evaluate'
import { randomValues } from './testing/randomGraph'
import { verifyGraph } from './verify'
import { vjp } from './vjp'

/**
 * Builds one node from inputs of these shapes; for each input, its gradient along a random direction, contracted with a
 * random dy, must equal the central difference of dy · result.
 */
function expectGradients(
  shapes: readonly Shape[],
  build: (b: Builder, ...inputs: Value[]) => Value,
  from: (name: string, shape: Shape) => Floats = values,
) {
  const b = new Builder()
  const inputs = shapes.map((shape, i) => b.input(`x${i}`, shape))
  const node = build(b, ...inputs)
  const made = node.inputs.map((id) => b.finish([]).nodes[id])
  const dy = b.input('dy', node.shape)
  const gradients = vjp(b, node, made, dy)
  const graph = b.finish([node])
  verifyGraph(graph)
  const bindings = new Map(
    [...inputs, dy].map((input, i): [string, Floats] =>
      input === dy ? ['dy', values('dy', dy.shape)] : [`x${i}`, from(`x${i}`, input.shape)],
    ),
  )
  node.inputs.forEach((id, at) => {
    const input = graph.nodes[id]
    const gradient = gradients[at]
    const name = `x${inputs.findIndex((other) => other.id === id)}`
    if (input.op !== 'input') return
    expect(gradient?.shape ?? input.shape).toEqual(input.shape)
    const direction = values(`direction ${name}`, input.shape)
    const analytic = gradient ? dot(valueIn(graph, gradient.id, bindings), direction) : 0
    const along = (h: number) => {
      const x = bindings.get(name) ?? new Float64Array()
      const moved = Float64Array.from(x, (value, i) => value + h * direction[i])
      return dot(
        valueIn(graph, node.id, new Map([...bindings, [name, moved]])),
        bindings.get('dy') ?? new Float64Array(),
      )
    }
    const numeric = (along(1e-5) - along(-1e-5)) / 2e-5
    expect(Math.abs(analytic - numeric)).toBeLessThan(1e-7 * (1 + Math.abs(numeric)))
  })
}

const values = (name: string, shape: Shape): Floats => Float64Array.from(randomValues(name, shape))
/** Between 0.5 and 1.5: for logarithms, roots, poles. */
const positive = (name: string, shape: Shape): Floats =>
  Float64Array.from(randomValues(name, shape, { a: 1, b: 0.5 }))

function valueIn(graph: Graph, id: number, inputs: ReadonlyMap<string, Floats>): Floats {
  return evaluate(graph, { inputs }, [id]).get(id) ?? new Float64Array()
}

function dot(a: Floats, b: Floats): number {
  return Float64Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0)
}

describe('unary', () => {
  test.each(Object.keys(unaryFunctions) as UnaryFunction[])('%s', (fn) => {
    expectGradients([[3, 4]], (b, x) => b.unary(fn, x), positive)
  })
})

describe('binary', () => {
  const smooth = (Object.keys(binaryFunctions) as BinaryFunction[]).filter(
    (fn) => fn !== 'less' && fn !== 'equal',
  )
  test.each(smooth)('%s', (fn) => {
    expectGradients(
      [
        [3, 4],
        [3, 4],
      ],
      (b, x, y) => b.binary(fn, x, y),
      positive,
    )
  })
})

test('a choice passes the gradient to what was chosen', () => {
  expectGradients(
    [
      [3, 4],
      [3, 4],
      [3, 4],
    ],
    (b, condition, x, y) => b.select(condition, x, y),
  )
  const b = new Builder()
  const [condition, x, y] = ['c', 'x', 'y'].map((name) => b.input(name, [2]))
  const node = b.select(condition, x, y)
  const dy = b.input('dy', [2])
  const [, byX, byY] = vjp(b, node, [condition, x, y], dy)
  const graph = b.finish([])
  const inputs = new Map<string, Floats>([
    ['c', Float64Array.of(1, 0)],
    ['dy', Float64Array.of(3, 4)],
  ])
  expect([...valueIn(graph, byX?.id ?? -1, inputs)]).toEqual([3, 0])
  expect([...valueIn(graph, byY?.id ?? -1, inputs)]).toEqual([0, 4])
})

test.each(['sum', 'max', 'min'] as const)('reduce %s', (fn) => {
  expectGradients([[2, 3, 4]], (b, x) => b.reduce(fn, x, [0, 2]))
})

test('equal maxima share the gradient of a reduction', () => {
  const b = new Builder()
  const x = b.input('x', [3])
  const node = b.reduce('max', x, [0])
  const dy = b.input('dy', [1])
  const [dx] = vjp(b, node, [x], dy)
  const inputs = new Map<string, Floats>([
    ['x', Float64Array.of(2, 1, 2)],
    ['dy', Float64Array.of(6)],
  ])
  expect([...valueIn(b.finish([]), dx?.id ?? -1, inputs)]).toEqual([3, 0, 3])
})

describe('dot', () => {
  test('matrix product, in every order of axes', () => {
    for (const [x, y] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const) {
      expectGradients([x === 0 ? [3, 4] : [4, 3], y === 0 ? [3, 5] : [5, 3]], (b, a, c) =>
        b.dot(a, c, { contract: [[x], [y]] }),
      )
    }
  })
  test('batched attention products', () => {
    expectGradients(
      [
        [2, 3, 2, 4],
        [2, 5, 2, 4],
      ],
      (b, q, k) =>
        b.dot(q, k, {
          batch: [
            [0, 2],
            [0, 2],
          ],
          contract: [[3], [3]],
        }),
    )
    expectGradients(
      [
        [2, 2, 3, 5],
        [2, 5, 2, 4],
      ],
      (b, p, v) =>
        b.dot(p, v, {
          batch: [
            [0, 1],
            [0, 2],
          ],
          contract: [[3], [1]],
        }),
    )
  })
  test('batch axes in another order, several contracted axes in another order', () => {
    expectGradients(
      [
        [2, 3, 4, 5, 2],
        [5, 3, 2, 6, 4],
      ],
      (b, x, y) =>
        b.dot(x, y, {
          batch: [
            [1, 0],
            [1, 2],
          ],
          contract: [
            [2, 3],
            [4, 0],
          ],
        }),
    )
  })
})

test('convolutions of every kind', () => {
  const pair = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }))
  const settings = fc.record({
    size: pair(4, 6),
    kernel: pair(1, 3),
    stride: pair(1, 3),
    dilation: pair(1, 2),
    inputDilation: pair(1, 2),
    vertical: pair(-1, 2),
    horizontal: pair(-1, 2),
    groups: fc.constantFrom(1, 2, 4),
  })
  fc.assert(
    fc.property(settings, ({ size, kernel, vertical, horizontal, groups, ...attrs }) => {
      const reaches = [0, 1].map((axis) => (kernel[axis] - 1) * attrs.dilation[axis] + 1)
      const rooms = [0, 1].map(
        (axis) =>
          (size[axis] - 1) * attrs.inputDilation[axis] +
          1 +
          [vertical, horizontal][axis][0] +
          [vertical, horizontal][axis][1],
      )
      fc.pre(reaches[0] <= rooms[0] && reaches[1] <= rooms[1])
      expectGradients(
        [
          [2, ...size, 4],
          [4, ...kernel, 4 / groups],
        ],
        (b, x, w) => b.conv(x, w, { ...attrs, padding: [vertical, horizontal], groups }),
      )
    }),
    { numRuns: 150 },
  )
})

test('strided convolutions', () => {
  const pair = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }))
  const settings = fc.record({
    size: pair(1, 9),
    kernel: pair(1, 5),
    stride: pair(1, 4),
    vertical: pair(-1, 5),
    horizontal: pair(-1, 5),
    groups: fc.constantFrom(1, 2),
  })
  fc.assert(
    fc.property(settings, ({ size, kernel, stride, vertical, horizontal, groups }) => {
      const padding = [vertical, horizontal] as const
      fc.pre(padding.every(([low, high], axis) => kernel[axis] <= size[axis] + low + high))
      expectGradients(
        [
          [2, ...size, 4],
          [2, ...kernel, 4 / groups],
        ],
        (b, x, w) => b.conv(x, w, { stride, padding, groups }),
      )
    }),
    { numRuns: 200 },
  )
})

test('windows and overlapAdd are adjoint', () => {
  const attrs = { kernel: [3, 2], stride: [2, 1], dilation: [1, 2] } as const
  expectGradients([[2, 8, 5, 3]], (b, x) => b.windows(x, attrs))
  expectGradients([[2, 3, 3, 3, 2, 3]], (b, x) => b.overlapAdd(x, { ...attrs, height: 8, width: 5 }))
})

test('movement', () => {
  expectGradients([[2, 3, 4]], (b, x) => b.reshape(x, [6, 4]))
  expectGradients([[2, 3, 4]], (b, x) => b.transpose(x, [2, 0, 1]))
  expectGradients([[2, 1, 4]], (b, x) => b.broadcast(x, [2, 3, 4]))
  expectGradients([[7, 5]], (b, x) => b.slice(x, { start: [1, 0], size: [3, 2], step: [2, 3] }))
  expectGradients([[2, 3]], (b, x) => b.pad(x, { low: [1, 0], high: [0, 2], value: 5 }))
  expectGradients(
    [
      [2, 3],
      [2, 1],
      [2, 2],
    ],
    (b, x, y, z) => b.concat([x, y, z], 1),
  )
  expectGradients([[2, 3, 4]], (b, x) => b.reverse(x, [0, 2]))
  expectGradients([[2, 3]], (b, x) => b.tap('here', x))
})

test('nothing flows back through a stopped gradient', () => {
  const b = new Builder()
  const x = b.input('x', [3])
  expect(vjp(b, b.stopGradient(x), [x], b.input('dy', [3]))).toEqual([null])
})

describe('parts by number', () => {
  const numbers = (b: Builder, shape: Shape, below: number) =>
    b.constant(
      Array.from({ length: shape.reduce((n, size) => n * size, 1) }, (_, i) => (i * 5 + 1) % below),
      shape,
    )

  test.each([
    { axis: 0, batch: 0, index: [2, 3] },
    { axis: 2, batch: 0, index: [5] },
    { axis: 1, batch: 1, index: [2, 4] },
    { axis: 2, batch: 1, index: [2, 2] },
    { axis: 2, batch: 2, index: [2, 3, 2] },
  ])('gather and scatterAdd along axis $axis with $batch batch axes', ({ axis, batch, index }) => {
    const x = [2, 3, 4]
    expectGradients([x], (b, value) => b.gather(value, numbers(b, index, x[axis]), { axis, batch }))
    const taken = [...x.slice(0, axis), ...index.slice(batch), ...x.slice(axis + 1)]
    expectGradients([taken], (b, dy) =>
      b.scatterAdd(dy, numbers(b, index, x[axis]), { axis, batch, size: x[axis] }),
    )
  })

  test('no gradient passes through what topK chooses', () => {
    const b = new Builder()
    const x = b.input('x', [2, 4])
    const node = b.topK(x, 2)
    expect(vjp(b, node, [x], b.input('dy', [2, 2]))).toEqual([null])
  })
})

test.each([
  { axis: 0, reverse: false },
  { axis: 1, reverse: true },
  { axis: 2, reverse: false },
])('scan along axis $axis, reverse: $reverse', ({ axis, reverse }) => {
  const shape = [2, 3, 4]
  expectGradients([shape, shape], (b, a, x) => b.scan(a, x, { axis, reverse }))
  expectGradients(
    [
      [2, 1],
      [2, 1],
    ],
    (b, a, x) => b.scan(a, x, { axis: 1, reverse }),
  )
})
