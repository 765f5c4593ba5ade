import { expect, test } from 'vitest'
import type { Value } from '../graph/graph'
import { attention } from '../nn/attention'
import { linear } from '../nn/linear'
import { ModuleBuilder } from '../nn/moduleBuilder'
import { activationMemory, storedBytes } from './memory'

const measured = (b: ModuleBuilder, output: Value) => {
  const graph = b.finish([output])
  return activationMemory({ graph, isLive: graph.nodes.map(() => true) })
}

test('a chain keeps two results at a time', () => {
  const b = new ModuleBuilder()
  const x = b.input('input', [1, 10, 4])
  const y = linear(b, x, { name: 'a', out: 8, bias: true })
  const z = linear(b, y, { name: 'b', out: 2, bias: true })
  // 160 bytes in, 320, 80: the widest pair is the first.
  expect(measured(b, z)).toEqual({ peakBytes: 480, trainingBytes: 560 })
})

test('an activation joins the kernel before it', () => {
  const b = new ModuleBuilder()
  const x = b.input('input', [1, 10, 4])
  const y = b.gelu(linear(b, x, { name: 'a', out: 4, bias: true }))
  expect(measured(b, y)).toEqual({ peakBytes: 320, trainingBytes: 320 })
})

test('a residual sum keeps its shortcut alive over the branch', () => {
  const b = new ModuleBuilder()
  const x = b.input('input', [1, 10, 4])
  const wide = b.gelu(linear(b, x, { name: 'fc1', out: 16, bias: false }))
  const y = b.add(x, linear(b, wide, { name: 'fc2', out: 4, bias: false }))
  // x (160) + hidden (640) + sum (160), which is written while both are read.
  expect(measured(b, y).peakBytes).toBe(960)
})

test('attention’s scores are never stored, views cost nothing', () => {
  const b = new ModuleBuilder()
  const x = b.input('input', [1, 100, 8])
  const heads = b.reshape(x, [1, 100, 2, 4])
  const y = b.reshape(attention(b, heads, heads, heads, 0.5), [1, 100, 8])
  expect(measured(b, y)).toEqual({ peakBytes: 6400, trainingBytes: 6400 })
})

test('what is made of weights only is no activation', () => {
  const b = new ModuleBuilder()
  const x = b.input('input', [1, 4])
  const w = b.relu(b.param('w', [1, 4], { role: 'trainable', a: 0, b: 1 }))
  const y = b.mul(x, w)
  const graph = b.finish([y])
  expect(storedBytes({ graph, isLive: graph.nodes.map(() => true) })[w.id]).toBe(0)
})
