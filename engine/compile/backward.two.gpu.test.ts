import { beforeAll, describe, expect, test } from 'vitest'
import { withCheckpoints } from '../autodiff/checkpoints'
import { gradient } from '../autodiff/gradient'
import type { OpenDevice } from '../gpu/device'
import { Session } from '../gpu/session'
import type { Graph, NodeOf, Value } from '../graph/graph'
import { attention } from '../nn/attention'
import { batchNorm } from '../nn/batchNorm'
import { conv2d } from '../nn/conv2d'
import { groupNorm } from '../nn/groupNorm'
import { layerNorm } from '../nn/layerNorm'
import { linear } from '../nn/linear'
import { ModuleBuilder } from '../nn/moduleBuilder'
import { averagePool, maxPool } from '../nn/pool'
import { openNodeDevice } from '../node/dawn'
import { evaluate } from '../ops/evaluate'
import { randomBindings, randomValues } from '../ops/testing/randomGraph'
import { compile } from './compile'

let device: OpenDevice
let session: Session

beforeAll(async () => {
  device = await openNodeDevice(process.env.VERTEBRA_ADAPTER)
  session = new Session(device)
})

/** Convolutions of every kind, a max pool, an average pool and norms, on two pictures. */
function smallConvnet(): Graph {
  const b = new ModuleBuilder()
  const x = b.input('x', [2, 33, 33, 3])
  const stem = conv2d(b, x, { name: 'stem', out: 16, kernel: 7, stride: 2, padding: 3, bias: false })
  const pooled = maxPool(b, b.unary('relu', batchNorm(b, stem, { name: 'norm', eps: 1e-5 })), {
    kernel: 3,
    stride: 2,
    padding: 1,
  })
  const strided = conv2d(b, pooled, {
    name: 'strided',
    out: 24,
    kernel: 3,
    stride: 2,
    padding: 1,
    bias: true,
  })
  const shortcut = conv2d(b, pooled, { name: 'shortcut', out: 24, kernel: 1, stride: 2, bias: false })
  const joined = b.unary('relu', b.add(strided, shortcut))
  const wide = conv2d(b, joined, { name: 'wide', out: 24, kernel: 7, padding: 3, groups: 24, bias: true })
  const normed = groupNorm(b, wide, { name: 'groups', groups: 4, eps: 1e-5 })
  const grouped = conv2d(b, normed, {
    name: 'grouped',
    out: 16,
    kernel: 3,
    padding: 1,
    groups: 4,
    bias: true,
  })
  const smooth = averagePool(b, b.unary('gelu', grouped), {
    kernel: 3,
    stride: 1,
    padding: 1,
    countIncludePad: false,
  })
  return b.finish([linear(b, b.mean(smooth, [1, 2]), { name: 'head', out: 5, bias: true })])
}

/** Patches, positions, blocks of attention and an MLP, and a head. */
function smallTransformer(blocks: number): Graph {
  const b = new ModuleBuilder()
  const x = b.input('x', [2, 16, 16, 3])
  const patches = b.reshape(
    conv2d(b, x, { name: 'patches', out: 32, kernel: 4, stride: 4, bias: true }),
    [2, 16, 32],
  )
  let y: Value = b.add(patches, b.weight('positions', [1, 16, 32], { init: 'bias' }))
  for (let i = 0; i < blocks; i++) {
    y = b.instance(`blocks.${i}`, `blocks.${i}`, {}, () => {
      const qkv = linear(b, layerNorm(b, y, { name: 'norm1', eps: 1e-5 }), {
        name: 'qkv',
        out: 96,
        bias: true,
      })
      const part = (at: number) =>
        b.reshape(b.slice(qkv, { start: [0, 0, 32 * at], size: [2, 16, 32] }), [2, 16, 4, 8])
      const bias = b.weight('bias', [4, 16, 16], { init: 'bias' })
      const mixed = b.reshape(attention(b, part(0), part(1), part(2), 8 ** -0.5, bias), [2, 16, 32])
      const z = b.add(y, linear(b, mixed, { name: 'proj', out: 32, bias: true }))
      const normed = layerNorm(b, z, { name: 'norm2', eps: 1e-5 })
      const hidden = b.unary('gelu', linear(b, normed, { name: 'fc1', out: 64, bias: true }))
      return b.add(z, linear(b, hidden, { name: 'fc2', out: 32, bias: true }))
    })
  }
  return b.finish([linear(b, b.mean(y, [1]), { name: 'head', out: 5, bias: true })])
}

/** By the picture and by every weight that would be trained. */
function allGradients(graph: Graph): Graph {
  const isAsked = ({ op, attrs }: Graph['nodes'][number]) =>
    op === 'input' || (op === 'param' && attrs.role === 'trainable')
  return gradient(graph, { wrt: graph.nodes.filter(isAsked).map(({ id }) => id) })
}

describe('gradients by the input and by all weights are those of the plain evaluation', () => {
  test('of a small network of convolutions', () => expectAsEvaluated(allGradients(smallConvnet())))
  test('of a small vision transformer', () => expectAsEvaluated(allGradients(smallTransformer(2))))
  test('of one whose blocks are computed again', async () => {
    const graph = smallTransformer(3)
    const made = withCheckpoints(allGradients(graph), graph.nodes.length)
    expect(made.scopes.some(({ isAgain }) => isAgain)).toBe(true)
    await expectAsEvaluated(made)
  })
})

test('beyond 512 tokens attention has kernels for its backward, with a bias too', async () => {
  const b = new ModuleBuilder()
  const x = b.input('x', [1, 530, 3, 20])
  const bias = b.input('bias', [1, 3, 1, 530])
  const graph = b.finish([attention(b, x, b.mul(x, 2), b.square(x), 0.4, bias)])
  const backward = gradient(graph, { wrt: [x.id] })
  const plan = compile(backward, { device: device.traits })
  expect(plan.steps.map(({ spec }) => spec.family)).toContain('attentionGradient')
  await expectAsEvaluated(backward)
})

async function expectAsEvaluated(graph: Graph): Promise<void> {
  const { inputs, params } = randomBindings(graph)
  const values = evaluate(graph, { inputs, params })
  const plan = compile(graph, { device: device.traits })
  const weights = graph.nodes.filter((node): node is NodeOf<'param'> => node.op === 'param')
  const arrays = new Map(
    weights.map(({ attrs, shape }) => [attrs.name, randomValues(attrs.name, shape, attrs)]),
  )
  const loaded = await session.load(plan, { given: { source: 'random', arrays } })
  const results = await loaded.run(
    new Map([...inputs].map(([name, data]) => [name, Float32Array.from(data)])),
  )
  for (const [index, output] of graph.outputs.entries()) {
    const expected = values.get(output) ?? new Float64Array()
    let scale = 0
    let worst = 0
    for (const [i, value] of expected.entries()) {
      scale = Math.max(scale, Math.abs(value))
      worst = Math.max(worst, Math.abs(value - (results[index]?.[i] ?? Number.NaN)))
    }
    expect(scale).toBeGreaterThan(0)
    expect(worst / scale).toBeLessThan(1e-4)
  }
}
