import { expect, test } from 'vitest'
import type { Graph, Value } from '../graph/graph'
import { verifyGraph } from '../ops/verify'
import { conv2d } from './conv2d'
import { layerNorm } from './layerNorm'
import { linear } from './linear'
import { ModuleBuilder } from './moduleBuilder'
import { squaredRelu } from './squaredRelu'

const paramKeys = (graph: Graph): string[] =>
  graph.nodes.flatMap((node) => (node.op === 'param' ? [node.attrs.name] : []))

test('weights are named by instance, parts and their own name', () => {
  const b = new ModuleBuilder()
  const x = b.input('x', [1, 4, 8])
  const y = b.instance('stages.0/blocks.1/token_mixer', 'stages.0.blocks.1.token_mixer', {}, () =>
    b.part('inner', () => linear(b, x, { name: 'qkv', out: 24, bias: true })),
  )
  const graph = b.finish([y])
  verifyGraph(graph)
  expect(paramKeys(graph)).toEqual([
    'stages.0.blocks.1.token_mixer.inner.qkv.weight',
    'stages.0.blocks.1.token_mixer.inner.qkv.bias',
  ])
  expect(graph.scopes.map(({ path, key, parent }) => [path, key, parent])).toEqual([
    ['', '', 0],
    ['stages.0/blocks.1/token_mixer', 'stages.0.blocks.1.token_mixer', 0],
    ['stages.0/blocks.1/token_mixer/inner', 'stages.0.blocks.1.token_mixer.inner', 1],
    ['stages.0/blocks.1/token_mixer/inner/qkv', 'stages.0.blocks.1.token_mixer.inner.qkv', 2],
  ])
})

test('the longest rename inside a module wins; an empty one removes the part', () => {
  const b = new ModuleBuilder()
  const x = b.input('x', [1, 8, 8, 3])
  const keys = { conv: '0', norm: '', 'norm.bias': 'beta' }
  const y = b.instance('stem', 'stem', keys, () => {
    const conv = conv2d(b, x, { name: 'conv', out: 4, kernel: 3, bias: false })
    return layerNorm(b, conv, { name: 'norm', eps: 1e-6 })
  })
  expect(paramKeys(b.finish([y]))).toEqual(['stem.0.weight', 'stem.weight', 'stem.beta'])
})

test('a weight that is named from the root is one for all modules that ask for it', () => {
  const b = new ModuleBuilder()
  const x = b.input('x', [1, 4])
  const block = (index: number, x: Value) =>
    b.instance(`blocks.${index}`, `blocks.${index}`, { 'fc.bias': '/shared' }, () =>
      linear(b, x, { name: 'fc', out: 4, bias: true }),
    )
  expect(paramKeys(b.finish([block(1, block(0, x))]))).toEqual([
    'blocks.0.fc.weight',
    'shared',
    'blocks.1.fc.weight',
  ])
})

test('what shared weights alone give is made once per variant', () => {
  const b = new ModuleBuilder()
  const table = (index: number, variant: string) =>
    b.instance(`blocks.${index}`, `blocks.${index}`, { bias: '/shared' }, () =>
      b.sharedPart('bias', variant, () => b.square(b.weight('table', [3], { init: 'bias' }))),
    )
  const [first, again, other] = [table(0, 'small'), table(1, 'small'), table(2, 'large')]
  expect(again).toBe(first)
  expect(other).not.toBe(first)
})

test('a whole module goes by another name, and what is frozen is not trained', () => {
  const b = new ModuleBuilder()
  const x = b.input('x', [1, 4])
  const body = () => linear(b, x, { name: '', out: 4, bias: false })
  const graph = b.finish([b.instance('blocks.0/norm', 'blocks.0.norm', { '': '/norm' }, body, true)])
  expect(paramKeys(graph)).toEqual(['norm.weight'])
  expect(graph.scopes.map(({ key }) => key)).toContain('norm')
  expect(graph.nodes.flatMap((node) => (node.op === 'param' ? [node.attrs.role] : []))).toEqual(['frozen'])
})

test('procedural values: by fan-in, or as the case says', () => {
  const b = new ModuleBuilder({ values: new Map([['fc.bias', { a: 2, b: 3 }]]) })
  const y = b.instance('fc', 'fc', {}, () =>
    linear(b, b.input('x', [1, 12]), { name: '', out: 5, bias: true }),
  )
  const params = b.finish([y]).nodes.flatMap((node) => (node.op === 'param' ? [node.attrs] : []))
  expect(params).toEqual([
    { name: 'fc.weight', role: 'trainable', a: 0, b: 0.5 },
    { name: 'fc.bias', role: 'trainable', a: 2, b: 3 },
  ])
})

test('a slot builds another module in a part of this one', () => {
  const b = new ModuleBuilder({ buildModule: (builder, _slot, [x]) => squaredRelu(builder, x) })
  const y = b.instance('mlp', 'mlp', {}, () => b.module('squaredRelu', 'act', b.input('x', [2, 3])))
  expect(b.finish([y]).scopes.map((scope) => scope.path)).toEqual(['', 'mlp', 'mlp/act'])
})

test('after an error inside a part the builder is back where it was', () => {
  const b = new ModuleBuilder()
  const x = b.input('x', [1, 3])
  const broken = () => b.instance('a', 'a', { p: 'q' }, () => b.part('p', (): Value => b.reshape(x, [7])))
  expect(broken).toThrow('reshape')
  const y = b.instance('b', 'b', {}, () => b.part('p', () => linear(b, x, { name: '', out: 2, bias: false })))
  expect(paramKeys(b.finish([y]))).toEqual(['b.p.weight'])
})
