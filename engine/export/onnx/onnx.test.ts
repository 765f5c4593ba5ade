import fc from 'fast-check'
import * as ort from 'onnxruntime-web'
import { expect, test } from 'vitest'
import { findPreset } from '../../catalogue'
import type { Graph, NodeOf } from '../../graph/graph'
import { reachable } from '../../graph/traverse'
import { setInput } from '../../index'
import { lower } from '../../lower/lower'
import { Builder } from '../../ops/builder'
import { evaluate, type Floats } from '../../ops/evaluate'
import { randomBindings, randomGraph } from '../../ops/testing/randomGraph'
import { proceduralWeights } from '../../weights/procedural'
import '../../modules'
import { exportOnnx, type OnnxOptions } from './index'

// Errors come back as exceptions; what the runtime optimises is not ours.
ort.env.logLevel = 'error'
ort.env.wasm.numThreads = 1

interface Bindings {
  readonly inputs: ReadonlyMap<string, Floats>
  readonly params: (node: NodeOf<'param'>) => Floats
}

/** Another implementation runs the exported model: the largest difference per output, against the largest value. */
async function differences(graph: Graph, { inputs, params }: Bindings, options: Partial<OnnxOptions> = {}) {
  const outputs = new Map(graph.outputs.map((node, index) => [`y${index}`, node]))
  const weights = (node: NodeOf<'param'>) => Float32Array.from(params(node))
  const bytes = exportOnnx(graph, { name: 'test', outputs, weights, ...options })
  const session = await ort.InferenceSession.create(bytes)
  const needed = reachable(graph, graph.outputs)
  const feeds = Object.fromEntries(
    graph.nodes.flatMap((node) => {
      if (node.op !== 'input' || !needed.has(node.id)) return []
      const values = Float32Array.from(inputs.get(node.attrs.name) ?? [])
      return [[node.attrs.name, new ort.Tensor('float32', values, node.shape)] as const]
    }),
  )
  const got = await session.run(feeds)
  await session.release()
  const expected = evaluate(graph, { inputs, params })
  return [...outputs].map(([name, node]) => {
    const want = Array.from(expected.get(node) ?? [])
    const values = (got[name]?.data ?? []) as Float32Array
    expect(values.length).toBe(want.length)
    const worst = want.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (values[i] ?? Number.NaN))),
      0,
    )
    return worst / Math.max(1, ...want.map(Math.abs))
  })
}

test('random programs over all primitives give the same in another runtime', async () => {
  await fc.assert(
    fc.asyncProperty(randomGraph(), async (graph) => {
      for (const difference of await differences(graph, randomBindings(graph)))
        expect(difference).toBeLessThan(1e-4)
    }),
    { numRuns: 60 },
  )
}, 60_000)

test.each([
  ['convnext_atto', 32],
  ['poolformer_s12', 32],
  ['caformer_s18', 32],
  ['efficientnet_b0', 32],
])('%s gives the same in another runtime', async (id, side) => {
  const document = findPreset(id)?.document
  if (!document) throw new Error(`There is no preset ${id}.`)
  const { graph } = lower(setInput(document, { height: side, width: side }))
  const params = ({ attrs, shape }: NodeOf<'param'>) => proceduralWeights(attrs.name, shape, attrs)
  const bare = new Set(['averagePool', 'batchNorm', 'layerNorm'])
  for (const options of [{}, { spelledOut: bare }, { poolsAsConvolutions: true }]) {
    const { inputs } = randomBindings(graph)
    for (const difference of await differences(graph, { inputs, params }, options))
      expect(difference).toBeLessThan(1e-4)
  }
})

test('a convolution and its BatchNorm are one, and transposes stand only where the order matters', () => {
  const document = findPreset('resnet18')?.document
  if (!document) throw new Error('There is no resnet18.')
  const { graph, output } = lower(setInput(document, { height: 32, width: 32 }))
  const bytes = exportOnnx(graph, {
    name: 'resnet18',
    outputs: new Map([['logits', output ?? 0]]),
    weights: ({ attrs, shape }) => proceduralWeights(attrs.name, shape, attrs),
  })
  const text = new TextDecoder('latin1').decode(bytes)
  const count = (type: string) => text.split(`"${String.fromCharCode(type.length)}${type}`).length - 1
  expect(count('Conv')).toBe(20)
  expect(count('Transpose')).toBe(2)
})

test('a weight that nothing reads is left out', () => {
  const b = new Builder()
  const x = b.input('x', [1, 2])
  b.param('unused', [3], { role: 'trainable', a: 0, b: 1 })
  const y = b.add(x, b.broadcast(b.param('used', [1, 2], { role: 'trainable', a: 0, b: 1 }), [1, 2]))
  const bytes = exportOnnx(b.finish([y]), {
    name: 'small',
    outputs: new Map([['y', y.id]]),
    weights: ({ shape }) => new Float32Array(shape.reduce((product, size) => product * size, 1)),
  })
  const text = new TextDecoder('latin1').decode(bytes)
  expect(text).toContain('used')
  expect(text).not.toContain('unused')
})
