/**
 * The oracle: every primitive in plain TypeScript, summed in double precision. Clear before fast, but a small network of
 * some hundred million multiply-adds takes seconds.
 */
import { VertebraError } from '../errors'
import { elements, type Graph, type Node, type NodeOf, printShape, type Shape } from '../graph/graph'
import { reachable } from '../graph/traverse'
import type { ConvAttributes, GatherAttributes, WindowAttributes } from './attributes'
import { binaryFunctions, unaryFunctions } from './elementwise'
import { applyRule, type Rules } from './rules'
import { freeAxes } from './shape'
import { contiguous, type Layout, walk } from './strided'

export type Floats = Float64Array | Float32Array

export interface Bindings {
  /** By the names of the input nodes, row-major. */
  readonly inputs?: ReadonlyMap<string, Floats>
  /** The values of a parameter, row-major. */
  readonly params?: (node: NodeOf<'param'>) => Floats
}

export interface EvaluateOptions {
  /** `single` keeps tensors in float32, which halves the memory; sums are doubles either way. */
  readonly storage?: 'double' | 'single'
}

/**
 * The values of the wanted nodes. Every other value is dropped after its last use.
 * Throws VertebraError when a binding is missing or has the wrong length.
 */
export function evaluate(
  graph: Graph,
  bindings: Bindings,
  wanted: readonly number[] = graph.outputs,
  { storage = 'double' }: EvaluateOptions = {},
): Map<number, Floats> {
  const needed = reachable(graph, wanted)
  const lastUse = lastUses(graph, needed)
  const kept = new Set(wanted)
  const values = new Map<number, Floats>()
  const make = (count: number): Floats =>
    storage === 'double' ? new Float64Array(count) : new Float32Array(count)
  for (const node of graph.nodes) {
    if (!needed.has(node.id)) continue
    const inputs = node.inputs.map((id) => tensor(graph.nodes[id], values))
    values.set(node.id, applyRule(rules, node, inputs, { bindings, make }))
    for (const id of new Set(node.inputs)) if (lastUse.get(id) === node.id && !kept.has(id)) values.delete(id)
  }
  return values
}

/** Per node, the last needed node that reads it. */
function lastUses(graph: Graph, needed: ReadonlySet<number>): ReadonlyMap<number, number> {
  const last = new Map<number, number>()
  for (const node of graph.nodes) if (needed.has(node.id)) for (const id of node.inputs) last.set(id, node.id)
  return last
}

interface Tensor {
  readonly shape: Shape
  readonly data: Floats
}

function tensor(node: Node, values: ReadonlyMap<number, Floats>): Tensor {
  const data = values.get(node.id)
  if (!data) throw new VertebraError(`internal: node ${node.id} (${node.op}) was dropped too early`)
  return { shape: node.shape, data }
}

interface Context {
  readonly bindings: Bindings
  /** A new tensor of zeros. */
  readonly make: (count: number) => Floats
}

const rules: Rules<[inputs: readonly Tensor[], context: Context], Floats> = {
  input: (node, _inputs, { bindings }) => bound(node, node.attrs.name, bindings.inputs?.get(node.attrs.name)),
  param: (node, _inputs, { bindings }) => bound(node, node.attrs.name, bindings.params?.(node)),
  constant: (node) => node.attrs.data,
  iota: ({ shape, attrs: { axis } }, _inputs, { make }) => {
    const stride = contiguous(shape)[axis]
    return make(elements(shape)).map((_zero, i) => Math.floor(i / stride) % shape[axis])
  },
  unary: ({ attrs: { fn } }, [x], { make }) => {
    const { value } = unaryFunctions[fn]
    const out = make(x.data.length)
    for (let i = 0; i < out.length; i++) out[i] = value(x.data[i])
    return out
  },
  binary: ({ attrs: { fn } }, [x, y], { make }) => {
    const { value } = binaryFunctions[fn]
    const out = make(x.data.length)
    for (let i = 0; i < out.length; i++) out[i] = value(x.data[i], y.data[i])
    return out
  },
  select: (_node, [condition, x, y], { make }) => {
    const out = make(x.data.length)
    for (let i = 0; i < out.length; i++) out[i] = condition.data[i] !== 0 ? x.data[i] : y.data[i]
    return out
  },
  reduce: ({ attrs: { fn }, shape }, [x], { make }) => reduced(fn, x, shape, make),
  dot: dotValue,
  conv: convValue,
  windows: (node, [x], { make }) => copied(node.shape, x, windowLayout(x.shape, node.attrs), make),
  overlapAdd: (node, [x], { make }) => {
    // Sums are made in double precision, then stored.
    const sums = new Float64Array(elements(node.shape))
    walk(x.shape, whole(x.shape), windowLayout(node.shape, node.attrs), (a, aStep, b, bStep, count) => {
      for (let i = 0; i < count; i++) sums[b + i * bStep] += x.data[a + i * aStep]
    })
    return stored(sums, make)
  },
  reshape: (_node, [x]) => x.data,
  transpose: ({ shape, attrs: { axes } }, [x], { make }) => {
    const strides = contiguous(x.shape)
    return copied(shape, x, { base: 0, strides: axes.map((axis) => strides[axis]) }, make)
  },
  broadcast: ({ shape }, [x], { make }) => {
    const strides = contiguous(x.shape).map((stride, axis) => (x.shape[axis] === 1 ? 0 : stride))
    return copied(shape, x, { base: 0, strides }, make)
  },
  slice: ({ shape, attrs: { start, step } }, [x], { make }) => {
    const strides = contiguous(x.shape)
    const from = { base: offset(start, strides), strides: strides.map((stride, axis) => stride * step[axis]) }
    return copied(shape, x, from, make)
  },
  pad: ({ shape, attrs: { low, value } }, [x], { make }) => {
    const out = make(elements(shape)).fill(value)
    place(x, out, shape, low)
    return out
  },
  concat: ({ shape, attrs: { axis } }, inputs, { make }) => {
    const out = make(elements(shape))
    let before = 0
    for (const x of inputs) {
      place(
        x,
        out,
        shape,
        shape.map((_size, at) => (at === axis ? before : 0)),
      )
      before += x.shape[axis]
    }
    return out
  },
  reverse: ({ shape, attrs: { axes } }, [x], { make }) => {
    const strides = contiguous(shape)
    const last = shape.map((size, axis) => (axes.includes(axis) ? size - 1 : 0))
    const from = {
      base: offset(last, strides),
      strides: strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
    }
    return copied(shape, x, from, make)
  },
  gather: ({ attrs, shape }, [x, index], { make }) => {
    const out = make(elements(shape))
    eachPart(attrs, x.shape, index, (part, at, length) => {
      for (let i = 0; i < length; i++) out[at + i] = x.data[part + i]
    })
    return out
  },
  scatterAdd: ({ attrs, shape }, [dy, index], { make }) => {
    const sums = new Float64Array(elements(shape))
    eachPart(attrs, shape, index, (part, at, length) => {
      for (let i = 0; i < length; i++) sums[part + i] += dy.data[at + i]
    })
    return stored(sums, make)
  },
  topK: ({ attrs: { k }, shape }, [x], { make }) => {
    const out = make(elements(shape))
    const length = x.shape[x.shape.length - 1]
    for (let row = 0; row * k < out.length; row++) {
      const values = x.data.subarray(row * length, (row + 1) * length)
      const order = Array.from(values.keys()).sort((i, j) => values[j] - values[i] || i - j)
      out.set(order.slice(0, k), row * k)
    }
    return out
  },
  scan: ({ attrs: { axis, reverse }, shape }, [a, b], { make }) => {
    const results = new Float64Array(elements(shape))
    const inner = contiguous(shape)[axis]
    const length = shape[axis]
    for (let line = 0; line * length < results.length; line++) {
      const first = Math.floor(line / inner) * inner * length + (line % inner)
      let h = 0
      for (let i = 0; i < length; i++) {
        const at = first + (reverse ? length - 1 - i : i) * inner
        h = a.data[at] * h + b.data[at]
        results[at] = h
      }
    }
    return stored(results, make)
  },
  stopGradient: (_node, [x]) => x.data,
  tap: (_node, [x]) => x.data,
}

/**
 * Runs over what a gather from x copies: runs of `length` neighbours, in x from `part` on and in the result from `at` on.
 * Throws VertebraError for a number that x has no part of.
 */
function eachPart(
  { axis, batch }: GatherAttributes,
  x: Shape,
  index: Tensor,
  run: (part: number, at: number, length: number) => void,
): void {
  const [batches, middle, size, length] = [
    elements(x.slice(0, batch)),
    elements(x.slice(batch, axis)),
    x[axis],
    elements(x.slice(axis + 1)),
  ]
  const free = elements(index.shape.slice(batch))
  for (let outer = 0; outer < batches * middle; outer++) {
    const indices = Math.floor(outer / middle) * free
    for (let i = 0; i < free; i++) {
      const part = index.data[indices + i]
      if (!Number.isInteger(part) || part < 0 || part >= size)
        throw new VertebraError(`gather: there is no part ${part} of ${size} along axis ${axis}`)
      run((outer * size + part) * length, (outer * free + i) * length, length)
    }
  }
}

function bound(node: Node, name: string, data: Floats | undefined): Floats {
  if (!data) throw new VertebraError(`evaluate: no values were given for the ${node.op} ${name}`)
  if (data.length === elements(node.shape)) return data
  throw new VertebraError(
    `evaluate: the ${node.op} ${name} is ${printShape(node.shape)} and got ${data.length} values`,
  )
}

function whole(shape: Shape): Layout {
  return { base: 0, strides: contiguous(shape) }
}

function offset(index: readonly number[], strides: readonly number[]): number {
  return index.reduce((sum, at, axis) => sum + at * strides[axis], 0)
}

function stored(values: Float64Array, make: Context['make']): Floats {
  const out = make(values.length)
  out.set(values)
  return out
}

/** A contiguous tensor of this shape, element by element from where the layout says. */
function copied(shape: Shape, x: Tensor, from: Layout, make: Context['make']): Floats {
  const out = make(elements(shape))
  walk(shape, whole(shape), from, (a, aStep, b, bStep, count) => {
    for (let i = 0; i < count; i++) out[a + i * aStep] = x.data[b + i * bStep]
  })
  return out
}

/** Writes x into `out` with its first element at `index`. */
function place(x: Tensor, out: Floats, shape: Shape, index: readonly number[]): void {
  const strides = contiguous(shape)
  walk(x.shape, whole(x.shape), { base: offset(index, strides), strides }, (a, aStep, b, bStep, count) => {
    for (let i = 0; i < count; i++) out[b + i * bStep] = x.data[a + i * aStep]
  })
}

/** How the windows [n, h', w', kh, kw, c] lie on a map [n, h, w, c]. */
function windowLayout(map: Shape, { stride, dilation }: WindowAttributes): Layout {
  const [n, h, w, c] = contiguous(map)
  return { base: 0, strides: [n, h * stride[0], w * stride[1], h * dilation[0], w * dilation[1], c] }
}

const folds = {
  sum: { start: 0, fold: (a: number, b: number) => a + b },
  max: { start: Number.NEGATIVE_INFINITY, fold: Math.max },
  min: { start: Number.POSITIVE_INFINITY, fold: Math.min },
}

function reduced(fn: keyof typeof folds, x: Tensor, shape: Shape, make: Context['make']): Floats {
  const { start, fold } = folds[fn]
  const results = new Float64Array(elements(shape)).fill(start)
  const strides = contiguous(shape).map((stride, axis) => (shape[axis] === 1 ? 0 : stride))
  walk(x.shape, whole(x.shape), { base: 0, strides }, (a, aStep, b, bStep, count) => {
    for (let i = 0; i < count; i++) {
      const at = b + i * bStep
      results[at] = fold(results[at], x.data[a + i * aStep])
    }
  })
  return stored(results, make)
}

function dotValue(
  { attrs: { batch, contract }, shape }: NodeOf<'dot'>,
  [x, y]: readonly Tensor[],
  { make }: Context,
): Floats {
  const sizes = (t: Tensor, axes: readonly number[]) =>
    axes.reduce((product, axis) => product * t.shape[axis], 1)
  const freeX = freeAxes(x.shape, batch[0], contract[0])
  const freeY = freeAxes(y.shape, batch[1], contract[1])
  const [b, m, n, k] = [sizes(x, batch[0]), sizes(x, freeX), sizes(y, freeY), sizes(x, contract[0])]
  const left = ordered(x, [...batch[0], ...freeX, ...contract[0]])
  const right = ordered(y, [...batch[1], ...freeY, ...contract[1]])
  const out = make(elements(shape))
  for (let i = 0; i < b; i++) {
    multiply({ data: left, base: i * m * k, rows: m }, { data: right, base: i * n * k, rows: n }, k, {
      data: out,
      base: i * m * n,
      step: n,
    })
  }
  return out
}

/** The data with its axes in this order. */
function ordered(x: Tensor, axes: readonly number[]): Floats {
  if (axes.every((axis, i) => axis === i)) return x.data
  const strides = contiguous(x.shape)
  const from = { base: 0, strides: axes.map((axis) => strides[axis]) }
  return copied(
    axes.map((axis) => x.shape[axis]),
    x,
    from,
    (count) => new Float64Array(count),
  )
}

interface Rows {
  readonly data: Floats
  readonly base: number
  readonly rows: number
}

/** out[i, j] = sum over k of a[i, k] b[j, k]. Four rows of b at a time, so that a is read a quarter as often. */
function multiply(
  a: Rows,
  b: Rows,
  depth: number,
  out: { readonly data: Floats; readonly base: number; readonly step: number },
): void {
  for (let i = 0; i < a.rows; i++) {
    const row = a.base + i * depth
    const target = out.base + i * out.step
    let j = 0
    for (; j + 4 <= b.rows; j += 4) {
      const b0 = b.base + j * depth
      const b1 = b0 + depth
      const b2 = b1 + depth
      const b3 = b2 + depth
      let s0 = 0
      let s1 = 0
      let s2 = 0
      let s3 = 0
      for (let k = 0; k < depth; k++) {
        const value = a.data[row + k]
        s0 += value * b.data[b0 + k]
        s1 += value * b.data[b1 + k]
        s2 += value * b.data[b2 + k]
        s3 += value * b.data[b3 + k]
      }
      out.data[target + j] = s0
      out.data[target + j + 1] = s1
      out.data[target + j + 2] = s2
      out.data[target + j + 3] = s3
    }
    for (; j < b.rows; j++) {
      const start = b.base + j * depth
      let sum = 0
      for (let k = 0; k < depth; k++) sum += a.data[row + k] * b.data[start + k]
      out.data[target + j] = sum
    }
  }
}

/** Row by row of the result: its patches as a matrix, times the weights of each group. */
function convValue(node: NodeOf<'conv'>, [x, w]: readonly Tensor[], { make }: Context): Floats {
  const { attrs, shape } = node
  const [n, height, width, channels] = shape
  const [, kh, kw, perGroup] = w.shape
  const depth = kh * kw * perGroup
  const outPerGroup = channels / attrs.groups
  const patches = new Float64Array(width * depth)
  const weights = w.data instanceof Float64Array ? w.data : Float64Array.from(w.data)
  const out = make(elements(shape))
  for (let image = 0; image < n; image++) {
    for (let y = 0; y < height; y++) {
      for (let group = 0; group < attrs.groups; group++) {
        fillPatches(patches, x, attrs, { image, y, group, width, kh, kw, perGroup })
        const base = (image * height + y) * width * channels + group * outPerGroup
        multiply(
          { data: patches, base: 0, rows: width },
          { data: weights, base: group * outPerGroup * depth, rows: outPerGroup },
          depth,
          { data: out, base, step: channels },
        )
      }
    }
  }
  return out
}

interface PatchRow {
  readonly image: number
  readonly y: number
  readonly group: number
  readonly width: number
  readonly kh: number
  readonly kw: number
  readonly perGroup: number
}

/** patches [width, kh, kw, perGroup]: what the kernel sees along one row of the result; 0 outside and between elements. */
function fillPatches(patches: Float64Array, x: Tensor, attrs: ConvAttributes, row: PatchRow): void {
  const { image, y, group, width, kh, kw, perGroup } = row
  const [, height, inputWidth, channels] = x.shape
  let at = 0
  for (let column = 0; column < width; column++) {
    for (let ky = 0; ky < kh; ky++) {
      const inputRow = tapPosition(attrs, 0, y, ky, height)
      for (let kx = 0; kx < kw; kx++) {
        const inputColumn = tapPosition(attrs, 1, column, kx, inputWidth)
        if (inputRow < 0 || inputColumn < 0) {
          patches.fill(0, at, at + perGroup)
        } else {
          const from = ((image * height + inputRow) * inputWidth + inputColumn) * channels + group * perGroup
          for (let c = 0; c < perGroup; c++) patches[at + c] = x.data[from + c]
        }
        at += perGroup
      }
    }
  }
}

/** The input element under a tap; -1 on padding and on the zeros between elements. */
function tapPosition(
  attrs: ConvAttributes,
  axis: 0 | 1,
  position: number,
  tap: number,
  size: number,
): number {
  const at = position * attrs.stride[axis] - attrs.padding[axis][0] + tap * attrs.dilation[axis]
  if (at < 0 || at % attrs.inputDilation[axis] !== 0) return -1
  const element = at / attrs.inputDilation[axis]
  return element < size ? element : -1
}
