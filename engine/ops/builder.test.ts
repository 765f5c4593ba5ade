import { expect, test } from 'vitest'
import { ShapeError } from '../errors'
import { printGraph } from '../graph/print'
import { Builder } from './builder'
import { verifyGraph } from './verify'

test('binary verbs broadcast like NumPy', () => {
  const b = new Builder()
  const map = b.input('x', [2, 7, 7, 4])
  expect(b.add(map, b.input('bias', [4])).shape).toEqual([2, 7, 7, 4])
  expect(b.mul(b.input('rows', [3, 1]), b.input('columns', [1, 5])).shape).toEqual([3, 5])
  expect(b.sub(1, map).shape).toEqual(map.shape)
  expect(() => b.add(map, b.input('wrong', [3]))).toThrow(
    'add: 2×7×7×4 and 3 do not fit together; axes counted from the right must be equal or 1',
  )
})

test('a graph prints as one reads it', () => {
  const b = new Builder()
  const x = b.input('x', [2, 3])
  const y = b.scope('stem', 'stem', () => {
    const w = b.param('stem.weight', [4, 3], { role: 'trainable', a: 0, b: 1 })
    return b.call('linear', {}, [x, w], (x, w) => b.dot(x, w, { contract: [[1], [1]] }))
  })
  const graph = b.finish([b.add(b.relu(y), 1)])
  verifyGraph(graph)
  expect(printGraph(graph)).toMatchInlineSnapshot(`
    "%0 = input() {name: x} : 2×3
    %1 = param() {name: stem.weight, role: trainable, a: 0, b: 1} : 4×3   stem
    linear(%0, %1) {
      %2 = dot(%0, %1) {batch: [[], []], contract: [[1], [1]]} : 2×4
    } -> %2
    %3 = unary(%2) {fn: relu} : 2×4   (top)
    %4 = constant() {data: [1]} : 1×1
    %5 = broadcast(%4) {shape: [2, 4]} : 2×4
    %6 = binary(%3, %5) {fn: add} : 2×4
    return %6"
  `)
})

test('tokens remember the map that they came from', () => {
  const b = new Builder()
  const map = b.conv(
    b.input('x', [1, 32, 48, 3]),
    b.param('w', [8, 16, 16, 3], { role: 'trainable', a: 0, b: 1 }),
    {
      stride: [16, 16],
    },
  )
  const tokens = b.reshape(map, [1, 6, 8])
  expect(tokens.grid).toEqual({ height: 2, width: 3, prefix: 0 })
  const cls = b.param('cls', [1, 1, 8], { role: 'trainable', a: 0, b: 1 })
  const all = b.concat([cls, tokens], 1)
  expect(all.grid).toEqual({ height: 2, width: 3, prefix: 1 })
  expect(b.gelu(b.add(all, 1)).grid).toEqual(all.grid)
  expect(b.reshape(all, [1, 7, 2, 4]).grid).toEqual(all.grid)
  expect(b.slice(all, { start: [0, 1, 0], size: [1, 6, 8] }).grid).toEqual(tokens.grid)
  expect(b.slice(all, { start: [0, 0, 0], size: [1, 1, 8] }).grid).toBeNull()
  const followed = b.concat([all, b.input('others', [1, 2, 8])], 1)
  expect(followed.grid).toEqual(all.grid)
  expect(b.slice(followed, { start: [0, 1, 0], size: [1, 6, 8] }).grid).toEqual(tokens.grid)
  expect(b.concat([tokens, tokens], 1).grid).toBeNull()
  expect(b.reshape(tokens, [1, 2, 3, 8]).grid).toBeNull()
})

test('a weight asked for twice is one weight', () => {
  const b = new Builder()
  const options = { role: 'trainable', a: 0, b: 1 } as const
  expect(b.param('shared', [3], options)).toBe(b.param('shared', [3], options))
  expect(() => b.param('shared', [4], options)).toThrow(ShapeError)
})

test('a scope that fails stays open and the rest goes on', () => {
  const b = new Builder()
  const x = b.input('x', [1, 4])
  expect(() => b.scope('bad', 'bad', () => b.reshape(x, [5]))).toThrow(ShapeError)
  const y = b.scope('good', 'good', () => b.relu(x))
  const graph = b.finish([y])
  verifyGraph(graph)
  expect(graph.scopes.map(({ path, output }) => [path, output])).toEqual([
    ['', null],
    ['bad', null],
    ['good', y.id],
  ])
  expect(graph.nodes[y.id].scope).toBe(2)
})

test('a builder goes on where a graph ends', () => {
  const b = new Builder()
  const x = b.input('x', [3])
  const graph = b.finish([b.relu(x)])
  const further = new Builder(graph)
  const y = further.inScope(0, () => further.neg(graph.nodes[graph.outputs[0]]))
  expect(y.id).toBe(2)
  verifyGraph(further.finish([y]))
  expect(graph.nodes).toHaveLength(2)
})

test('broken graphs are caught', () => {
  const b = new Builder()
  const x = b.input('x', [3])
  const y = b.call('pair', {}, [x], (x) => b.neg(b.relu(x)))
  const graph = b.finish([y])
  const [input, relu, neg] = graph.nodes
  const broken = (change: Partial<typeof graph>) => () => verifyGraph({ ...graph, ...change })
  expect(broken({ nodes: [input, { ...relu, inputs: [2] }, neg] })).toThrow(
    'reads a node that does not come before it',
  )
  expect(broken({ nodes: [input, relu, { ...neg, shape: [4] }] })).toThrow('has shape 4 and should have 3')
  expect(broken({ calls: [{ ...graph.calls[0], inputs: [] }] })).toThrow(
    'reads node 0, which is not among its inputs',
  )
  expect(broken({ calls: [{ ...graph.calls[0], output: 1, end: 2 }] })).not.toThrow()
  expect(broken({ calls: [{ ...graph.calls[0], output: 0 }] })).toThrow('returns 0, which is not in its body')
})
