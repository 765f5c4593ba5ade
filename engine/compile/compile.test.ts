import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KernelError } from '../errors'
import type { Graph } from '../graph/graph'
import { attention } from '../nn/attention'
import { conv2d } from '../nn/conv2d'
import { groupNorm } from '../nn/groupNorm'
import { layerNorm } from '../nn/layerNorm'
import { linear } from '../nn/linear'
import { ModuleBuilder } from '../nn/moduleBuilder'
import { averagePool, maxPool } from '../nn/pool'
import { evaluate } from '../ops/evaluate'
import { randomBindings, randomGraph, randomValues } from '../ops/testing/randomGraph'
import { type CompileOptions, compile } from './compile'
import type { Plan } from './plan'
import { printPlan, printStep } from './print'
import { plainDevice } from './testing/adapter'
import { interpret } from './testing/interpret'

const compiled = (graph: Graph, options: Partial<CompileOptions> = {}) =>
  compile(graph, { device: plainDevice, ...options })
const printed = (plan: Plan) => plan.steps.map(printStep)

function expectSameAsEvaluated(graph: Graph, options: Partial<CompileOptions> = {}): Plan {
  const outputs = options.outputs ?? graph.outputs
  const bindings = randomBindings(graph)
  const values = evaluate(graph, bindings, outputs)
  const plan = compiled(graph, options)
  const results = interpret(plan, { inputs: bindings.inputs, weight: randomValues })
  outputs.forEach((output, i) => {
    const expected = Array.from(values.get(output) ?? [])
    const scale = Math.max(1, ...expected.map(Math.abs))
    const worst = expected.reduce((most, value, j) => Math.max(most, Math.abs(value - results[i][j])), 0)
    expect(worst / scale).toBeLessThan(1e-6)
  })
  return plan
}

describe('compiled is evaluated, for random graphs', () => {
  test('as they are', () => {
    fc.assert(
      fc.property(randomGraph(), (graph) => void expectSameAsEvaluated(graph)),
      { numRuns: 300 },
    )
  })
  test('without fusion', () => {
    fc.assert(
      fc.property(randomGraph(), (graph) => void expectSameAsEvaluated(graph, { fuse: false })),
      { numRuns: 100 },
    )
  })
  test('with every named call written out', () => {
    fc.assert(
      fc.property(randomGraph(), (graph) => void expectSameAsEvaluated(graph, { matchCalls: false })),
      { numRuns: 100 },
    )
  })
  test('whatever values are asked for', () => {
    const anyOutputs = randomGraph().chain((graph) =>
      fc.record({
        graph: fc.constant(graph),
        outputs: fc.uniqueArray(fc.nat(graph.nodes.length - 1), { minLength: 1, maxLength: 4 }),
      }),
    )
    fc.assert(
      fc.property(anyOutputs, ({ graph, outputs }) => void expectSameAsEvaluated(graph, { outputs })),
      { numRuns: 200 },
    )
  })
  test('twice the same plan', () => {
    fc.assert(
      fc.property(randomGraph(), (graph) => {
        expect(compiled(graph)).toEqual(compiled(graph))
      }),
      { numRuns: 20 },
    )
  })
})

describe('what joins a product', () => {
  test('bias, activation, scale and residual', () => {
    const b = new ModuleBuilder()
    const x = b.input('x', [2, 5, 8])
    const y = b.gelu(linear(b, x, { name: 'fc', out: 8, bias: true }))
    const scale = b.param('gamma', [8], { role: 'trainable', a: 1, b: 0.1 })
    const graph = b.finish([b.add(x, b.mul(y, scale))])
    expect(printed(expectSameAsEvaluated(graph))).toEqual([
      '/fc: gemm 1×10×8×8, + bias, gelu, scale, + residual',
    ])
  })

  test('an activation that reads its argument twice', () => {
    const b = new ModuleBuilder()
    const y = linear(b, b.input('x', [3, 8]), { name: 'fc', out: 4, bias: false })
    const graph = b.finish([b.mul(y, b.sigmoid(y))])
    expect(printed(expectSameAsEvaluated(graph))).toEqual(['/fc: gemm 1×3×4×8, sigmoid, gate'])
  })

  test('not what is asked for in between', () => {
    const b = new ModuleBuilder()
    const y = linear(b, b.input('x', [3, 8]), { name: 'fc', out: 4, bias: false })
    const graph = b.finish([b.relu(y), y])
    expect(printed(expectSameAsEvaluated(graph))).toEqual(['/fc: gemm 1×3×4×8', 'map 3×4, relu'])
  })

  test('the norm before it: its scale and shift lie in the weights, which are prepared once', () => {
    const b = new ModuleBuilder()
    const x = b.input('x', [2, 5, 8])
    const graph = b.finish([
      linear(b, layerNorm(b, x, { name: 'norm', eps: 1e-6 }), { name: 'fc', out: 4, bias: true }),
    ])
    const plan = expectSameAsEvaluated(graph)
    expect(printed(plan)).toEqual(['/norm: statistics 10×8', '/fc: gemm 1×10×4×8, norm folded in, + bias'])
    expect(plan.prepare.map(printStep)).toEqual(['/fc: map 4×8, scale', '/fc: sum 4×8×1, scale, + bias'])
  })

  test('the norm of whole samples, sample by sample', () => {
    const b = new ModuleBuilder()
    const x = b.input('x', [2, 5, 8])
    const graph = b.finish([
      linear(b, groupNorm(b, x, { groups: 1, eps: 1e-6 }), { name: 'fc', out: 4, bias: true }),
    ])
    expect(printed(expectSameAsEvaluated(graph))).toEqual([
      'statistics 2×40',
      '/fc: gemm 2×5×4×8, norm folded in, + bias',
    ])
  })

  test('a norm with several readers is written once', () => {
    const b = new ModuleBuilder()
    const x = b.input('x', [1, 5, 8])
    const normed = layerNorm(b, x, { name: 'norm', eps: 1e-6 })
    const q = linear(b, normed, { name: 'q', out: 4, bias: false })
    const k = linear(b, normed, { name: 'k', out: 4, bias: false })
    const graph = b.finish([q, k])
    expect(printed(expectSameAsEvaluated(graph))).toEqual([
      '/norm: statistics 5×8',
      '/norm: map 1×5×8, norm',
      '/q: gemm 1×5×4×8, + bias',
      '/k: gemm 1×5×4×8, + bias',
    ])
  })

  test('the heads of attention are views of one product', () => {
    const b = new ModuleBuilder()
    const x = b.input('x', [2, 5, 8])
    const qkv = linear(b, x, { name: 'qkv', out: 24, bias: true })
    const part = (i: number) =>
      b.reshape(b.slice(qkv, { start: [0, 0, 8 * i], size: [2, 5, 8] }), [2, 5, 2, 4])
    const mixed = b.reshape(attention(b, part(0), part(1), part(2), 0.5), [2, 5, 8])
    const graph = b.finish([b.add(x, linear(b, mixed, { name: 'proj', out: 8, bias: true }))])
    expect(printed(expectSameAsEvaluated(graph))).toEqual([
      '/qkv: gemm 1×10×24×8, + bias',
      'attention 2×2×5×5×4',
      '/proj: gemm 1×10×8×8, + bias, + residual',
    ])
  })

  test('attention is written out when somebody wants to see the probabilities', () => {
    const b = new ModuleBuilder()
    const x = b.input('x', [1, 5, 2, 4])
    const graph = b.finish([attention(b, x, x, x, 0.5)])
    const tap = graph.nodes.find(({ op }) => op === 'tap')?.id as number
    const plan = expectSameAsEvaluated(graph, { outputs: [...graph.outputs, tap] })
    expect(plan.steps.map(({ spec }) => spec.family)).toEqual(['gemm', 'softmax', 'gemm'])
  })

  test('a BatchNorm after a convolution, and nothing of it remains', () => {
    const b = new ModuleBuilder()
    const x = b.input('x', [1, 6, 6, 4])
    const y = conv2d(b, x, { name: 'conv', out: 8, kernel: 3, padding: 1, bias: false })
    const vector = (name: string, a: number) => b.param(name, [8], { role: 'buffer', a, b: 0.1 })
    const centred = b.sub(y, vector('mean', 0))
    const normed = b.mul(centred, b.rsqrt(b.add(vector('variance', 1), 1e-5)))
    const graph = b.finish([b.relu(b.add(b.mul(normed, vector('weight', 1)), vector('bias', 0)))])
    const plan = expectSameAsEvaluated(graph)
    expect(printed(plan)).toEqual(['/conv: conv 3×3 1×36×8×36, + bias, relu'])
    expect(plan.steps[0].spec).toMatchObject({ epilogue: { operands: [{}] } })
  })
})

describe('movements', () => {
  test('branches write straight into their concatenation', () => {
    const b = new ModuleBuilder()
    const x = b.input('x', [2, 4, 4, 8])
    const branch = (name: string, kernel: number) =>
      b.relu(conv2d(b, x, { name, out: 4, kernel, padding: (kernel - 1) / 2, bias: true }))
    const graph = b.finish([
      b.concat([branch('a', 1), branch('b', 3), maxPool(b, x, { kernel: 3, stride: 1, padding: 1 })], 3),
    ])
    const plan = expectSameAsEvaluated(graph)
    expect(plan.steps.map(({ spec }) => spec.family)).toEqual(['gemm', 'gemm', 'pool'])
    expect(new Set(plan.steps.map(({ spec }) => spec.out.tensor)).size).toBe(1)
    expect(plan.memory.largestCopy).toBeNull()
  })

  test('a class token and a position embedding cost one small copy', () => {
    const b = new ModuleBuilder()
    const param = (name: string, ...shape: number[]) =>
      b.param(name, shape, { role: 'trainable', a: 0, b: 1 })
    const patches = b.reshape(
      conv2d(b, b.input('x', [2, 8, 8, 3]), { name: 'proj', out: 6, kernel: 4, stride: 4, bias: true }),
      [2, 4, 6],
    )
    const tokens = b.concat([b.broadcast(param('cls', 1, 1, 6), [2, 1, 6]), patches], 1)
    const graph = b.finish([b.add(tokens, param('pos', 1, 5, 6))])
    expect(printed(expectSameAsEvaluated(graph))).toEqual(['/proj: conv 4×4 2×4×6×48, + bias', 'copy 2×1×6'])
  })

  test('windows and back again: one map each way', () => {
    const b = new ModuleBuilder()
    const x = b.input('x', [1, 4, 4, 8])
    const windows = b.reshape(b.transpose(b.reshape(x, [1, 2, 2, 2, 2, 8]), [0, 1, 3, 2, 4, 5]), [4, 4, 8])
    const mixed = linear(b, windows, { name: 'fc', out: 8, bias: true })
    const map = b.reshape(b.transpose(b.reshape(mixed, [1, 2, 2, 2, 2, 8]), [0, 1, 3, 2, 4, 5]), [1, 4, 4, 8])
    const plan = expectSameAsEvaluated(b.finish([b.add(x, map)]))
    expect(plan.steps.map(({ label }) => label)).toEqual(['copy', 'gemm, + bias', 'map, + residual'])
  })

  test('padding before a convolution is padding of the convolution', () => {
    const b = new ModuleBuilder()
    const x = b.input('x', [1, 4, 5, 2])
    const around = b.pad(x, { low: [0, 0, 1, 0], high: [0, 1, 1, 0] })
    const graph = b.finish([conv2d(b, around, { name: 'conv', out: 3, kernel: 3, bias: false })])
    expect(printed(expectSameAsEvaluated(graph))).toEqual(['/conv: conv 3×3 1×15×3×18'])
  })

  test('a norm before average pooling moves into the pool', () => {
    const b = new ModuleBuilder()
    const x = b.input('x', [2, 4, 4, 8])
    const normed = groupNorm(b, x, { name: 'norm', groups: 1, eps: 1e-6 })
    const pooled = averagePool(b, normed, { kernel: 3, stride: 1, padding: 1, countIncludePad: false })
    const graph = b.finish([b.add(x, b.sub(pooled, normed))])
    expect(printed(expectSameAsEvaluated(graph))).toEqual([
      '/norm: statistics 2×128',
      'average pool 3×3 2×4×4×8, norm folded in, − input, scale, + residual',
    ])
  })

  test('statistics of long samples are taken in parts', () => {
    const b = new ModuleBuilder()
    const graph = b.finish([groupNorm(b, b.input('x', [1, 32, 32, 12]), { groups: 1, eps: 1e-6 })])
    expect(printed(expectSameAsEvaluated(graph)).slice(0, 2)).toEqual([
      'statistics 12×1024',
      'statistics 1×24, merged',
    ])
  })
})

test('a plan reads like a list of what happens', () => {
  const b = new ModuleBuilder()
  const x = b.input('x', [1, 6, 6, 4])
  const y = b.relu(conv2d(b, x, { name: 'conv', out: 8, kernel: 3, padding: 1, bias: true }))
  const graph = b.finish([linear(b, b.mean(y, [1, 2]), { name: 'head', out: 10, bias: true })])
  expect(printPlan(compiled(graph))).toMatchInlineSnapshot(`
    "prepare: 1 steps
      /conv: copy 8×3×3×4
    forward: 3 steps
      /conv: conv 3×3 1×36×8×36, + bias, relu
      sum 1×36×8, scale
      /head: gemm 1×1×10×8, + bias
    weights 3.2 kB, activations 1.2 kB"
  `)
})

describe('what is bound', () => {
  test('an expression of many tensors is computed in parts that fit', () => {
    const b = new ModuleBuilder()
    const inputs = Array.from({ length: 20 }, (_, i) => b.input(`x${i}`, [4, 4]))
    const graph = b.finish([inputs.reduce((sum, x) => b.add(b.mul(sum, x), 1))])
    const plan = expectSameAsEvaluated(graph)
    const most = Math.max(
      ...plan.steps.flatMap(({ dispatches }) => dispatches.map(({ bindings }) => bindings.length)),
    )
    expect(most).toBe(plainDevice.limits.maxStorageBuffersPerShaderStage)
  })

  test('an activation that does not fit is refused with figure and remedy', () => {
    const b = new ModuleBuilder()
    const graph = b.finish([linear(b, b.input('x', [8192, 1]), { name: 'fc', out: 8192, bias: false })])
    expect(() => compiled(graph)).toThrow(KernelError)
    expect(() => compiled(graph)).toThrow(
      'The result of /fc takes 268 MB in one piece; this adapter allows 134 MB per buffer: choose a smaller input or batch.',
    )
  })
})
