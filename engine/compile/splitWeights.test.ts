import { expect, test } from 'vitest'
import type { Shape, Value } from '../graph/graph'
import { conv2d } from '../nn/conv2d'
import { linear } from '../nn/linear'
import { ModuleBuilder } from '../nn/moduleBuilder'
import { evaluate } from '../ops/evaluate'
import { randomValues } from '../ops/testing/randomGraph'
import { proceduralWeights } from '../weights/procedural'
import { compile } from './compile'
import { printStep } from './print'
import { plainDevice } from './testing/adapter'
import { interpret } from './testing/interpret'

/** An adapter that binds a thousand numbers at most. */
const bytes = 4096
const device = {
  ...plainDevice,
  limits: { ...plainDevice.limits, maxStorageBufferBindingSize: bytes, maxBufferSize: bytes },
}

/** The printed forward, after the plan was found to keep to the limit and to compute what the graph says. */
function steps(shape: Shape, build: (b: ModuleBuilder, x: Value) => Value): string[] {
  const b = new ModuleBuilder()
  const graph = b.finish([build(b, b.input('x', shape))])
  const [output] = graph.outputs
  const inputs = new Map([['x', randomValues('x', shape)]])
  const params = ({
    attrs,
    shape,
  }: {
    readonly attrs: { name: string; a: number; b: number }
    readonly shape: Shape
  }) => proceduralWeights(attrs.name, shape, attrs)
  const expected = Array.from(evaluate(graph, { inputs, params }).get(output) ?? [])
  const plan = compile(graph, { device })
  for (const tensor of plan.tensors) expect(tensor.bytes).toBeLessThanOrEqual(bytes)
  const [result] = interpret(plan, {
    inputs,
    weight: (key, shape, values) => {
      const count = shape.reduce((product, size) => product * size, 1)
      return proceduralWeights(key, [values.first + count], values).subarray(values.first)
    },
  })
  const worst = expected.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (result?.[i] ?? Number.NaN))),
    0,
  )
  expect(worst).toBeLessThan(1e-6)
  return plan.steps.map(printStep)
}

test('a linear layer is computed in parts of its outputs, each with its bias and activation', () => {
  const forward = steps([2, 3, 60], (b, x) => b.relu(linear(b, x, { name: 'fc', out: 50, bias: true })))
  expect(forward).toEqual([
    '/fc: gemm 1×6×16×60, + bias, relu',
    '/fc: gemm 1×6×16×60, + bias, relu',
    '/fc: gemm 1×6×16×60, + bias, relu',
    '/fc: gemm 1×6×2×60, + bias, relu',
  ])
})

test('a convolution is computed in parts of its channels, also where its weights are standardised first', () => {
  const options = { name: 'conv', out: 24, kernel: 3, padding: 1, bias: true }
  expect(steps([1, 4, 4, 16], (b, x) => conv2d(b, x, options))).toHaveLength(6)
  steps([1, 4, 4, 16], (b, x) => b.relu(conv2d(b, x, { ...options, standardize: 1e-6 })))
})

test('a norm before the layer goes into every part', () => {
  steps([1, 5, 60], (b, x) => {
    const scaled = b.add(
      b.mul(x, b.weight('scale', [60], { init: 'one' })),
      b.weight('shift', [60], { init: 'bias' }),
    )
    return b.mul(
      linear(b, scaled, { name: 'fc', out: 40, bias: true }),
      b.weight('gamma', [40], { init: 'one' }),
    )
  })
})

test('what cannot be cut is refused with its figures', () => {
  const build = (b: ModuleBuilder, x: Value) =>
    b.sum(b.mul(x, b.weight('table', [40, 40], { init: 'weight' })), [0])
  expect(() => steps([1, 40], build)).toThrow(
    'The weight table takes 6.4 kB in one piece; this adapter allows 4.1 kB per buffer',
  )
})
