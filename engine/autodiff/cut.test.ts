import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Graph } from '../graph/graph'
import { layerNorm } from '../nn/layerNorm'
import { ModuleBuilder } from '../nn/moduleBuilder'
import { type Bindings, evaluate, type Floats } from '../ops/evaluate'
import { randomBindings, randomGraph } from '../ops/testing/randomGraph'
import { verifyGraph } from '../ops/verify'
import { cut } from './cut'
import { withoutDirectPath } from './directPath'
import { gradient } from './gradient'
import { joined } from './joined'

function outputsOf(graph: Graph, bindings: Bindings): number[][] {
  const values = evaluate(graph, bindings)
  return graph.outputs.map((id) => [...(values.get(id) as Floats)])
}

/** Two blocks x + norm(x) w, the second with a scale on its residual path. */
function blocks() {
  const b = new ModuleBuilder()
  const x = b.input('x', [1, 2, 3])
  const block = (x: ReturnType<typeof b.add>, name: string) => {
    const w = b.param(`${name}.w`, [3], { role: 'trainable', a: 1, b: 0.5 })
    return b.mul(layerNorm(b, x, { name, eps: 1e-5 }), w)
  }
  const first = b.scope('first', 'first', () => b.add(x, block(x, 'first')))
  const scale = b.param('scale', [3], { role: 'trainable', a: 0, b: 1 })
  const second = b.scope('second', 'second', () => b.sub(b.mul(scale, first), block(first, 'second')))
  return { graph: b.finish([second]), x, first, second }
}

test('a part goes from one value to another, with its own weights and calls only', () => {
  const { graph, first, second } = blocks()
  const part = cut(graph, { inputs: new Map([[first.id, 'start']]), outputs: [second.id] })
  verifyGraph(part)
  const names = part.nodes.flatMap((node) =>
    node.op === 'param' || node.op === 'input' ? [node.attrs.name] : [],
  )
  expect(names.sort()).toEqual(['scale', 'second.bias', 'second.w', 'second.weight', 'start'])
  expect(part.calls.map(({ name }) => name)).toEqual(['layerNorm'])
  expect(part.scopes.find(({ path }) => path === 'second')?.output).toBe(part.outputs[0])
  expect(part.scopes.find(({ path }) => path === 'first')?.output).toBe(
    part.nodes.findIndex(({ op }) => op === 'input'),
  )
  const { inputs, params } = randomBindings(graph)
  const start = evaluate(graph, { inputs, params }, [first.id]).get(first.id) as Floats
  expect(outputsOf(part, { inputs: new Map([['start', start]]), params })).toEqual(
    outputsOf(graph, { inputs, params }),
  )
})

test('a call that is cut through is known as its body alone', () => {
  const { graph, second } = blocks()
  const [inside] = graph.calls.map(({ first }) => first)
  const part = cut(graph, { inputs: new Map([[inside ?? 0, 'inside']]), outputs: [second.id] })
  verifyGraph(part)
  expect(part.calls).toHaveLength(1)
})

test('random programs: both parts of a cut make up the whole, side by side and joined', () => {
  fc.assert(
    fc.property(randomGraph({ maxSteps: 10 }), fc.nat(), (graph, where) => {
      const inner = graph.nodes.filter(({ inputs }) => inputs.length > 0)
      const at = inner[where % Math.max(1, inner.length)]
      fc.pre(at !== undefined)
      if (!at) return
      const before = cut(graph, { inputs: new Map(), outputs: [at.id] })
      const after = cut(graph, { inputs: new Map([[at.id, 'at']]), outputs: graph.outputs })
      verifyGraph(before)
      verifyGraph(after)
      const bindings = randomBindings(graph)
      const expected = outputsOf(graph, bindings)
      const value = evaluate(graph, bindings, [at.id]).get(at.id) as Floats
      expect(outputsOf(after, { ...bindings, inputs: new Map([...bindings.inputs, ['at', value]]) })).toEqual(
        expected,
      )
      const sources = new Map([['at', at.id]])
      for (const { op, id, attrs } of graph.nodes)
        if (op === 'input') sources.set((attrs as { name: string }).name, id)
      const whole = joined(graph, after, sources)
      verifyGraph(whole)
      expect(outputsOf(whole, bindings)).toEqual(expected)
    }),
    { numRuns: 100 },
  )
})

test('without the direct path a block is its branch, also where the path goes on into the next branch', () => {
  const { graph, x } = blocks()
  const rest = withoutDirectPath(graph, x.id)
  if (!rest) throw new Error('there is a direct path')
  verifyGraph(rest)
  const bindings = randomBindings(graph)
  const seed = Float64Array.from([0, 1, 0, 0, 0, 0])
  const slope = (made: Graph) =>
    outputsOf(gradient(made, { wrt: [x.id] }), {
      ...bindings,
      inputs: new Map([...bindings.inputs, ['seed', seed]]),
    })[0] ?? []
  const scale = bindings.params(
    graph.nodes.find((node) => node.op === 'param' && node.attrs.name === 'scale') as never,
  )
  const [whole, branches] = [slope(graph), slope(rest)]
  // Two positions of three channels: the direct path is the scale, at the place itself.
  const expected = whole.map((value, i) => value - (i === 1 ? (scale[1] ?? 0) : 0))
  branches.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 12)
  })
})

test('where every path bends there is no direct one', () => {
  const b = new ModuleBuilder()
  const x = b.input('x', [1, 2, 3])
  expect(withoutDirectPath(b.finish([b.relu(b.add(x, b.square(x)))]), x.id)).toBeNull()
})
