import { describe, expect, test } from 'vitest'
import { compile } from '../compile/compile'
import { plainDevice } from '../compile/testing/adapter'
import { interpret } from '../compile/testing/interpret'
import type { Graph, Value } from '../graph/graph'
import { lower } from '../lower/lower'
import { attention } from '../nn/attention'
import { layerNorm } from '../nn/layerNorm'
import { linear } from '../nn/linear'
import { ModuleBuilder } from '../nn/moduleBuilder'
import { evaluate } from '../ops/evaluate'
import { randomBindings, randomValues } from '../ops/testing/randomGraph'
import { verifyGraph } from '../ops/verify'
import { findPreset } from '../presets'
import { withCheckpoints } from './checkpoints'
import { effectiveField } from './effectiveField'
import { gradient } from './gradient'

/** Blocks of attention and an MLP, each with a way past it. */
function transformer(blocks: number): Graph {
  const b = new ModuleBuilder()
  let x: Value = b.input('x', [1, 6, 8])
  for (let i = 0; i < blocks; i++) {
    x = b.instance(`blocks.${i}`, `blocks.${i}`, {}, () => {
      const normed = layerNorm(b, x, { name: 'norm1', eps: 1e-5 })
      const heads = (name: string) => b.reshape(linear(b, normed, { name, out: 8, bias: true }), [1, 6, 2, 4])
      const mixed = b.reshape(attention(b, heads('q'), heads('k'), heads('v'), 0.5), [1, 6, 8])
      const y = b.add(x, linear(b, mixed, { name: 'proj', out: 8, bias: true }))
      const hidden = b.unary(
        'gelu',
        linear(b, layerNorm(b, y, { name: 'norm2', eps: 1e-5 }), { name: 'fc1', out: 32, bias: true }),
      )
      return b.add(y, linear(b, hidden, { name: 'fc2', out: 8, bias: true }))
    })
  }
  return b.finish([x])
}

function backwardOf(graph: Graph): { readonly plain: Graph; readonly made: Graph } {
  const sources = graph.nodes.filter(({ op }) => op === 'input' || op === 'param')
  const plain = gradient(graph, { wrt: sources.map(({ id }) => id) })
  return { plain, made: withCheckpoints(plain, graph.nodes.length) }
}

describe('a backward with checkpoints', () => {
  const graph = transformer(4)
  const { plain, made } = backwardOf(graph)

  test('keeps to the grammar, and copies whole calls', () => {
    verifyGraph(made)
    const count = ({ calls }: Graph) => calls.filter(({ name }) => name === 'attention').length
    expect(count(plain)).toBe(4)
    // All but the last MLP is computed again.
    expect(count(made)).toBe(8)
    expect(made.nodes.slice(0, graph.nodes.length)).toEqual(plain.nodes.slice(0, graph.nodes.length))
  })

  test('gives the very same numbers', () => {
    const bindings = randomBindings(plain)
    const expected = [...evaluate(plain, bindings).values()]
    const found = [...evaluate(made, bindings).values()]
    expect(found).toEqual(expected)
  })

  test('gives the same numbers when it is compiled', () => {
    const bindings = randomBindings(plain)
    const run = (one: Graph) =>
      interpret(compile(one, { device: plainDevice }), {
        inputs: bindings.inputs ?? new Map(),
        weight: randomValues,
      })
    const expected = run(plain)
    for (const [i, values] of run(made).entries())
      for (const [j, value] of values.entries()) expect(value).toBeCloseTo(expected[i]?.[j] ?? Number.NaN, 10)
  })

  test('computes again what it needs of a block when it gets there', () => {
    const marked = made.nodes.filter(({ scope }) => made.scopes[scope].isAgain)
    expect(marked.length).toBeGreaterThan(0)
    const blocks = marked.map(({ scope }) => made.scopes[scope].path.split('/')[0])
    expect([...new Set(blocks)]).toEqual(['blocks.3', 'blocks.2', 'blocks.1', 'blocks.0'])
  })
})

test('a chain without branches is cut too', () => {
  const b = new ModuleBuilder()
  let x: Value = b.input('x', [1, 64])
  for (let i = 0; i < 24; i++) x = b.unary('gelu', linear(b, x, { name: `fc${i}`, out: 64, bias: false }))
  const { plain, made } = backwardOf(b.finish([x]))
  verifyGraph(made)
  const bytes = (graph: Graph) => compile(graph, { device: plainDevice }).memory.activationBytes
  expect(bytes(made)).toBeLessThan(bytes(plain))
  const bindings = randomBindings(plain)
  expect([...evaluate(made, bindings).values()]).toEqual([...evaluate(plain, bindings).values()])
})

describe('a receptive field takes less memory', () => {
  const limits = { ...plainDevice.limits, maxStorageBufferBindingSize: 2 ** 31, maxBufferSize: 2 ** 31 }
  test.each([
    { id: 'resnet50', most: 0.75 },
    { id: 'vit_small_patch16_224', most: 0.4 },
    { id: 'convnext_tiny', most: 0.6 },
    { id: 'swin_tiny_patch4_window7_224', most: 0.6 },
  ])('$id', ({ id, most }) => {
    const preset = findPreset(id)
    if (!preset) throw new Error(`There is no preset ${id}.`)
    const { graph } = lower(preset.document)
    const field = effectiveField(graph, graph.outputs[0])
    const made = withCheckpoints(field, graph.nodes.length)
    verifyGraph(made)
    const bytes = (one: Graph) => compile(one, { device: { ...plainDevice, limits } }).memory.activationBytes
    const [before, after] = [bytes(field), bytes(made)]
    expect(after / before).toBeLessThan(most)
  })
})
