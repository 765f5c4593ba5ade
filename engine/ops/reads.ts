/** What a part of a node's result depends on: the exact support in each input, up to holes. */
import type { Graph, Node, NodeOf, Shape } from '../graph/graph'
import type { ConvAttributes } from './attributes'
import { spread } from './convolution'
import {
  type AxisRegion,
  axisRegion,
  hull,
  type Interval,
  type Region,
  reshaped,
  wholeAxis,
  wholeRegion,
} from './region'
import { applyRule, type Rules } from './rules'
import { freeAxes } from './shape'

/** Per input, the region that the region of the result is computed from; null when it is computed from none of it. */
export function reads(graph: Graph, node: Node, region: Region): readonly (Region | null)[] {
  return applyRule(
    rules,
    node,
    region,
    node.inputs.map((input) => graph.nodes[input].shape),
  )
}

const rules: Rules<[region: Region, inputs: readonly Shape[]], readonly (Region | null)[]> = {
  input: () => [],
  param: () => [],
  constant: () => [],
  iota: () => [],
  unary: same,
  binary: same,
  select: same,
  reduce: ({ attrs }, region, [x]) => [
    region.map((axis, i) => (attrs.axes.includes(i) ? wholeAxis(x[i]) : axis)),
  ],
  dot: ({ attrs: { batch, contract } }, region, [x, y]) => {
    const batchRegion = region.slice(0, batch[0].length)
    const freeX = freeAxes(x, batch[0], contract[0])
    const freeY = freeAxes(y, batch[1], contract[1])
    const split = batchRegion.length + freeX.length
    return [
      operandRegion(x, batch[0], freeX, batchRegion, region.slice(batchRegion.length, split)),
      operandRegion(y, batch[1], freeY, batchRegion, region.slice(split)),
    ]
  },
  conv: convReads,
  windows: ({ attrs: { stride, dilation } }, region, [x]) => {
    const [n, y, xs, ky, kx, c] = region
    const along = (axis: 0 | 1, at: AxisRegion, tap: AxisRegion): AxisRegion => {
      const [start, end] = hull(at)
      const [first, last] = hull(tap)
      const step = dilation[axis]
      return axisRegion(x[axis + 1], [
        start * stride[axis] + first * step,
        (end - 1) * stride[axis] + (last - 1) * step + 1,
      ])
    }
    return [[n, along(0, y, ky), along(1, xs, kx), c]]
  },
  overlapAdd: ({ attrs: { kernel, stride, dilation } }, region, [x]) => {
    const [n, rows, columns, c] = region
    const height = windowsOver(hull(rows), x[1], kernel[0], stride[0], dilation[0])
    const width = windowsOver(hull(columns), x[2], kernel[1], stride[1], dilation[1])
    if (!height || !width) return [null]
    const axes = [height.positions, width.positions, height.taps, width.taps]
    return [[n, ...axes.map((range, i) => axisRegion(x[i + 1], range)), c]]
  },
  reshape: (_node, region, [x]) => [reshaped(region, x)],
  transpose: ({ attrs: { axes } }, region, [x]) => [x.map((_size, axis) => region[axes.indexOf(axis)])],
  broadcast: (_node, region, [x]) => [x.map((size, axis) => (size === 1 ? wholeAxis(1) : region[axis]))],
  slice: ({ attrs: { start, step } }, region, [x]) => [
    x.map((size, axis) => {
      if (region[axis].sizes.reduce((a, b) => a * b, 1) === size) return region[axis]
      const [first, end] = hull(region[axis])
      return axisRegion(size, [start[axis] + first * step[axis], start[axis] + (end - 1) * step[axis] + 1])
    }),
  ],
  pad: ({ attrs: { low } }, region, [x]) => [moved(region, x, low)],
  concat: ({ attrs: { axis } }, region, inputs) => {
    let before = 0
    return inputs.map((x) => {
      const offsets = x.map((_size, i) => (i === axis ? before : 0))
      before += x[axis]
      return moved(region, x, offsets)
    })
  },
  reverse: ({ attrs: { axes } }, region) => [
    region.map((axis, i) => (axes.includes(i) ? reversed(axis) : axis)),
  ],
  stopGradient: same,
  tap: same,
}

function same({ inputs }: Node, region: Region): Region[] {
  return inputs.map(() => region)
}

function operandRegion(
  shape: Shape,
  batch: readonly number[],
  free: readonly number[],
  batchRegion: Region,
  freeRegion: Region,
): Region {
  return shape.map((size, axis) => {
    if (batch.includes(axis)) return batchRegion[batch.indexOf(axis)]
    return free.includes(axis) ? freeRegion[free.indexOf(axis)] : wholeAxis(size)
  })
}

function convReads(
  { attrs }: NodeOf<'conv'>,
  [n, y, xs, o]: Region,
  [x, w]: readonly Shape[],
): (Region | null)[] {
  const rows = tapsOver(hull(y), x[1], w[1], attrs, 0)
  const columns = tapsOver(hull(xs), x[2], w[2], attrs, 1)
  const [firstOut, endOut] = hull(o)
  const outPerGroup = w[0] / attrs.groups
  const firstGroup = Math.floor(firstOut / outPerGroup)
  const lastGroup = Math.floor((endOut - 1) / outPerGroup)
  const channels = axisRegion(x[3], [firstGroup * w[3], (lastGroup + 1) * w[3]])
  const kernel = [o, ...wholeRegion(w).slice(1)]
  if (!rows || !columns) return [null, null]
  return [[n, axisRegion(x[1], rows), axisRegion(x[2], columns), channels], kernel]
}

/** The inputs that the taps of these positions fall on: their hull inside the axis. */
function tapsOver(
  [start, end]: Interval,
  size: number,
  kernel: number,
  attrs: ConvAttributes,
  axis: 0 | 1,
): Interval | null {
  const { stride, padding, dilation, inputDilation } = attrs
  const length = spread(size, inputDilation[axis])
  let first = Number.POSITIVE_INFINITY
  let last = -1
  for (let position = start; position < end; position++) {
    for (let tap = 0; tap < kernel; tap++) {
      const at = position * stride[axis] - padding[axis][0] + tap * dilation[axis]
      if (at < 0 || at >= length || at % inputDilation[axis] !== 0) continue
      first = Math.min(first, at / inputDilation[axis])
      last = Math.max(last, at / inputDilation[axis])
    }
  }
  return last < 0 ? null : [first, last + 1]
}

/** Which windows, and which of their taps, cover these elements of the axis. */
function windowsOver(
  [start, end]: Interval,
  count: number,
  kernel: number,
  stride: number,
  dilation: number,
) {
  let positions: Interval | null = null
  let taps: Interval | null = null
  for (let position = 0; position < count; position++) {
    for (let tap = 0; tap < kernel; tap++) {
      const at = position * stride + tap * dilation
      if (at < start || at >= end) continue
      positions = including(positions, position)
      taps = including(taps, tap)
    }
  }
  return positions && taps ? { positions, taps } : null
}

function including(range: Interval | null, at: number): Interval {
  return range ? [Math.min(range[0], at), Math.max(range[1], at + 1)] : [at, at + 1]
}

/** The part of the region that lies on an input placed at these offsets. */
function moved(region: Region, x: Shape, offsets: readonly number[]): Region | null {
  const axes = x.map((size, axis) => {
    const whole = region[axis].sizes.reduce((a, b) => a * b, 1)
    if (whole === size && offsets[axis] === 0) return region[axis]
    const [start, end] = hull(region[axis])
    return axisRegion(size, [Math.max(0, start - offsets[axis]), Math.min(size, end - offsets[axis])])
  })
  return axes.some((axis) => axis.ranges.some(([start, end]) => start >= end)) ? null : axes
}

/** Counting from the other end reverses every digit. */
function reversed({ sizes, ranges }: AxisRegion): AxisRegion {
  return { sizes, ranges: ranges.map(([start, end], i): Interval => [sizes[i] - end, sizes[i] - start]) }
}
