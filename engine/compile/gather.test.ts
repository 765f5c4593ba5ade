import { expect, test } from 'vitest'
import type { Value } from '../graph/graph'
import { attention } from '../nn/attention'
import { linear } from '../nn/linear'
import { ModuleBuilder } from '../nn/moduleBuilder'
import { type ResizeMode, resize } from '../nn/resample'
import { evaluate } from '../ops/evaluate'
import { randomBindings, randomValues } from '../ops/testing/randomGraph'
import { compile } from './compile'
import { printStep } from './print'
import { plainDevice } from './testing/adapter'
import { interpret } from './testing/interpret'

/** The printed steps, after the plan was found to compute what the graph says. */
function steps(build: (b: ModuleBuilder) => Value): { prepare: string[]; forward: string[] } {
  const b = new ModuleBuilder()
  const graph = b.finish([build(b)])
  const bindings = randomBindings(graph)
  const [output] = graph.outputs
  const expected = Array.from(evaluate(graph, bindings).get(output) ?? [])
  const plan = compile(graph, { device: plainDevice })
  const [result] = interpret(plan, { inputs: bindings.inputs, weight: randomValues })
  const scale = Math.max(1, ...expected.map(Math.abs))
  const worst = expected.reduce((most, value, j) => Math.max(most, Math.abs(value - result[j])), 0)
  expect(worst / scale).toBeLessThan(1e-6)
  return { prepare: plan.prepare.map(printStep), forward: plan.steps.map(printStep) }
}

test('a roll, windows and what is computed before them are one pass', () => {
  const { forward } = steps((b) => {
    const x = b.gelu(b.input('x', [1, 8, 12, 4]))
    const rolled = b.roll(b.roll(x, { axis: 1, shift: -2 }), { axis: 2, shift: -2 })
    const split = b.transpose(b.reshape(rolled, [1, 2, 4, 3, 4, 4]), [0, 1, 3, 2, 4, 5])
    return b.mul(b.reshape(split, [6, 16, 4]), 2)
  })
  expect(forward).toEqual(['map 1×2×3×4×4×4, gelu, scale'])
})

test('a table of position biases is laid out once, and added inside of attention', () => {
  const { prepare, forward } = steps((b) => {
    const [n, t, h, d] = [4, 6, 2, 4]
    const x = b.input('x', [n, t, h * d])
    const qkv = linear(b, x, { name: 'qkv', out: 3 * h * d, bias: true })
    const part = (i: number) =>
      b.reshape(b.slice(qkv, { start: [0, 0, i * h * d], size: [n, t, h * d] }), [n, t, h, d])
    const table = b.weight('table', [11, h], { init: 'bias' })
    const index = b.constant(
      Array.from({ length: t * t }, (_, i) => Math.floor(i / t) - (i % t) + t - 1),
      [t, t],
    )
    const bias = b.transpose(b.gather(table, index, { axis: 0 }), [2, 0, 1])
    const mask = b.constant(
      Array.from({ length: 2 * t * t }, (_, i) => (i % 5 === 0 ? -100 : 0)),
      [1, 2, 1, t, t],
    )
    const y = attention(b, part(0), part(1), part(2), 0.5, b.add(b.reshape(bias, [1, 1, h, t, t]), mask))
    return b.reshape(y, [n, t, h * d])
  })
  expect(forward).toEqual(['/qkv: gemm 1×24×24×8, + bias', 'attention 4×2×6×6×4'])
  // For the windows of one picture, then for those of both.
  expect(prepare.map((step) => step.split(',')[0])).toEqual(['map 1×2×2×6×6', 'copy 2×2×2×6×6'])
})

test('numbers that are computed choose rows of their own batch', () => {
  steps((b) => {
    const x = b.input('x', [2, 5, 4])
    const best = b.gather(x, b.constant([3, 1, 4, 4, 0, 2], [2, 3]), { axis: 1, batch: 1 })
    return b.add(b.gelu(best), b.gather(b.input('y', [7]), b.constant([6], [1]), { axis: 0 }))
  })
})

test('one table after another, along both axes of a map', () => {
  const { forward } = steps((b) => {
    const x = b.input('x', [1, 5, 4, 4])
    const rows = b.gather(x, b.constant([0, 0, 1, 2, 2, 4], [6]), { axis: 1 })
    return b.mul(b.gather(rows, b.constant([3, 1, 0, 0, 2, 2], [3, 2]), { axis: 2 }), 3)
  })
  expect(forward).toEqual(['map 1×6×3×2×4, scale'])
})

test.each<readonly [ResizeMode, readonly string[]]>([
  ['nearest', ['map 2×7×9×4, relu, gelu']],
  ['bilinear', ['map 2×7×1×6×4, relu, scale, + residual', 'map 2×7×9×4, scale, + residual, gelu']],
  ['bicubic', ['map 2×7×1×6×4, relu, scale, + residual', 'map 2×7×9×4, scale, + residual, gelu']],
])('a %s resize is a pass per axis, with what comes before and after', (mode, expected) => {
  const { forward } = steps((b) =>
    b.gelu(resize(b, b.relu(b.input('x', [2, 5, 6, 4])), { height: 7, width: 9, mode })),
  )
  expect(forward).toEqual(expected)
})

test('the largest are found in two folds over pairs, which nobody stores', () => {
  const { forward } = steps((b) => {
    const x = b.input('x', [3, 8])
    return b.gather(x, b.topK(x, 3), { axis: 1, batch: 1 })
  })
  expect(forward).toEqual([
    'sum 3×8×8, equal, scale, less, + residual',
    'sum 3×8×3, equal, scale',
    'copy 3×3',
  ])
})

test('a scan computes what it reads', () => {
  const { forward } = steps((b) => {
    const x = b.input('x', [2, 9, 4])
    return b.scan(b.sigmoid(x), b.mul(x, 0.5), { axis: 1, reverse: true })
  })
  expect(forward).toEqual(['scan 2×9×4, sigmoid, scale'])
})

test('what is computed for rows and columns apart is added where the scores are', () => {
  const { forward } = steps((b) => {
    const [side, h, d] = [3, 2, 4]
    const t = side * side
    const q = b.input('q', [1, t, h, d])
    const k = b.input('k', [1, t, h, d])
    // For every key, the column of its row or of its column among the logits.
    const logits = (name: string, placeOf: (key: number) => number) => {
      const made = b.dot(q, b.weight(name, [side, d], { init: 'weight' }), { contract: [[3], [1]] })
      const places = b.constant(
        Array.from({ length: t }, (_, key) => placeOf(key)),
        [t],
      )
      return b.gather(b.transpose(made, [0, 2, 1, 3]), places, { axis: 3 })
    }
    const rows = logits('rows', (key) => Math.floor(key / side))
    const bias = b.add(
      rows,
      logits('columns', (key) => key % side),
    )
    return attention(b, q, k, k, 0.5, bias)
  })
  expect(forward.map((step) => step.split(' ')[0])).toEqual(['gemm', 'gemm', 'attention'])
})

test('distances of all pairs of places are computed inside of attention, and kept nowhere', () => {
  const { prepare, forward } = steps((b) => {
    const t = 40
    const places = Array.from({ length: t }, (_, i) => (i * 7) % 5)
    const x = b.input('x', [1, t, 2, 4])
    const far = b.unary('abs', b.sub(b.constant(places, [t, 1]), b.constant(places, [1, t])))
    const fading = b.mul(b.reshape(far, [1, 1, t, t]), b.constant([-0.5, -0.1], [1, 2, 1, 1]))
    return attention(b, x, x, x, 0.5, fading)
  })
  expect(prepare).toEqual([])
  expect(forward).toEqual(['attention 1×2×40×40×4, + bias, abs, scale'])
})
