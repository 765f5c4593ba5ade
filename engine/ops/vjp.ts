/**
 * Reverse mode, one rule per primitive: from the gradient of a node's result to the gradients of its inputs, in the same
 * primitives. null is a gradient that is zero everywhere, or that nobody can ask for.
 */
import type { Node, NodeOf, Shape, Value } from '../graph/graph'
import type { ConvAttributes, Pair } from './attributes'
import type { Builder } from './builder'
import { spread } from './convolution'
import { binaryFunctions, unaryFunctions } from './elementwise'
import { applyRule, type Rules } from './rules'
import { freeAxes } from './shape'

/**
 * The gradients of the node's inputs, as new nodes of `b`, which holds the node itself and `inputs`.
 * `dy` is the gradient of its result and has its shape.
 */
export function vjp(b: Builder, node: Node, inputs: readonly Value[], dy: Value): readonly (Value | null)[] {
  return applyRule(rules, node, { b, node, inputs, dy })
}

interface Arguments {
  readonly b: Builder
  /** The node as a value of `b`. */
  readonly node: Value
  readonly inputs: readonly Value[]
  readonly dy: Value
}

const rules: Rules<[Arguments], readonly (Value | null)[]> = {
  input: () => [],
  param: () => [],
  constant: () => [],
  iota: () => [],
  unary: ({ attrs: { fn } }, { b, node, inputs: [x], dy }) => {
    const { derivative } = unaryFunctions[fn]
    return [derivative && b.mul(dy, derivative(b, x, node))]
  },
  binary: ({ attrs: { fn } }, { b, inputs: [x, y], dy }) =>
    binaryFunctions[fn].derivatives.map((derivative) => derivative && b.mul(dy, derivative(b, x, y))),
  select: (_node, { b, inputs: [condition], dy }) => [
    null,
    b.select(condition, dy, 0),
    b.select(condition, 0, dy),
  ],
  reduce: ({ attrs: { fn, axes } }, { b, node, inputs: [x], dy }) => {
    const spreadOut = b.broadcast(dy, x.shape)
    if (fn === 'sum') return [spreadOut]
    // Elements that tie for the extreme share its gradient, as in PyTorch.
    const isExtreme = b.binary('equal', x, b.broadcast(node, x.shape))
    const share = b.div(isExtreme, b.broadcast(b.sum(isExtreme, axes), x.shape))
    return [b.mul(spreadOut, share)]
  },
  dot: dotGradients,
  conv: convGradients,
  windows: ({ attrs }, { b, inputs: [x], dy }) => [
    b.overlapAdd(dy, { ...attrs, height: x.shape[1], width: x.shape[2] }),
  ],
  overlapAdd: ({ attrs: { kernel, stride, dilation } }, { b, dy }) => [
    b.windows(dy, { kernel, stride, dilation }),
  ],
  reshape: (_node, { b, inputs: [x], dy }) => [b.reshape(dy, x.shape)],
  transpose: ({ attrs: { axes } }, { b, dy }) => [
    b.transpose(
      dy,
      axes.map((_, axis) => axes.indexOf(axis)),
    ),
  ],
  broadcast: (_node, { b, inputs: [x], dy }) => [
    b.sum(
      dy,
      x.shape.flatMap((size, axis) => (size !== dy.shape[axis] ? [axis] : [])),
    ),
  ],
  slice: ({ attrs: { start, step } }, { b, inputs: [x], dy }) => {
    const apart = spaced(b, dy, step)
    const high = x.shape.map((size, axis) => size - start[axis] - apart.shape[axis])
    return [b.pad(apart, { low: start, high })]
  },
  pad: ({ attrs: { low } }, { b, inputs: [x], dy }) => [b.slice(dy, { start: low, size: x.shape })],
  concat: ({ attrs: { axis } }, { b, inputs, dy }) => {
    let before = 0
    return inputs.map((x) => {
      const start = x.shape.map((_size, at) => (at === axis ? before : 0))
      before += x.shape[axis]
      return b.slice(dy, { start, size: x.shape })
    })
  },
  reverse: ({ attrs: { axes } }, { b, dy }) => [b.reverse(dy, axes)],
  gather: ({ attrs: { axis, batch } }, { b, inputs: [x, index], dy }) => [
    b.scatterAdd(dy, index, { axis, batch, size: x.shape[axis] }),
    null,
  ],
  scatterAdd: ({ attrs }, { b, inputs: [, index], dy }) => [b.gather(dy, index, attrs), null],
  topK: () => [null],
  scan: ({ attrs: { axis, reverse } }, { b, node, inputs: [a], dy }) => {
    // What arrives at h[i] also passes on to h[i - 1], times a[i].
    const onward = shifted(b, a, axis, reverse ? 1 : -1)
    const total = b.scan(onward, dy, { axis, reverse: !reverse })
    return [b.mul(total, shifted(b, node, axis, reverse ? -1 : 1)), total]
  },
  stopGradient: () => [null],
  tap: (_node, { dy }) => [dy],
}

function dotGradients(
  { attrs: { batch, contract } }: NodeOf<'dot'>,
  { b, inputs: [x, y], dy }: Arguments,
): Value[] {
  const batches = batch[0].map((_axis, i) => i)
  const freeX = freeAxes(x.shape, batch[0], contract[0])
  const freeY = freeAxes(y.shape, batch[1], contract[1])
  const dyX = freeX.map((_axis, i) => batches.length + i)
  const dyY = freeY.map((_axis, i) => batches.length + freeX.length + i)
  return [
    operandGradient(
      b,
      dy,
      { batches, theirs: dyY },
      y,
      { batch: batch[1], free: freeY, contract: contract[1] },
      [...batch[0], ...freeX, ...matching(contract[1], contract[0])],
    ),
    operandGradient(
      b,
      dy,
      { batches, theirs: dyX },
      x,
      { batch: batch[0], free: freeX, contract: contract[0] },
      [...batch[1], ...freeY, ...matching(contract[0], contract[1])],
    ),
  ]
}

/**
 * Contracts dy with the other operand over the axes that only the other one brought. The result has, in this order, the
 * batch axes, the operand's free axes and the other's contracted axes; `order` names the operand's axis for each.
 */
function operandGradient(
  b: Builder,
  dy: Value,
  { batches, theirs }: { readonly batches: readonly number[]; readonly theirs: readonly number[] },
  other: Value,
  axes: {
    readonly batch: readonly number[]
    readonly free: readonly number[]
    readonly contract: readonly number[]
  },
  order: readonly number[],
): Value {
  const product = b.dot(dy, other, { batch: [batches, axes.batch], contract: [theirs, axes.free] })
  return transposed(
    b,
    product,
    order.map((_, axis) => order.indexOf(axis)),
  )
}

/** The partner of each contracted axis, in the order in which these axes lie in memory. */
function matching(these: readonly number[], those: readonly number[]): number[] {
  return these
    .map((axis, i) => ({ axis, partner: those[i] }))
    .sort((p, q) => p.axis - q.axis)
    .map(({ partner }) => partner)
}

function transposed(b: Builder, x: Value, axes: readonly number[]): Value {
  return axes.every((axis, i) => axis === i) ? x : b.transpose(x, axes)
}

/**
 * Both gradients of a convolution are convolutions. By x: dy with the kernel turned around, stride and input dilation
 * swapped. By w: x with dy as the kernel, stride and dilation swapped, the batch in the place of the channels.
 */
function convGradients({ attrs }: NodeOf<'conv'>, { b, inputs: [x, w], dy }: Arguments): Value[] {
  return [convInputGradient(attrs, b, x, w, dy), convWeightGradient(attrs, b, x, w, dy)]
}

function convInputGradient(attrs: ConvAttributes, b: Builder, x: Value, w: Value, dy: Value): Value {
  const { stride, padding, dilation, inputDilation, groups } = attrs
  const [out, kh, kw, perGroup] = w.shape
  const isStrided = stride[0] > 1 || stride[1] > 1
  const isDense = [...dilation, ...inputDilation].every((step) => step === 1)
  // Zeros between the elements of dy would be most of the work. One channel per group is left to the kernels for that.
  const isByPhase = isStrided && isDense && perGroup > 1
  if (isByPhase && kh <= stride[0] && kw <= stride[1]) return patchByPatch(attrs, b, x, w, dy)
  const turned = b.reshape(b.reverse(w, [1, 2]), [groups, out / groups, kh, kw, perGroup])
  if (isByPhase) return phaseByPhase(attrs, b, x, turned, dy)
  const kernel = b.reshape(b.transpose(turned, [0, 4, 2, 3, 1]), [groups * perGroup, kh, kw, out / groups])
  const sides = (axis: 0 | 1): Pair => {
    const reach = spread(w.shape[axis + 1], dilation[axis])
    const low = reach - 1 - padding[axis][0]
    const needed = spread(x.shape[axis + 1], inputDilation[axis]) - 1 + reach
    return [low, needed - spread(dy.shape[axis + 1], stride[axis]) - low]
  }
  return b.conv(dy, kernel, {
    stride: inputDilation,
    padding: [sides(0), sides(1)],
    dilation,
    inputDilation: stride,
    groups,
  })
}

/** Windows that do not overlap: each element of dy gives one patch of x, and between the patches are zeros. */
function patchByPatch(
  { stride, padding, groups }: ConvAttributes,
  b: Builder,
  x: Value,
  w: Value,
  dy: Value,
): Value {
  const [out, kh, kw, perGroup] = w.shape
  const [n, height, width] = x.shape
  const [, rows, columns] = dy.shape
  const [sy, sx] = stride
  const byGroup = b.reshape(w, [groups, out / groups, kh * kw * perGroup])
  const kernel = b.reshape(b.transpose(byGroup, [0, 2, 1]), [groups * kh * kw * perGroup, 1, 1, out / groups])
  const patches = b.reshape(b.conv(dy, kernel, { groups }), [n, rows, columns, groups, kh, kw, perGroup])
  const onMap = b.transpose(patches, [0, 1, 4, 2, 5, 3, 6])
  const apart = b.pad(onMap, { low: [0, 0, 0, 0, 0, 0, 0], high: [0, 0, sy - kh, 0, sx - kw, 0, 0] })
  const map = b.reshape(apart, [n, rows * sy, columns * sx, groups * perGroup])
  // Padding that was there goes, what had been left out is zero, and so is what no window saw.
  const low = padding.map(([before]) => Math.max(0, -before))
  const start = padding.map(([before]) => Math.max(0, before))
  const high = [height, width].map((size, axis) =>
    Math.max(0, start[axis] + size - low[axis] - map.shape[axis + 1]),
  )
  const whole = b.pad(map, { low: [0, ...low, 0], high: [0, ...high, 0] })
  return b.slice(whole, { start: [0, ...start, 0], size: x.shape })
}

/**
 * Places of x that are a stride apart see the same taps: each such phase is a set of channels of one convolution, whose kernel
 * is a stride smaller, and the phases are interleaved. `kernel` is turned around: [groups, out, kh, kw, channels].
 */
function phaseByPhase(attrs: ConvAttributes, b: Builder, x: Value, kernel: Value, dy: Value): Value {
  const [groups, out, , , channels] = kernel.shape
  const [n, height, width] = x.shape
  const [rows, columns] = ([0, 1] as const).map((axis) => phases(attrs, axis, kernel, x, dy))
  const [sy, sx] = attrs.stride
  const padded = b.pad(kernel, {
    low: [0, 0, rows.low, columns.low, 0],
    high: [0, 0, rows.high, columns.high, 0],
  })
  const taps = b.reshape(padded, [groups, out, rows.taps, sy, columns.taps, sx, channels])
  const byPhase = b.transpose(b.reverse(taps, [3, 5]), [0, 3, 5, 6, 2, 4, 1])
  const w = b.reshape(byPhase, [groups * sy * sx * channels, rows.taps, columns.taps, out])
  const apart = b.conv(dy, w, { padding: [rows.padding, columns.padding], groups })
  const split = b.reshape(apart, [n, rows.places, columns.places, groups, sy, sx, channels])
  const woven = b.reshape(b.transpose(split, [0, 1, 4, 2, 5, 3, 6]), [
    n,
    rows.places * sy,
    columns.places * sx,
    groups * channels,
  ])
  return b.slice(woven, { start: [0, 0, 0, 0], size: [n, height, width, groups * channels] })
}

/** Along one axis: how the kernel is padded to taps × stride, and where its convolution runs. */
function phases({ stride, padding }: ConvAttributes, axis: 0 | 1, kernel: Value, x: Value, dy: Value) {
  const [step, size] = [stride[axis], kernel.shape[axis + 2]]
  // Place p of x reads element e of dy through tap e · step − p + before.
  const before = size - 1 - padding[axis][0]
  const first = -Math.floor(before / step)
  const last = Math.floor((size + step - 2 - before) / step)
  const taps = last - first + 1
  const low = step - 1 - before - first * step
  const places = Math.ceil(x.shape[axis + 1] / step)
  const after = places + first + taps - 1 - dy.shape[axis + 1]
  return { taps, low, high: taps * step - low - size, places, padding: [-first, after] as const }
}

function convWeightGradient(attrs: ConvAttributes, b: Builder, x: Value, w: Value, dy: Value): Value {
  const { stride, padding, dilation, inputDilation, groups } = attrs
  const [n, height, width] = x.shape
  const perGroup = w.shape[3]
  const split = b.reshape(x, [n, height, width, groups, perGroup])
  const map = b.reshape(b.transpose(split, [4, 1, 2, 3, 0]), [perGroup, height, width, groups * n])
  const kernel = b.transpose(dy, [3, 1, 2, 0])
  const sides = (axis: 0 | 1): Pair => {
    const low = padding[axis][0]
    const needed = spread(w.shape[axis + 1], dilation[axis]) - 1 + spread(dy.shape[axis + 1], stride[axis])
    return [low, needed - spread(x.shape[axis + 1], inputDilation[axis]) - low]
  }
  const gradient = b.conv(map, kernel, {
    stride: dilation,
    padding: [sides(0), sides(1)],
    dilation: stride,
    inputDilation,
    groups,
  })
  return b.transpose(gradient, [3, 1, 2, 0])
}

/** One place further along the axis (or back), a zero moving in. */
function shifted(b: Builder, x: Value, axis: number, by: 1 | -1): Value {
  if (x.shape[axis] === 1) return b.number(0, x)
  const only = (value: number) => x.shape.map((_size, at) => (at === axis ? value : 0))
  const kept = b.slice(x, {
    start: only(by === 1 ? 0 : 1),
    size: x.shape.map((size, at) => (at === axis ? size - 1 : size)),
  })
  return b.pad(kept, { low: only(by === 1 ? 1 : 0), high: only(by === 1 ? 0 : 1) })
}

/** step - 1 zeros between neighbours of each axis. */
function spaced(b: Builder, x: Value, step: Shape): Value {
  if (step.every((size) => size === 1)) return x
  const zeros = x.shape.map(() => 0)
  const apart = b.reshape(
    x,
    x.shape.flatMap((size) => [size, 1]),
  )
  const low = zeros.flatMap(() => [0, 0])
  const padded = b.pad(apart, { low, high: step.flatMap((size) => [0, size - 1]) })
  const joined = b.reshape(
    padded,
    x.shape.map((size, axis) => size * step[axis]),
  )
  return b.slice(joined, { start: zeros, size: x.shape.map((size, axis) => spread(size, step[axis])) })
}
