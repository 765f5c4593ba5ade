import { expect, test } from 'vitest'
import type { Value } from '../graph/graph'
import { attention } from '../nn/attention'
import { conv2d } from '../nn/conv2d'
import { linear } from '../nn/linear'
import { ModuleBuilder } from '../nn/moduleBuilder'
import { starRelu } from '../nn/squaredRelu'
import { macKinds, nodeCost } from './cost'

/** Sums over all nodes that `build` makes of x. */
function totals(shape: readonly number[], build: (b: ModuleBuilder, x: Value) => Value) {
  const b = new ModuleBuilder()
  const graph = b.finish([build(b, b.input('x', shape))])
  const kinds = macKinds(graph)
  const macs = { conv: 0, linear: 0, matmul: 0 }
  let flops = 0
  for (const node of graph.nodes) {
    const cost = nodeCost(graph, node)
    const kind = kinds.get(node.id)
    if (kind) macs[kind] += cost.macs
    flops += cost.flops
  }
  return { macs, flops }
}

test('the stem of ResNet: 7×7 stride 2 padding 3, padding taps counted', () => {
  const { macs } = totals([1, 224, 224, 3], (b, x) =>
    conv2d(b, x, { name: 'conv1', out: 64, kernel: 7, stride: 2, padding: 3, bias: false }),
  )
  expect(macs).toEqual({ conv: 112 * 112 * 64 * 3 * 49, linear: 0, matmul: 0 })
})

test('a depthwise convolution costs its taps only', () => {
  const { macs, flops } = totals([2, 8, 8, 16], (b, x) =>
    conv2d(b, x, { name: '', out: 16, kernel: 3, padding: 1, groups: 16, bias: true }),
  )
  expect(macs.conv).toBe(2 * 8 * 8 * 16 * 9)
  expect(flops).toBe(2 * macs.conv + 2 * 8 * 8 * 16)
})

test('attention over n tokens: 4nc² in linear layers, 2n²c in products', () => {
  const [n, c, heads] = [49, 64, 2]
  const { macs } = totals([1, n, c], (b, x) => {
    const project = (name: string) =>
      b.reshape(linear(b, x, { name, out: c, bias: true }), [1, n, heads, c / heads])
    const mixed = attention(b, project('q'), project('k'), project('v'), 1)
    return linear(b, b.reshape(mixed, [1, n, c]), { name: 'proj', out: c, bias: true })
  })
  expect(macs).toEqual({ conv: 0, linear: 4 * n * c * c, matmul: 2 * n * n * c })
})

test('StarReLU costs 4 per element and GELU 14', () => {
  expect(totals([10, 10], (b, x) => starRelu(b, x)).flops).toBe(400)
  expect(totals([10, 10], (b, x) => b.gelu(x)).flops).toBe(1400)
})

test('movement computes nothing; what only renames moves nothing', () => {
  const b = new ModuleBuilder()
  const x = b.input('x', [4, 6])
  const graph = b.finish([
    b.transpose(b.reshape(b.slice(x, { start: [0, 0], size: [2, 6] }), [3, 4]), [1, 0]),
  ])
  const costs = graph.nodes.map((node) => nodeCost(graph, node))
  expect(costs.map(({ flops }) => flops)).toEqual([0, 0, 0, 0])
  expect(costs.map(({ bytesRead, bytesWritten }) => [bytesRead, bytesWritten])).toEqual([
    [0, 0],
    [48, 48],
    [0, 0],
    [48, 48],
  ])
})
