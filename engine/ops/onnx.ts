/** Every primitive as ONNX nodes, opset 18. Tensors keep our shapes; a convolution is turned to NCHW and back. */
import { elements, type Node, type NodeOf, type Shape } from '../graph/graph'
import type { Pair, ReduceFunction } from './attributes'
import { spread } from './convolution'
import { binaryFunctions, unaryFunctions } from './elementwise'
import { gatherOrders, inverse } from './gatherOrders'
import type { OnnxWriter } from './onnxWriter'
import { applyRule, type Rules } from './rules'
import { freeAxes } from './shape'
import { contiguous } from './strided'

/** Writes the node and returns the name of its result. `inputs` are the names of its inputs, `shapes` their shapes. */
export function writeOnnx(
  graph: OnnxWriter,
  node: Node,
  inputs: readonly string[],
  shapes: readonly Shape[],
): string {
  return applyRule(rules, node, graph, inputs, shapes)
}

/** Element types of ONNX's Cast. */
const FLOAT = 1
const INT64 = 7
const BOOL = 9

const reduceTypes: { readonly [F in ReduceFunction]: string } = {
  sum: 'ReduceSum',
  max: 'ReduceMax',
  min: 'ReduceMin',
}

const rules: Rules<[graph: OnnxWriter, inputs: readonly string[], shapes: readonly Shape[]], string> = {
  input: ({ attrs, shape }, graph) => graph.input(attrs.name, shape),
  param: ({ attrs, shape }, graph) => graph.weight(attrs.name, shape),
  constant: ({ attrs, shape }, graph) => graph.float(attrs.data, shape),
  iota: ({ attrs: { axis }, shape }, graph) => {
    const stride = contiguous(shape)[axis]
    const values = Array.from({ length: elements(shape) }, (_, i) => Math.floor(i / stride) % shape[axis])
    return graph.float(values, shape)
  },
  unary: ({ attrs: { fn } }, graph, [x]) => unaryFunctions[fn].onnx(graph, x),
  binary: ({ attrs: { fn } }, graph, [x, y]) => binaryFunctions[fn].onnx(graph, x, y),
  select: (_node, graph, [condition, x, y]) =>
    graph.node('Where', [graph.node('Cast', [condition], { to: BOOL }), x, y]),
  reduce: ({ attrs: { fn, axes } }, graph, [x]) =>
    graph.node(reduceTypes[fn], [x, graph.ints(axes)], { keepdims: 1 }),
  dot: writeDot,
  conv: writeConv,
  windows: ({ attrs: { kernel, stride, dilation }, shape }, graph, [x]) => {
    const indices = (axis: 0 | 1): string =>
      graph.ints(
        grid(
          shape[axis + 1],
          kernel[axis],
          (position, tap) => position * stride[axis] + tap * dilation[axis],
        ),
        [shape[axis + 1], kernel[axis]],
      )
    const rows = graph.node('Gather', [x, indices(0)], { axis: 1 })
    const both = graph.node('Gather', [rows, indices(1)], { axis: 3 })
    return graph.node('Transpose', [both], { perm: [0, 1, 3, 2, 4, 5] })
  },
  overlapAdd: ({ attrs }, graph, [x], [windows]) => {
    const covers = (axis: 0 | 1, size: number): string => {
      const [count, taps] = [windows[axis + 1], attrs.kernel[axis]]
      const target = grid(
        count,
        taps,
        (position, tap) => position * attrs.stride[axis] + tap * attrs.dilation[axis],
      )
      const table = Array.from({ length: size }, (_, at) => target.map((other) => Number(other === at)))
      return graph.float(table.flat(), [size, count, taps])
    }
    return graph.node('Einsum', [x, covers(0, attrs.height), covers(1, attrs.width)], {
      equation: 'nyxklc,hyk,wxl->nhwc',
    })
  },
  reshape: ({ shape }, graph, [x]) => reshape(graph, x, shape),
  transpose: ({ attrs: { axes } }, graph, [x]) => graph.node('Transpose', [x], { perm: axes }),
  broadcast: ({ shape }, graph, [x]) => graph.node('Expand', [x, graph.ints(shape)]),
  slice: ({ attrs: { start, size, step } }, graph, [x]) => {
    const end = start.map((first, axis) => first + spread(size[axis], step[axis]))
    return slice(graph, x, start, end, step)
  },
  pad: ({ attrs: { low, high, value } }, graph, [x]) => pad(graph, x, low, high, value),
  concat: ({ attrs: { axis } }, graph, inputs) => graph.node('Concat', inputs, { axis }),
  reverse: ({ attrs: { axes }, shape }, graph, [x]) => {
    const parts = [axes.map(() => -1), axes.map((axis) => -shape[axis] - 1), axes, axes.map(() => -1)]
    return graph.node('Slice', [x, ...parts.map((part) => graph.ints(part))])
  },
  gather: ({ attrs: { axis, batch } }, graph, [x, index], [shape, places]) => {
    const numbers = graph.node('Cast', [index], { to: INT64 })
    if (batch === 0) return graph.node('Gather', [x, numbers], { axis })
    const { inFront, backInPlace } = gatherOrders({ axis, batch }, shape.length, places.length)
    const moved = graph.node('Transpose', [x], { perm: inFront })
    const single = graph.node('Unsqueeze', [numbers, graph.ints([places.length])])
    const found = graph.node('GatherND', [moved, single], { batch_dims: batch })
    return graph.node('Transpose', [found], { perm: backInPlace })
  },
  scatterAdd: ({ attrs, shape }, graph, [dy, index], [, places]) => {
    const { axis, batch } = attrs
    const { inFront, backInPlace } = gatherOrders({ axis, batch }, shape.length, places.length)
    const updates = graph.node('Transpose', [dy], { perm: inverse(backInPlace) })
    const empty = graph.node('Expand', [graph.float([0]), graph.ints(inFront.map((from) => shape[from]))])
    const single = [...places, 1]
    const numbers = graph.node('Cast', [index], { to: INT64 })
    const coordinates = [
      ...places.slice(0, batch).map((_size, at) => graph.ints(countedAlong(places, at), single)),
      graph.node('Unsqueeze', [numbers, graph.ints([places.length])]),
    ]
    const targets = graph.node('Concat', coordinates, { axis: places.length })
    const summed = graph.node('ScatterND', [empty, targets, updates], { reduction: 'add' })
    return graph.node('Transpose', [summed], { perm: inverse(inFront) })
  },
  topK: ({ attrs: { k } }, graph, [x]) => {
    const indices = graph.secondOutput('TopK', [x, graph.ints([k])], { axis: -1 })
    return graph.node('Cast', [indices], { to: FLOAT })
  },
  scan: ({ attrs: { axis, reverse }, shape }, graph, inputs) => {
    // In log2(n) rounds: after each, every place holds what twice as many steps before it bring about.
    let [factor, sum] = inputs
    for (let by = 1; by < shape[axis]; by *= 2) {
      const before = (x: string) => shiftedAlong(graph, x, shape, axis, reverse ? -by : by)
      sum = graph.node('Add', [graph.node('Mul', [factor, before(sum)]), sum])
      factor = graph.node('Mul', [factor, before(factor)])
    }
    return graph.node('Identity', [sum])
  },
  stopGradient: (_node, graph, [x]) => graph.node('Identity', [x]),
  tap: (_node, graph, [x]) => graph.node('Identity', [x]),
}

/** A MatMul, with the batch axes first and the free and contracted axes of each operand made one where there are several. */
function writeDot(
  { attrs: { batch, contract }, shape }: NodeOf<'dot'>,
  graph: OnnxWriter,
  [left, right]: readonly string[],
  [x, y]: readonly Shape[],
): string {
  const rows = freeAxes(x, batch[0], contract[0])
  const columns = freeAxes(y, batch[1], contract[1])
  const size = (of: Shape, axes: readonly number[]) => axes.reduce((product, axis) => product * of[axis], 1)
  const batches = batch[0].map((axis) => x[axis])
  const depth = size(x, contract[0])
  const turned = (name: string, axes: readonly number[], to: Shape): string => {
    const inOrder = axes.every((axis, at) => axis === at)
    const moved = inOrder ? name : graph.node('Transpose', [name], { perm: axes })
    return axes.length === to.length ? moved : reshape(graph, moved, to)
  }
  // With no batch the rows may keep their axes: MatMul takes them as batches of its own.
  const flat = batch[0].length > 0 && rows.length !== 1
  const rowShape = flat
    ? [...batches, size(x, rows), depth]
    : [...batches, ...rows.map((axis) => x[axis]), depth]
  const a = turned(left, [...batch[0], ...rows, ...contract[0]], rowShape)
  const b = turned(right, [...batch[1], ...contract[1], ...columns], [...batches, depth, size(y, columns)])
  const product = graph.node('MatMul', [a, b])
  const made = [...rowShape.slice(0, -1), size(y, columns)]
  return made.length === shape.length ? product : reshape(graph, product, shape)
}

/** Sides that crop, and zeros between elements, are made beforehand: Conv itself has neither. */
function writeConv(
  { attrs }: NodeOf<'conv'>,
  graph: OnnxWriter,
  [x, w]: readonly string[],
  [map, weight]: readonly Shape[],
): string {
  const { stride, padding, dilation, inputDilation, groups } = attrs
  const [[top, bottom], [left, right]] = padding
  const apart = inputDilation.every((size) => size === 1) ? x : withZerosBetween(graph, x, map, inputDilation)
  const crops = padding.flat().some((side) => side < 0)
  const sized = crops ? pad(graph, apart, [0, top, left, 0], [0, bottom, right, 0], 0) : apart
  const [nchw, oihw] = [sized, w].map((tensor) => graph.node('Transpose', [tensor], { perm: [0, 3, 1, 2] }))
  const result = graph.node('Conv', [nchw, oihw], {
    kernel_shape: [weight[1], weight[2]],
    strides: stride,
    pads: crops ? [0, 0, 0, 0] : [top, left, bottom, right],
    dilations: dilation,
    group: groups,
  })
  return graph.node('Transpose', [result], { perm: [0, 2, 3, 1] })
}

function withZerosBetween(
  graph: OnnxWriter,
  x: string,
  [n, h, w, c]: Shape,
  [vertical, horizontal]: Pair,
): string {
  const none = [0, 0, 0, 0, 0, 0]
  const padded = pad(
    graph,
    reshape(graph, x, [n, h, 1, w, 1, c]),
    none,
    [0, 0, vertical - 1, 0, horizontal - 1, 0],
    0,
  )
  const wide = reshape(graph, padded, [n, h * vertical, w * horizontal, c])
  return slice(graph, wide, [0, 0, 0, 0], [n, spread(h, vertical), spread(w, horizontal), c], [1, 1, 1, 1])
}

function reshape(graph: OnnxWriter, x: string, shape: Shape): string {
  return graph.node('Reshape', [x, graph.ints(shape)])
}

function slice(graph: OnnxWriter, x: string, start: Shape, end: Shape, step: Shape): string {
  const axes = start.map((_first, axis) => axis)
  return graph.node('Slice', [x, ...[start, end, axes, step].map((part) => graph.ints(part))])
}

function pad(graph: OnnxWriter, x: string, low: Shape, high: Shape, value: number): string {
  return graph.node('Pad', [x, graph.ints([...low, ...high]), graph.float([value])])
}

/** Zeros move in; what leaves is lost. */
function shiftedAlong(graph: OnnxWriter, x: string, shape: Shape, axis: number, by: number): string {
  const only = (value: number) => shape.map((_size, at) => (at === axis ? value : 0))
  const none = only(0)
  const moved = pad(graph, x, only(Math.max(by, 0)), only(Math.max(-by, 0)), 0)
  const start = by > 0 ? none : only(-by)
  return slice(
    graph,
    moved,
    start,
    start.map((first, at) => first + shape[at]),
    shape.map(() => 1),
  )
}

/** The index along one axis, for every element of the shape. */
function countedAlong(shape: Shape, axis: number): number[] {
  const stride = contiguous(shape)[axis]
  return Array.from({ length: elements(shape) }, (_, i) => Math.floor(i / stride) % shape[axis])
}

function grid(rows: number, columns: number, value: (row: number, column: number) => number): number[] {
  return Array.from({ length: rows * columns }, (_, i) => value(Math.floor(i / columns), i % columns))
}
