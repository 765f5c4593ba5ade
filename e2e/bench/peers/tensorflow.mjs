/**
 * TensorFlow.js runs eagerly: our program step by step in its kernels, named calls by the operation it has for them, with bias
 * fused where it fuses. Maps lie channels last there as here. Plain JavaScript, for its types are only there once the peers are
 * installed.
 */
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-webgpu'
import { lower } from '../../../engine/lower/lower.ts'
import { evaluate } from '../../../engine/ops/evaluate.ts'
import { freeAxes } from '../../../engine/ops/shape.ts'
import { proceduralWeights } from '../../../engine/weights/procedural.ts'

export const tensorflow = {
  name: 'TensorFlow.js',
  version: tf.version_core,
  async open({ document, batch, shape }) {
    await tf.setBackend('webgpu')
    await tf.ready()
    const { graph, output } = lower(document, { batch })
    if (output === null) throw new Error('the network has no output')
    const program = new EagerProgram(graph, output)
    return {
      async run(picture) {
        const logits = tf.tidy(() => program.run(tf.tensor(picture, [...shape])))
        const values = await logits.data()
        logits.dispose()
        return values
      },
      async close() {
        program.dispose()
      },
    }
  },
}

class EagerProgram {
  steps = []
  constants = new Map()

  constructor(graph, output) {
    this.graph = graph
    this.output = output
    this.input = graph.nodes.findIndex(({ op }) => op === 'input')
    const isFixed = []
    for (const { op, inputs } of graph.nodes)
      isFixed.push(op !== 'input' && inputs.every((id) => isFixed[id]))
    const callOf = new Map(
      graph.calls.filter(({ name }) => name in callSteps).map((call) => [call.output, call]),
    )
    const readsOf = (id) => callOf.get(id)?.inputs ?? graph.nodes[id].inputs
    const needed = new Set([output])
    for (let id = output; id >= 0; id--)
      if (needed.has(id) && !isFixed[id]) for (const read of readsOf(id)) needed.add(read)
    const lastReader = new Map()
    for (let id = 0; id <= output; id++)
      if (needed.has(id) && !isFixed[id]) for (const read of readsOf(id)) lastReader.set(read, id)
    const numbers = (id) => this.numbers(id)
    for (let id = 0; id <= output; id++) {
      if (!needed.has(id) || id === this.input) continue
      const node = graph.nodes[id]
      if (isFixed[id]) {
        this.constants.set(id, tf.keep(tf.tensor(numbers(id), [...node.shape])))
        continue
      }
      const call = callOf.get(id)
      const step = call ? callSteps[call.name](call, graph, numbers) : opStep(node, graph)
      if (!step) throw new Error(`TensorFlow.js has nothing for ${node.op} ${node.attrs.fn ?? ''}`)
      const last = readsOf(id).filter(
        (read) => lastReader.get(read) === id && !isFixed[read] && read !== this.input,
      )
      this.steps.push({ id, step, last })
    }
  }

  run(picture) {
    const values = new Map(this.constants)
    values.set(this.input, picture)
    const at = (id) => values.get(id)
    for (const { id, step, last } of this.steps) {
      values.set(id, step(at))
      for (const read of new Set(last)) at(read).dispose()
    }
    return at(this.output)
  }

  dispose() {
    for (const tensor of this.constants.values()) tensor.dispose()
  }

  numbers(id) {
    const params = ({ attrs, shape }) => proceduralWeights(attrs.name, shape, attrs)
    const node = this.graph.nodes[id]
    if (node.op === 'param') return params(node)
    return Float32Array.from(evaluate(this.graph, { params }, [id]).get(id))
  }
}

/** Kept between runs: weights in the order that an operation wants. */
const kept = (make) => tf.keep(tf.tidy(make))

const callSteps = {
  linear({ inputs: [x, weight, bias] }, graph, numbers) {
    const [out, width] = graph.nodes[weight].shape
    const b = kept(() => tf.transpose(tf.tensor2d(numbers(weight), [out, width])))
    const shift = bias === undefined ? {} : { bias: kept(() => tf.tensor1d(numbers(bias))) }
    return (at) => {
      const from = at(x)
      const y = tf.fused.matMul({ a: tf.reshape(from, [-1, width]), b, ...shift })
      return tf.reshape(y, [...from.shape.slice(0, -1), out])
    }
  },
  conv2d({ inputs: [x, weight, bias], first, end }, graph, numbers) {
    const { attrs } = graph.nodes.slice(first, end).find(({ op }) => op === 'conv')
    const { stride, padding, dilation, groups } = attrs
    const shape = graph.nodes[weight].shape
    const isDepthwise = groups > 1 && groups === graph.nodes[x].shape.at(-1)
    if (groups > 1 && !isDepthwise) throw new Error('TensorFlow.js has no grouped convolution')
    const order = isDepthwise ? [2, 3, 0, 1] : [2, 3, 1, 0]
    const filter = kept(() => tf.transpose(tf.tensor4d(numbers(weight), [...shape]), order))
    const shift = bias === undefined ? {} : { bias: kept(() => tf.tensor1d(numbers(bias))) }
    const options = {
      filter,
      strides: [...stride],
      pad: [[0, 0], ...padding.map((sides) => [...sides]), [0, 0]],
      dilations: [...dilation],
      ...shift,
    }
    const convolve = isDepthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d
    return (at) => convolve({ x: at(x), ...options })
  },
  batchNorm({ inputs: [x, ...rest], attrs }, _graph, numbers) {
    const [weight, bias, mean, variance] = rest.map((id) => Array.from(numbers(id)))
    const factors = weight.map((value, c) => value / Math.sqrt(variance[c] + attrs.eps))
    const scale = kept(() => tf.tensor1d(factors))
    const shift = kept(() => tf.tensor1d(bias.map((value, c) => value - mean[c] * factors[c])))
    return (at) => tf.add(tf.mul(at(x), scale), shift)
  },
  softmax:
    ({ inputs: [x] }) =>
    (at) =>
      tf.softmax(at(x)),
  averagePool({ inputs: [x], attrs }) {
    const { kernel, stride, padding, countIncludePad } = attrs
    if (padding > 0 && countIncludePad) throw new Error('TensorFlow.js leaves padding out of averages')
    return (at) => tf.avgPool(at(x), kernel, stride, padding, 'floor')
  },
  maxPool:
    ({ inputs: [x], attrs: { kernel, stride, padding } }) =>
    (at) =>
      tf.maxPool(at(x), kernel, stride, padding, 'floor'),
}

const unary = {
  neg: tf.neg,
  exp: tf.exp,
  sqrt: tf.sqrt,
  rsqrt: tf.rsqrt,
  square: tf.square,
  reciprocal: tf.reciprocal,
  relu: tf.relu,
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
}
const binary = { add: tf.add, sub: tf.sub, mul: tf.mul, div: tf.div, max: tf.maximum, min: tf.minimum }
const reduce = { sum: tf.sum, max: tf.max, min: tf.min }

/** Null where there is no operation for it. */
function opStep(node, graph) {
  const [x, y] = node.inputs
  const { attrs } = node
  const shape = [...node.shape]
  switch (node.op) {
    case 'unary':
      return unary[attrs.fn] ? (at) => unary[attrs.fn](at(x)) : null
    case 'binary':
      return binary[attrs.fn] ? (at) => binary[attrs.fn](at(x), at(y)) : null
    case 'reduce':
      return (at) => reduce[attrs.fn](at(x), [...attrs.axes], true)
    case 'dot':
      return dotStep(node, graph)
    case 'reshape':
      return (at) => tf.reshape(at(x), shape)
    case 'transpose':
      return (at) => tf.transpose(at(x), [...attrs.axes])
    case 'broadcast':
      return (at) => tf.broadcastTo(at(x), shape)
    case 'slice':
      if (attrs.step.some((every) => every !== 1)) return null
      return (at) => tf.slice(at(x), [...attrs.start], [...attrs.size])
    case 'pad': {
      const sides = attrs.low.map((before, axis) => [before, attrs.high[axis]])
      return (at) => tf.pad(at(x), sides, attrs.value)
    }
    case 'concat':
      return (at) => tf.concat(node.inputs.map(at), attrs.axis)
    case 'tap':
    case 'stopGradient':
      return (at) => tf.clone(at(x))
    default:
      return null
  }
}

/** A batched matrix product, operands turned as it wants them. */
function dotStep({ inputs: [x, y], attrs: { batch, contract }, shape }, graph) {
  const [left, right] = [graph.nodes[x].shape, graph.nodes[y].shape]
  const rows = freeAxes(left, batch[0], contract[0])
  const columns = freeAxes(right, batch[1], contract[1])
  const size = (of, axes) => axes.reduce((product, axis) => product * of[axis], 1)
  const [batches, depth] = [size(left, batch[0]), size(left, contract[0])]
  const turned = (value, order, to) =>
    tf.reshape(order.every((axis, i) => axis === i) ? value : tf.transpose(value, order), to)
  return (at) => {
    const a = turned(at(x), [...batch[0], ...rows, ...contract[0]], [batches, size(left, rows), depth])
    const b = turned(at(y), [...batch[1], ...contract[1], ...columns], [batches, depth, size(right, columns)])
    return tf.reshape(tf.matMul(a, b), [...shape])
  }
}
