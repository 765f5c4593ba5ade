/**
 * What a part of a node's result depends on, in each input. Exact for sets that are products along the axes, which is what
 * convolutions, pools, norms and attention make of one position.
 */
import type { Graph, Node, NodeOf, Shape } from '../graph/graph'
import type { ConvAttributes } from './attributes'
import { spread } from './convolution'
import {
  type AxisRegion,
  axisRegion,
  axisSize,
  hull,
  type Indices,
  indexSet,
  indicesOf,
  isWholeAxis,
  type Region,
  reshaped,
  wholeAxis,
  wholeRegion,
} from './region'
import { applyRule, type Rules } from './rules'
import { freeAxes } from './shape'
import { contiguous } from './strided'

/** Numbers that computed nodes turned out to hold, where they decide which elements are read: the index of a gather. */
export type Contents = ReadonlyMap<number, ArrayLike<number>>
const nothingKnown: Contents = new Map()

/** Per input, the region that the region of the result is computed from; null when it is computed from none of it. */
export function reads(
  graph: Graph,
  node: Node,
  region: Region,
  contents: Contents = nothingKnown,
): readonly (Region | null)[] {
  return applyRule(
    rules,
    node,
    region,
    node.inputs.map((input) => graph.nodes[input].shape),
    graph,
    contents,
  )
}

type Arguments = [region: Region, inputs: readonly Shape[], graph: Graph, contents: Contents]

const rules: Rules<Arguments, readonly (Region | null)[]> = {
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
    const [n, y, columns, ky, kx, c] = region
    const along = (axis: 0 | 1, at: AxisRegion, taps: AxisRegion): AxisRegion => {
      const read = indicesOf(at).flatMap((i) =>
        indicesOf(taps).map((tap) => i * stride[axis] + tap * dilation[axis]),
      )
      return axisRegion(x[axis + 1], indexSet(read))
    }
    return [[n, along(0, y, ky), along(1, columns, kx), c]]
  },
  overlapAdd: ({ attrs: { kernel, stride, dilation } }, region, [x]) => {
    const [n, rows, columns, c] = region
    const height = windowsOver(indicesOf(rows), x[1], kernel[0], stride[0], dilation[0])
    const width = windowsOver(indicesOf(columns), x[2], kernel[1], stride[1], dilation[1])
    if (height.positions.length === 0 || width.positions.length === 0) return [null]
    const axes = [height.positions, width.positions, height.taps, width.taps]
    return [[n, ...axes.map((indices, i) => axisRegion(x[i + 1], indices)), c]]
  },
  reshape: (_node, region, [x]) => [reshaped(region, x)],
  transpose: ({ attrs: { axes } }, region, [x]) => [x.map((_size, axis) => region[axes.indexOf(axis)])],
  broadcast: (_node, region, [x]) => [x.map((size, axis) => (size === 1 ? wholeAxis(1) : region[axis]))],
  slice: ({ attrs: { start, step } }, region, [x]) => [
    x.map((size, axis) => {
      if (axisSize(region[axis]) === size) return region[axis]
      return axisRegion(
        size,
        indicesOf(region[axis]).map((index) => start[axis] + index * step[axis]),
      )
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
  gather: ({ attrs: { axis, batch }, inputs }, region, [x, index], graph, contents) => {
    const free = region.slice(axis, axis + index.length - batch)
    const indices = [...region.slice(0, batch), ...free]
    const parts = numbersAt(graph.nodes[inputs[1]], indices, contents)
    const part = parts ? axisRegion(x[axis], indexSet(parts)) : wholeAxis(x[axis])
    return [[...region.slice(0, axis), part, ...region.slice(axis + free.length)], indices]
  },
  scatterAdd: ({ attrs: { axis, batch }, inputs }, region, [, index], graph, contents) => {
    const wanted = new Set(indicesOf(region[axis]))
    const whole = wholeRegion(index).slice(batch)
    const indices = [...region.slice(0, batch), ...whole]
    const parts = numbersAt(graph.nodes[inputs[1]], indices, contents)
    // With indices of their own for every part of a batch, or computed ones, all places count.
    const isKnown = parts !== null && batch === 0
    const places = isKnown ? parts.flatMap((part, at) => (wanted.has(part) ? [at] : [])) : null
    if (places?.length === 0) return [null, null]
    const free = places ? placesAlong(index, places) : whole
    return [[...region.slice(0, axis), ...free, ...region.slice(axis + 1)], indices]
  },
  topK: (_node, region, [x]) => [[...region.slice(0, -1), wholeAxis(x[x.length - 1])]],
  scan: ({ attrs: { axis, reverse } }, region, [x]) => {
    const [first, end] = hull(region[axis])
    const before = Array.from({ length: x[axis] }, (_, i) => i).filter((i) =>
      reverse ? i >= first : i < end,
    )
    const read = region.map((other, at) => (at === axis ? axisRegion(x[axis], before) : other))
    return [read, read]
  },
  stopGradient: same,
  tap: same,
}

/** Flat indices as the smallest region that holds them. */
function placesAlong(shape: Shape, places: Indices): Region {
  return contiguous(shape).map((stride, axis) =>
    axisRegion(shape[axis], indexSet(places.map((place) => Math.floor(place / stride) % shape[axis]))),
  )
}

/** The numbers that a node holds in a region, in row-major order; null when they are computed and not known. */
function numbersAt(node: Node, region: Region, contents: Contents): readonly number[] | null {
  const data = node.op === 'constant' ? node.attrs.data : contents.get(node.id)
  if (!data) return null
  const strides = contiguous(node.shape)
  const places = region.reduce<readonly number[]>(
    (bases, axis, at) => bases.flatMap((base) => indicesOf(axis).map((i) => base + i * strides[at])),
    [0],
  )
  return places.map((place) => data[place])
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

function convReads({ attrs }: NodeOf<'conv'>, region: Region, [x, w]: readonly Shape[]): (Region | null)[] {
  const [n, y, columns, o] = region
  const rows = tapsOver(indicesOf(y), x[1], w[1], attrs, 0)
  const across = tapsOver(indicesOf(columns), x[2], w[2], attrs, 1)
  if (rows.length === 0 || across.length === 0) return [null, null]
  return [
    [n, axisRegion(x[1], rows), axisRegion(x[2], across), inputChannels(o, x[3], w, attrs)],
    [o, ...wholeRegion(w).slice(1)],
  ]
}

/** The channels of the groups that these output channels belong to. */
function inputChannels(o: AxisRegion, size: number, w: Shape, { groups }: ConvAttributes): AxisRegion {
  if (isWholeAxis(o)) return wholeAxis(size)
  const outPerGroup = w[0] / groups
  const read = indexSet(indicesOf(o).map((channel) => Math.floor(channel / outPerGroup)))
  return axisRegion(
    size,
    read.flatMap((group) => Array.from({ length: w[3] }, (_, i) => group * w[3] + i)),
  )
}

/** The elements that the taps of these positions fall on; none where all of them fall on padding. */
function tapsOver(at: Indices, size: number, kernel: number, attrs: ConvAttributes, axis: 0 | 1): Indices {
  const { stride, padding, dilation, inputDilation } = attrs
  const length = spread(size, inputDilation[axis])
  const read = new Set<number>()
  for (const position of at) {
    for (let tap = 0; tap < kernel; tap++) {
      const place = position * stride[axis] - padding[axis][0] + tap * dilation[axis]
      const isElement = place >= 0 && place < length && place % inputDilation[axis] === 0
      if (isElement) read.add(place / inputDilation[axis])
    }
  }
  return indexSet(read)
}

/** Which windows, and which of their taps, cover these elements of the axis. */
function windowsOver(at: Indices, count: number, kernel: number, stride: number, dilation: number) {
  const covered = new Set(at)
  const positions = new Set<number>()
  const taps = new Set<number>()
  for (let position = 0; position < count; position++) {
    for (let tap = 0; tap < kernel; tap++) {
      if (!covered.has(position * stride + tap * dilation)) continue
      positions.add(position)
      taps.add(tap)
    }
  }
  return { positions: indexSet(positions), taps: indexSet(taps) }
}

/** The part of the region that lies on an input placed at these offsets. */
function moved(region: Region, x: Shape, offsets: readonly number[]): Region | null {
  const axes = x.map((size, axis) => {
    if (axisSize(region[axis]) === size) return region[axis]
    const inside = indicesOf(region[axis]).map((index) => index - offsets[axis])
    return axisRegion(
      size,
      inside.filter((index) => index >= 0 && index < size),
    )
  })
  return axes.some((axis) => axis.digits.some((digit) => digit.length === 0)) ? null : axes
}

/** Counting from the other end reverses every digit. */
function reversed({ sizes, digits }: AxisRegion): AxisRegion {
  return { sizes, digits: digits.map((indices, i) => indices.map((index) => sizes[i] - 1 - index).reverse()) }
}
