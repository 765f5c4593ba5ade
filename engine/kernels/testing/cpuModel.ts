/** What every family means, in plain loops and double precision: the oracle of the kernel tests. */
import { elements, type Shape } from '../../graph/graph'
import { binaryFunctions, unaryFunctions } from '../../ops/elementwise'
import type {
  AttentionGradientSpec,
  AttentionLogSumSpec,
  AttentionSpec,
  ConvolvedOperand,
  DepthwiseSpec,
  Expression,
  Fused,
  GemmSpec,
  MapSpec,
  Operand,
  PoolSpec,
  ProceduralSpec,
  ReduceSpec,
  RowStatisticsSpec,
  ScanSpec,
  SoftmaxSpec,
  Spec,
  View,
} from '../spec'
import type { Tensors } from './device'

type Index = readonly number[]

/** The tensor that `spec` writes, as it should be afterwards. */
export function cpuModel(spec: Spec, tensors: Tensors): Float64Array {
  const out = Float64Array.from(tensors.get(spec.out.tensor) ?? [])
  models[spec.family](spec as never, (operand, index) => read(operand, index, tensors), write)
  return out

  function write(index: Index, value: number): void {
    out[addressOf(spec.out.view, index)] = value
  }
}

type Read = (operand: Operand, index: Index) => number
type Write = (index: Index, value: number) => void

const models: {
  readonly [F in Spec['family']]: (spec: Extract<Spec, { family: F }>, read: Read, write: Write) => void
} = {
  map: mapModel,
  gemm: gemmModel,
  depthwise: depthwiseModel,
  attention: attentionModel,
  attentionLogSum: attentionLogSumModel,
  attentionGradient: attentionGradientModel,
  rowStatistics: rowStatisticsModel,
  softmax: softmaxModel,
  reduce: reduceModel,
  pool: poolModel,
  scan: scanModel,
  procedural: proceduralModel,
}

function mapModel({ fused, out }: MapSpec, read: Read, write: Write): void {
  for (const index of indicesOf(out.view.shape)) write(index, evaluate(fused, Number.NaN, index, read))
}

function gemmModel(spec: GemmSpec, read: Read, write: Write): void {
  for (const [batch = 0, m = 0, n = 0] of indicesOf([spec.batch, spec.m, spec.n])) {
    let sum = 0
    for (let k = 0; k < spec.k; k++) {
      const index = [batch, m, k]
      const a = 'kernel' in spec.a ? patch(spec.a, batch, m, k, read) : read(spec.a, index)
      sum += evaluate(spec.prologue, a, index, read) * read(spec.b, [batch, n, k])
    }
    const index = [batch, m, n]
    write(index, evaluate(spec.epilogue, sum, index, read))
  }
}

function patch(a: ConvolvedOperand, batch: number, m: number, k: number, read: Read): number {
  const [, height = 1, width = 1, channels = 1] = a.view.shape
  const [outputHeight, outputWidth] = a.output
  const [image, place] = [Math.floor(m / (outputHeight * outputWidth)), m % (outputHeight * outputWidth)]
  const [tap, c] = [Math.floor(k / channels), k % channels]
  const y =
    Math.floor(place / outputWidth) * a.stride[0] +
    Math.floor(tap / a.kernel[1]) * a.dilation[0] -
    a.padding[0]
  const x = (place % outputWidth) * a.stride[1] + (tap % a.kernel[1]) * a.dilation[1] - a.padding[1]
  if (y < 0 || x < 0 || y >= height || x >= width) return 0
  const view = { ...a.view, offset: a.view.offset + batch * a.groupStride }
  return read({ tensor: a.tensor, view }, [image, y, x, c])
}

function depthwiseModel(spec: DepthwiseSpec, read: Read, write: Write): void {
  const [, height = 1, width = 1] = spec.x.view.shape
  const [kernelY = 1, kernelX = 1] = spec.w.view.shape
  for (const index of indicesOf(spec.out.view.shape)) {
    const [image = 0, oy = 0, ox = 0, c = 0] = index
    let sum = 0
    for (const [ky = 0, kx = 0] of indicesOf([kernelY, kernelX])) {
      const y = oy * spec.stride[0] + ky * spec.dilation[0] - spec.padding[0]
      const x = ox * spec.stride[1] + kx * spec.dilation[1] - spec.padding[1]
      if (y >= 0 && x >= 0 && y < height && x < width)
        sum += read(spec.x, [image, y, x, c]) * read(spec.w, [ky, kx, c])
    }
    write(index, evaluate(spec.epilogue, sum, index, read))
  }
}

function attentionModel({ v, out, ...spec }: AttentionSpec, read: Read, write: Write): void {
  for (const [batch = 0, head = 0, query = 0] of indicesOf(out.view.shape.slice(0, 3))) {
    const weights = softmaxOf(scoresOf(spec, [batch, head, query], read))
    for (const d of range(out.view.shape[3] ?? 1))
      write(
        [batch, head, query, d],
        weights.reduce((sum, weight, key) => sum + weight * read(v, [batch, head, key, d]), 0),
      )
  }
}

/** The scores of one query, for all keys. */
function scoresOf(
  { q, k, scale, score }: Pick<AttentionSpec, 'q' | 'k' | 'scale' | 'score'>,
  [batch = 0, head = 0, query = 0]: Index,
  read: Read,
): number[] {
  return range(k.view.shape[2] ?? 1).map((key) => {
    const product = range(q.view.shape[3] ?? 1).reduce(
      (sum, d) => sum + read(q, [batch, head, query, d]) * read(k, [batch, head, key, d]),
      0,
    )
    return evaluate(score, product * scale, [batch, head, query, key], read)
  })
}

function attentionLogSumModel({ out, ...spec }: AttentionLogSumSpec, read: Read, write: Write): void {
  for (const row of indicesOf(out.view.shape.slice(0, 3))) {
    const scores = scoresOf(spec, row, read)
    const largest = Math.max(...scores)
    const total = scores.reduce((sum, score) => sum + Math.exp(score - largest), 0)
    write([...row, 0], largest + Math.log(total))
  }
}

function attentionGradientModel(spec: AttentionGradientSpec, read: Read, write: Write): void {
  const { of, q, k, v, dy, statistics, scale, out } = spec
  const heads = q.view.shape[1] ?? 1
  const depth = q.view.shape[3] ?? 1
  const sums = new Map<string, number>()
  const add = (index: Index, value: number) => sums.set(`${index}`, (sums.get(`${index}`) ?? 0) + value)
  for (const [batch = 0, head = 0, query = 0] of indicesOf(q.view.shape.slice(0, 3))) {
    const at = (row: number, d: number) => [batch, head, row, d]
    for (const [key, score] of scoresOf(spec, at(query, 0), read).entries()) {
      const weight = Math.exp(score - read(statistics, at(query, 0)))
      const slope = range(v.view.shape[3] ?? 1).reduce(
        (sum, d) => sum + read(dy, at(query, d)) * read(v, at(key, d)),
        0,
      )
      const change = weight * (slope - read(statistics, at(query, 1))) * scale
      for (const d of range(depth)) {
        if (of === 'queries') add(at(query, d), change * read(k, at(key, d)))
        else add([batch, key, head * depth + d], change * read(q, at(query, d)))
      }
      const depthV = v.view.shape[3] ?? 1
      if (of === 'keys')
        for (const d of range(depthV))
          add([batch, key, heads * depth + head * depthV + d], weight * read(dy, at(query, d)))
    }
  }
  for (const index of indicesOf(out.view.shape)) write(index, sums.get(`${index}`) ?? 0)
}

function rowStatisticsModel({ kind, x, eps }: RowStatisticsSpec, read: Read, write: Write): void {
  const [rows = 1, length = 1] = x.view.shape
  for (const row of range(rows)) {
    const values = range(length).map((i) => read(x, [row, i]))
    const { mean, variance } = kind === 'merge' ? merged(values, eps) : moments(values, kind === 'rms')
    write([row, 0], mean)
    write([row, 1], 1 / Math.sqrt(variance + eps))
  }
}

function moments(values: readonly number[], isAboutZero = false): { mean: number; variance: number } {
  const average = (all: readonly number[]) => all.reduce((sum, value) => sum + value, 0) / all.length
  const mean = isAboutZero ? 0 : average(values)
  return { mean, variance: average(values.map((value) => (value - mean) ** 2)) }
}

function merged(values: readonly number[], eps: number): { mean: number; variance: number } {
  const means = values.filter((_, i) => i % 2 === 0)
  const variances = values.filter((_, i) => i % 2 === 1).map((rstd) => 1 / rstd ** 2 - eps)
  const { mean, variance } = moments(means)
  return { mean, variance: variance + moments(variances).mean }
}

function softmaxModel({ x }: SoftmaxSpec, read: Read, write: Write): void {
  const [rows = 1, length = 1] = x.view.shape
  for (const row of range(rows))
    for (const [i, value] of softmaxOf(range(length).map((at) => read(x, [row, at]))).entries())
      write([row, i], value)
}

function reduceModel({ fn, x, prologue, epilogue }: ReduceSpec, read: Read, write: Write): void {
  const [outer = 1, length = 1, inner = 1] = x.view.shape
  for (const [o = 0, i = 0] of indicesOf([outer, inner])) {
    const values = range(length).map((at) => evaluate(prologue, read(x, [o, at, i]), [o, at, i], read))
    const folded =
      fn === 'sum' ? values.reduce((sum, value) => sum + value, 0) : values.reduce((a, b) => Math[fn](a, b))
    write([o, i], evaluate(epilogue, folded, [o, i], read))
  }
}

function poolModel(spec: PoolSpec, read: Read, write: Write): void {
  const [, height = 1, width = 1] = spec.x.view.shape
  for (const index of indicesOf(spec.out.view.shape)) {
    const [image = 0, oy = 0, ox = 0, c = 0] = index
    const values: number[] = []
    for (const [ky = 0, kx = 0] of indicesOf(spec.kernel)) {
      const y = oy * spec.stride[0] + ky - spec.padding[0]
      const x = ox * spec.stride[1] + kx - spec.padding[1]
      if (y >= 0 && x >= 0 && y < height && x < width) values.push(read(spec.x, [image, y, x, c]))
    }
    const divisor = spec.countIncludePad ? spec.kernel[0] * spec.kernel[1] : values.length
    const folded =
      spec.fn === 'max' ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0) / divisor
    write(index, evaluate(spec.epilogue, folded, index, read))
  }
}

function scanModel({ factor, added, out }: ScanSpec, read: Read, write: Write): void {
  const [outer = 1, length = 1, inner = 1] = out.view.shape
  for (const [o = 0, c = 0] of indicesOf([outer, inner])) {
    let state = 0
    for (const i of range(length)) {
      const index = [o, i, c]
      state = evaluate(factor, Number.NaN, index, read) * state + evaluate(added, Number.NaN, index, read)
      write(index, state)
    }
  }
}

function proceduralModel({ seed, a, b, out }: ProceduralSpec, _read: Read, write: Write): void {
  for (const [i, index] of indicesOf(out.view.shape).entries()) {
    let z = (seed + Math.imul(i, 0x9e3779b9)) >>> 0
    z = Math.imul(z ^ (z >>> 16), 0x7feb352d) >>> 0
    z = Math.imul(z ^ (z >>> 15), 0x846ca68b) >>> 0
    z = (z ^ (z >>> 16)) >>> 0
    write(index, Math.fround(a + b * ((z >>> 8) / 2 ** 23 - 1)))
  }
}

function evaluate(fused: Fused | null, accumulator: number, index: Index, read: Read): number {
  return fused ? value(fused.expression) : accumulator

  function value(part: Expression): number {
    switch (part.kind) {
      case 'accumulator':
        return accumulator
      case 'number':
        return part.value
      case 'operand': {
        const operand = fused?.operands[part.index]
        return operand ? read(operand, index) : Number.NaN
      }
      case 'unary':
        return unaryFunctions[part.fn].value(value(part.x))
      case 'binary':
        return binaryFunctions[part.fn].value(value(part.x), value(part.y))
      case 'select':
        return value(part.condition) !== 0 ? value(part.x) : value(part.y)
      default:
        return part satisfies never
    }
  }
}

function read({ tensor, view }: Operand, index: Index, tensors: Tensors): number {
  const isOutside = view.guard?.ranges.some(
    ([start, end], axis) => (index[axis] ?? 0) < start || (index[axis] ?? 0) >= end,
  )
  if (isOutside) return view.guard?.fill ?? 0
  const steps = (view.indirect ?? []).map(
    (one) => one.step * Number(tensors.get(one.tensor)?.[addressOf(one.view, index)]),
  )
  const at = steps.reduce((sum, step) => sum + step, addressOf(view, index))
  const value = tensors.get(tensor)?.[at]
  if (value === undefined) throw new Error(`The view of tensor ${tensor} leaves it at [${index.join(', ')}].`)
  return value
}

function addressOf(view: View, index: Index): number {
  return index.reduce((at, i, axis) => at + i * (view.strides[axis] ?? 0), view.offset)
}

function softmaxOf(scores: readonly number[]): readonly number[] {
  const largest = Math.max(...scores)
  const weights = scores.map((score) => Math.exp(score - largest))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

function indicesOf(shape: Shape): readonly Index[] {
  return range(elements(shape)).map((flat) => {
    const index: number[] = []
    let rest = flat
    for (const size of [...shape].reverse()) {
      index.unshift(rest % size)
      rest = Math.floor(rest / size)
    }
    return index
  })
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}
