/** Named calls that ONNX has an operator for; every other call is written as its body. */
import type { Call, Graph, NodeOf, Shape } from '../../graph/graph'
import type { OnnxWriter } from '../../ops/onnxWriter'

/** What a row may ask of the export. */
export interface CallContext {
  readonly graph: Graph
  readonly writer: OnnxWriter
  /** The tensor of a node. */
  readonly tensor: (node: number) => string
  /** The numbers of a node that depends on no input; null for one that does. */
  readonly numbers: (node: number) => Float32Array | null
  readonly poolsAsConvolutions: boolean
}

/** Writes a call and returns its tensor; null where this call has to be written as its body. */
export type CallRow = (call: Call, context: CallContext) => string | null

const channelsFirst = [0, 3, 1, 2]
const channelsLast = [0, 2, 3, 1]

export const callRows: { readonly [name: string]: CallRow } = {
  linear: ({ inputs: [x = 0, weight = 0, bias] }, { graph, writer, tensor, numbers }) => {
    const values = numbers(weight)
    const [out = 1, width = 1] = shapeOf(graph, weight)
    if (!values || shapeOf(graph, weight).length !== 2) return null
    const turned = new Float32Array(values.length)
    for (let row = 0; row < out; row++)
      for (let column = 0; column < width; column++)
        turned[column * out + row] = values[row * width + column] ?? 0
    const product = writer.node('MatMul', [tensor(x), writer.float(turned, [width, out])])
    return bias === undefined ? product : writer.node('Add', [product, tensor(bias)])
  },
  conv2d: (call, context) => writeConvolution(call, context),
  batchNorm: (call, context) => {
    const { graph, writer, tensor } = context
    const norm = affineOf(call, context)
    if (!norm) return null
    const [x = 0] = call.inputs
    const before = graph.calls.find(({ name, output }) => name === 'conv2d' && output === x)
    const isAlone = graph.nodes.every(
      ({ id, inputs }) => !inputs.includes(x) || (id >= call.first && id < call.end),
    )
    const folded = before && isAlone ? writeConvolution(before, context, norm) : null
    if (folded) return folded
    const scaled = writer.node('Mul', [tensor(x), writer.float(norm.scale, [norm.scale.length])])
    return writer.node('Add', [scaled, writer.float(norm.shift, [norm.shift.length])])
  },
  layerNorm: ({ attrs, inputs: [x = 0, weight, bias] }, { graph, writer, tensor }) => {
    const [width = 1] = shapeOf(graph, x).slice(-1)
    const scale =
      weight === undefined ? writer.float(new Float32Array(width).fill(1), [width]) : tensor(weight)
    const inputs = bias === undefined ? [tensor(x), scale] : [tensor(x), scale, tensor(bias)]
    return writer.node('LayerNormalization', inputs, { axis: -1, epsilon: Number(attrs.eps) })
  },
  softmax: ({ inputs: [x = 0] }, { writer, tensor }) => writer.node('Softmax', [tensor(x)], { axis: -1 }),
  averagePool: ({ attrs, inputs: [x = 0], output }, { graph, writer, tensor, poolsAsConvolutions }) =>
    poolsAsConvolutions
      ? summed(writer, tensor(x), attrs, [shapeOf(graph, x), shapeOf(graph, output)])
      : pooled(writer, tensor(x), 'AveragePool', {
          ...windowOf(attrs),
          count_include_pad: attrs.countIncludePad ? 1 : 0,
        }),
  maxPool: ({ attrs, inputs: [x = 0] }, { writer, tensor }) =>
    pooled(writer, tensor(x), 'MaxPool', windowOf(attrs)),
}

interface Affine {
  readonly scale: Float32Array
  readonly shift: Float32Array
}

/** weight · (x − mean) / √(variance + eps) + bias as scale · x + shift. */
function affineOf({ attrs, inputs }: Call, { numbers }: CallContext): Affine | null {
  const [weight, bias, mean, variance] = inputs.slice(1).map(numbers)
  if (!weight || !bias || !mean || !variance) return null
  const scale = weight.map((value, c) => value / Math.sqrt((variance[c] ?? 0) + Number(attrs.eps)))
  return { scale, shift: bias.map((value, c) => value - (mean[c] ?? 0) * (scale[c] ?? 0)) }
}

/** A convolution whose sides do not crop, with what follows per output channel folded into its weights. */
function writeConvolution(call: Call, context: CallContext, after?: Affine): string | null {
  const { graph, writer, tensor, numbers } = context
  const [x = 0, weightNode = 0, biasNode] = call.inputs
  const conv = graph.nodes
    .slice(call.first, call.end)
    .find((node): node is NodeOf<'conv'> => node.op === 'conv')
  const weight = numbers(weightNode)
  const bias = biasNode === undefined ? undefined : numbers(biasNode)
  if (!conv || !weight || bias === null) return null
  const { stride, padding, dilation, inputDilation, groups } = conv.attrs
  if (padding.flat().some((side) => side < 0) || inputDilation.some((size) => size > 1)) return null
  const shape = shapeOf(graph, weightNode)
  const [out = 1, , height = 1, width = 1] = shape
  const perOutput = weight.length / out
  const scaled = after
    ? weight.map((value, at) => value * (after.scale[Math.floor(at / perOutput)] ?? 1))
    : weight
  const shift = after ? after.shift.map((value, c) => value + (bias?.[c] ?? 0) * (after.scale[c] ?? 1)) : bias
  const inputs = [
    writer.node('Transpose', [tensor(x)], { perm: channelsFirst }),
    writer.float(scaled, shape),
    ...(shift ? [writer.float(shift, [out])] : []),
  ]
  const [[top, bottom], [left, right]] = padding
  const y = writer.node('Conv', inputs, {
    kernel_shape: [height, width],
    strides: stride,
    pads: [top, left, bottom, right],
    dilations: dilation,
    group: groups,
  })
  return writer.node('Transpose', [y], { perm: channelsLast })
}

function windowOf({ kernel, stride, padding }: Call['attrs']) {
  const [side, step, around] = [Number(kernel), Number(stride), Number(padding)]
  return { kernel_shape: [side, side], strides: [step, step], pads: [around, around, around, around] }
}

function pooled(
  writer: OnnxWriter,
  x: string,
  type: string,
  attributes: Parameters<OnnxWriter['node']>[2],
): string {
  const first = writer.node('Transpose', [x], { perm: channelsFirst })
  return writer.node('Transpose', [writer.node(type, [first], attributes)], { perm: channelsLast })
}

/** An average pool for readers without one: a depthwise convolution by ones, divided by how many elements lie inside. */
function summed(
  writer: OnnxWriter,
  x: string,
  attrs: Call['attrs'],
  [input = [], output = []]: readonly Shape[],
): string {
  const [, height = 1, width = 1, channels = 1] = input
  const [, rows = 1, columns = 1] = output
  const [side, step, around] = [Number(attrs.kernel), Number(attrs.stride), Number(attrs.padding)]
  const inside = (size: number, place: number) =>
    attrs.countIncludePad
      ? side
      : Math.min(place * step - around + side, size) - Math.max(place * step - around, 0)
  const shares = Array.from(
    { length: rows * columns },
    (_, at) => 1 / (inside(height, Math.floor(at / columns)) * inside(width, at % columns)),
  )
  const ones = writer.float(new Float32Array(channels * side * side).fill(1), [channels, 1, side, side])
  const sums = writer.node('Conv', [writer.node('Transpose', [x], { perm: channelsFirst }), ones], {
    ...windowOf(attrs),
    dilations: [1, 1],
    group: channels,
  })
  const means = writer.node('Mul', [sums, writer.float(shares, [1, 1, rows, columns])])
  return writer.node('Transpose', [means], { perm: channelsLast })
}

const shapeOf = (graph: Graph, node: number): Shape => graph.nodes[node]?.shape ?? []
