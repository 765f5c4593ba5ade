/**
 * Writes contractions, convolutions and folds in the forms that kernels take: three axes, one of them summed. What lies
 * around them are movements, which cost nothing.
 */
import { elements, type Shape } from '../graph/graph'
import type { Pair } from '../ops/attributes'
import { convOutput, spread } from '../ops/convolution'
import { freeAxes } from '../ops/shape'
import { type Program, type ProgramBuilder, rewritten, type Term, type TermAttributes } from './program'
import { scatterAddAsDot, topK } from './selections'
import { viewOf } from './termViews'
import { reshaped } from './views'

export function kernelForms(program: Program): Program {
  return rewritten(program, (b, term, inputs) => {
    switch (term.op) {
      case 'dot':
        return matmul(b, term.attrs, inputs[0], inputs[1])
      case 'conv':
        return convolution(b, term.attrs, inputs[0], inputs[1])
      case 'reduce':
        return folds(b, term.attrs, inputs[0])
      case 'overlapAdd':
        return overlapAdd(b, term.attrs, inputs[0])
      case 'scatterAdd': {
        const { attrs, operands, finish } = scatterAddAsDot(b, term.attrs, inputs[0], inputs[1])
        return finish(matmul(b, attrs, operands[0], operands[1]))
      }
      case 'topK':
        return topK(b, term.attrs.k, inputs[0])
      case 'scan':
        return scan(b, term.attrs, inputs[0], inputs[1])
      default:
        return null
    }
  })
}

// --- dot -----------------------------------------------------------------------------------------------------------

function matmul(b: ProgramBuilder, { batch, contract }: TermAttributes['dot'], x: Term, y: Term): Term {
  const freeX = freeAxes(x.shape, batch[0], contract[0])
  const freeY = freeAxes(y.shape, batch[1], contract[1])
  const result = [...batch[0], ...freeX]
    .map((axis) => x.shape[axis])
    .concat(freeY.map((axis) => y.shape[axis]))
  const rows = b.transpose(x, [...batch[0], ...freeX, ...contract[0]])
  const columns = b.transpose(y, [...batch[1], ...freeY, ...contract[1]])
  const sizes = {
    batch: product(batch[0], x.shape),
    m: product(freeX, x.shape),
    n: product(freeY, y.shape),
    k: product(contract[0], x.shape),
  }
  const rowsShape = [sizes.batch, sizes.m, sizes.k]
  const columnsShape = [sizes.batch, sizes.n, sizes.k]
  if (batch[0].length === 0) {
    // Free axes that lie apart in memory: the first of them becomes the batch, for which the rows repeat. (Rows that lie
    // apart are split when the kernel is made.)
    if (freeY.length > 1 && liesApart(b, columns, columnsShape)) {
      return splitColumns(b, rows, columns, freeX.length, sizes, result)
    }
  }
  const made = b.term('matmul', {}, [b.reshape(rows, rowsShape), b.reshape(columns, columnsShape)])
  return b.reshape(made, result)
}

interface Sizes {
  readonly m: number
  readonly n: number
  readonly k: number
}

function splitColumns(
  b: ProgramBuilder,
  rows: Term,
  columns: Term,
  free: number,
  { m, n, k }: Sizes,
  result: Shape,
): Term {
  const [first] = columns.shape
  const shared = b.broadcast(b.reshape(rows, [1, m, k]), [first, m, k])
  const made = b.term('matmul', {}, [shared, b.reshape(columns, [first, n / first, k])])
  // [first, m, n / first]: the columns' first axis belongs behind the rows' axes.
  const apart = b.reshape(made, [first, ...result.slice(0, free), ...result.slice(free + 1)])
  const order = result.map((_, axis) => (axis < free ? axis + 1 : axis === free ? 0 : axis))
  return b.transpose(apart, order)
}

/** The free axes make one axis [1, free, k] only by copying, but not when the first of them stands alone. */
function liesApart(b: ProgramBuilder, term: Term, [, free, k]: readonly number[]): boolean {
  const seen = viewOf(b.terms, term)
  const [first] = term.shape
  return (
    seen !== null &&
    !reshaped(seen.view, [1, free, k]) &&
    reshaped(seen.view, [first, free / first, k]) !== null
  )
}

// --- conv ----------------------------------------------------------------------------------------------------------

function convolution(b: ProgramBuilder, attrs: TermAttributes['conv'], input: Term, w: Term): Term {
  const { x, padding } = withoutOddities(b, attrs, input)
  const { groups, stride, dilation } = attrs
  const [out, kh, kw, perGroup] = w.shape
  const [n, h, width, c] = x.shape
  const plain = { ...attrs, padding, inputDilation: [1, 1] as const }
  const output = convOutput(plain, [h, width], [kh, kw])
  const isPointwise =
    kh * kw === 1 && stride[0] * stride[1] === 1 && padding.flat().every((count) => count === 0)
  if (isPointwise && groups === 1) {
    const contract = [[3], [1]] as const
    return matmul(b, { batch: [[], []], contract }, x, b.reshape(w, [out, perGroup]))
  }
  const slide = {
    kernel: [kh, kw],
    stride,
    padding: [padding[0][0], padding[1][0]],
    dilation,
    output,
  } as const
  if (groups === c && out === c) {
    return b.term('depthwise', slide, [x, b.reshape(b.transpose(w, [1, 2, 3, 0]), [kh, kw, c])])
  }
  const weight = b.reshape(w, [groups, out / groups, kh * kw * perGroup])
  const made = b.term('convolve', { ...slide, groups }, [x, weight])
  return b.reshape(b.transpose(made, [1, 0, 2]), [n, ...output, out])
}

/** Zeros between the input's elements are written out, negative padding is a slice, and zeros around join the padding. */
function withoutOddities(b: ProgramBuilder, attrs: TermAttributes['conv'], input: Term) {
  const [dy, dx] = attrs.inputDilation
  let x = dy * dx > 1 ? spreadOut(b, input, [dy, dx]) : input
  let padding = attrs.padding.map(([low, high]) => [low, high] as [number, number])
  if (padding.flat().some((count) => count < 0)) {
    const crop = padding.map(([low, high]) => [Math.max(0, -low), Math.max(0, -high)])
    const [n, h, w, c] = x.shape
    const start = [0, crop[0][0], crop[1][0], 0]
    x = b.slice(x, start, [n, h - crop[0][0] - crop[0][1], w - crop[1][0] - crop[1][1], c])
    padding = padding.map(([low, high]) => [Math.max(0, low), Math.max(0, high)])
  }
  if (x.op === 'pad' && x.attrs.value === 0) {
    const { low, high } = x.attrs
    if ([low[0], high[0], low[3], high[3]].every((count) => count === 0)) {
      padding = padding.map(([before, after], i) => [before + low[i + 1], after + high[i + 1]])
      x = b.terms[x.inputs[0]]
    }
  }
  return { x, padding: padding as [[number, number], [number, number]] }
}

/** [n, h, w, c] with zeros between neighbours of h and w. */
function spreadOut(b: ProgramBuilder, x: Term, [dy, dx]: readonly [number, number]): Term {
  const [n, h, w, c] = x.shape
  const apart = b.pad(b.reshape(x, [n, h, 1, w, 1, c]), [0, 0, 0, 0, 0, 0], [0, 0, dy - 1, 0, dx - 1, 0])
  const joined = b.reshape(apart, [n, h * dy, w * dx, c])
  return b.slice(joined, [0, 0, 0, 0], [n, spread(h, dy), spread(w, dx), c])
}

// --- windows back to a map -----------------------------------------------------------------------------------------

/**
 * Places of the map that are a stride apart see the same taps: each such phase is the sum of its taps, shifted, and the phases are
 * interleaved.
 */
function overlapAdd(b: ProgramBuilder, attrs: TermAttributes['overlapAdd'], x: Term): Term {
  const { kernel, stride, dilation, height, width } = attrs
  const [n, , , , , c] = x.shape
  const [sy, sx] = stride
  const sizes = [Math.ceil(height / sy), Math.ceil(width / sx)] as const
  const shape = [n, sizes[0], 1, sizes[1], 1, c]
  const rows = range(sy).map((py) => {
    const phases = range(sx).map((px) => {
      let sum: Term | null = null
      for (const ky of range(kernel[0]).filter((k) => (k * dilation[0]) % sy === py)) {
        for (const kx of range(kernel[1]).filter((k) => (k * dilation[1]) % sx === px)) {
          const later = [Math.floor((ky * dilation[0]) / sy), Math.floor((kx * dilation[1]) / sx)] as const
          const tap = moved(b, x, [ky, kx], later, sizes)
          sum = sum && tap ? b.binary('add', sum, tap) : (sum ?? tap)
        }
      }
      return sum ? b.reshape(sum, shape) : b.number(0, shape)
    })
    return b.term('concat', { axis: 4 }, phases)
  })
  const woven = b.reshape(b.term('concat', { axis: 2 }, rows), [n, sizes[0] * sy, sizes[1] * sx, c])
  return b.slice(woven, [0, 0, 0, 0], [n, height, width, c])
}

/** One tap of all windows [n, h, w, kh, kw, c] as a map of this size, so many places further on; null where nothing arrives. */
function moved(
  b: ProgramBuilder,
  x: Term,
  [ky, kx]: Pair,
  [down, right]: Pair,
  [tall, wide]: Pair,
): Term | null {
  const [n, , , , , c] = x.shape
  const [h, w] = [Math.min(x.shape[1], tall - down), Math.min(x.shape[2], wide - right)]
  if (h <= 0 || w <= 0) return null
  const tap = b.reshape(b.slice(x, [0, 0, 0, ky, kx, 0], [n, h, w, 1, 1, c]), [n, h, w, c])
  return b.pad(tap, [0, down, right, 0], [0, tall - down - h, wide - right - w, 0])
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

// --- scan ----------------------------------------------------------------------------------------------------------

function scan(b: ProgramBuilder, { axis, reverse }: TermAttributes['scan'], factor: Term, added: Term): Term {
  const { shape } = added
  const lines = [elements(shape.slice(0, axis)), shape[axis], elements(shape.slice(axis + 1))]
  return b.reshape(
    b.term('scan', { axis: 1, reverse }, [b.reshape(factor, lines), b.reshape(added, lines)]),
    shape,
  )
}

// --- reduce --------------------------------------------------------------------------------------------------------

/** A fold of this many elements into so few results is done in two steps, or most of the GPU would idle. */
const longFold = 4096
const fewResults = 256

/** Runs of neighbouring axes one after another, the longest first: little is left for the others. */
function folds(b: ProgramBuilder, { fn, axes }: TermAttributes['reduce'], x: Term): Term {
  const [first, ...others] = axes.filter((axis) => x.shape[axis] > 1)
  const isGathered = x.op === 'binary' && x.inputs.some((id) => b.terms[id].op === 'gather')
  if (fn === 'sum' && isGathered && others.length === 0 && x.shape[first] <= fewTaps)
    return written(b, first, x)
  let made = x
  const length = (run: readonly number[]) => product(run, x.shape)
  const long = axes.filter((axis) => x.shape[axis] > 1)
  for (const run of runsOf(long, x.shape).sort((one, other) => length(other) - length(one))) {
    const first = run[0]
    const end = run[run.length - 1] + 1
    const outer = elements(made.shape.slice(0, first))
    const length = elements(made.shape.slice(first, end))
    const inner = elements(made.shape.slice(end))
    const shape = made.shape.map((size, axis) => (axis >= first && axis < end ? 1 : size))
    made = b.reshape(fold(b, fn, b.reshape(made, [outer, length, inner])), shape)
  }
  return made
}

/** So few gathered elements, such as the taps of a resize, are read and summed where the sum is needed. */
const fewTaps = 4

function written(b: ProgramBuilder, axis: number, x: Term): Term {
  const only = (list: Shape, value: number) => list.map((n, at) => (at === axis ? value : n))
  const zeros = x.shape.map(() => 0)
  const taps = Array.from({ length: x.shape[axis] }, (_, i) => b.slice(x, only(zeros, i), only(x.shape, 1)))
  return taps.reduce((sum, tap) => b.binary('add', sum, tap))
}

function fold(b: ProgramBuilder, fn: TermAttributes['fold']['fn'], x: Term): Term {
  const [outer, length, inner] = x.shape
  const parts = length >= longFold && outer * inner <= fewResults ? evenParts(length) : 1
  if (parts === 1) return b.term('fold', { fn }, [x])
  const partial = b.term('fold', { fn }, [b.reshape(x, [outer * parts, length / parts, inner])])
  return b.term('fold', { fn }, [b.reshape(partial, [outer, parts, inner])])
}

/** A divisor near the square root, so that both steps are short. */
function evenParts(length: number): number {
  for (let parts = Math.floor(Math.sqrt(length)); parts > 15; parts--) if (length % parts === 0) return parts
  return 1
}

/** Axes in order, split where an axis longer than 1 lies between. */
function runsOf(axes: readonly number[], shape: Shape): number[][] {
  const runs: number[][] = []
  for (const axis of [...axes].sort((i, j) => i - j)) {
    const last = runs.at(-1)
    const before = last?.at(-1)
    const isNext = before !== undefined && shape.slice(before + 1, axis).every((size) => size === 1)
    if (last && isNext) last.push(axis)
    else runs.push([axis])
  }
  return runs
}

const product = (axes: readonly number[], shape: Shape): number =>
  axes.reduce((size, axis) => size * shape[axis], 1)
