/** Named calls that a kernel serves: how each is written as terms. Every other call is its body. */

import { type Call, elements, type Shape } from '../graph/graph'
import { positions } from '../ops/convolution'
import type { ProgramBuilder, Term } from './program'

export interface Match {
  /** Whether the kernel is better than the body for inputs of these shapes; it always is when this is left out. */
  isBetter?(shapes: readonly Shape[]): boolean
  write(b: ProgramBuilder, call: Call, inputs: readonly Term[]): Term
}

export const matches: { readonly [name: string]: Match } = {
  attention: {
    write(b, call, inputs) {
      const [q, k, v] = inputs.slice(0, 3).map((x) => b.transpose(x, [0, 2, 1, 3]))
      const bias = biasesOf(b, inputs.slice(3), [q, k])
      const made = b.term('attention', { scale: Number(call.attrs.scale) }, [q, k, v, ...bias])
      return b.transpose(made, [0, 2, 1, 3])
    },
  },

  attentionLogSum: {
    isBetter: hasManyScores,
    write(b, call, inputs) {
      const rows = inputs.slice(0, 2).map((x) => b.transpose(x, [0, 2, 1, 3]))
      const bias = biasesOf(b, inputs.slice(2), rows)
      return b.term('attentionLogSum', { scale: Number(call.attrs.scale) }, [...rows, ...bias])
    },
  },
  attentionSlopes: {
    isBetter: hasManyScores,
    // By the result itself: sum over keys of P (dy v) = y dy.
    write(b, _call, [, , , dy, , y]) {
      const slopes = b.reduce('sum', b.binary('mul', y, dy), [3])
      return b.transpose(slopes, [0, 2, 1, 3])
    },
  },
  attentionByQueries: {
    isBetter: hasManyScores,
    write: (b, call, inputs) => attentionBy(b, 'queries', call, inputs),
  },
  attentionByKeys: {
    isBetter: hasManyScores,
    write: (b, call, inputs) => attentionBy(b, 'keys', call, inputs),
  },

  roll: {
    write(b, { attrs }, [x]) {
      const axis = Number(attrs.axis)
      const size = x.shape[axis]
      const shift = Number(attrs.shift) % size
      const from = Float32Array.from({ length: size }, (_, i) => (i - shift + size) % size)
      return b.term('gather', { axis, batch: 0 }, [x, b.constant(from, [size])])
    },
  },

  softmax: {
    write(b, _call, [x]) {
      return b.reshape(b.term('softmax', {}, [rowsOf(b, x)]), x.shape)
    },
  },

  layerNorm: {
    write(b, call, [x, weight, bias]) {
      const statistics = rowStatistics(b, x, 'layer', call)
      return scaledAndShifted(b, standardized(b, x, statistics, 'layer'), weight, bias)
    },
  },

  rmsNorm: {
    write(b, call, [x, weight]) {
      const statistics = rowStatistics(b, x, 'rms', call)
      return scaledAndShifted(b, standardized(b, x, statistics, 'rms'), weight, undefined)
    },
  },

  layerNormStatistics: { write: (b, call, [x]) => statisticsOfRows(b, x, 'layer', call) },
  rmsNormStatistics: { write: (b, call, [x]) => statisticsOfRows(b, x, 'rms', call) },

  groupNorm: {
    write(b, call, [x, weight, bias]) {
      const groups = Number(call.attrs.groups)
      const eps = Number(call.attrs.eps)
      const normed =
        groups === 1
          ? standardized(b, x, sampleStatistics(b, x, eps), 'layer')
          : standardizedGroups(b, x, groups, eps)
      return scaledAndShifted(b, normed, weight, bias)
    },
  },

  averagePool: { write: (b, call, [x]) => pool(b, call, x, 'average') },
  maxPool: { write: (b, call, [x]) => pool(b, call, x, 'max') },
}

/** More scores than this are not written down, for one head or for all heads of all samples. */
const manyScores = { ofHead: 2 ** 18, inAll: 2 ** 22 }

/**
 * The backward of attention has kernels that write no scores; they compute these three times over. Up to 512 tokens products
 * that keep them for a moment are as good, and on software adapters better.
 */
function hasManyScores([q, k]: readonly Shape[]): boolean {
  const ofHead = q[1] * k[1]
  return ofHead >= manyScores.ofHead || q[0] * q[2] * ofHead >= manyScores.inAll
}

function attentionBy(b: ProgramBuilder, of: 'queries' | 'keys', call: Call, inputs: readonly Term[]): Term {
  const rows = inputs.slice(0, 4).map((x) => b.transpose(x, [0, 2, 1, 3]))
  // One tensor to bind instead of two.
  const statistics = b.term('concat', { axis: 3 }, inputs.slice(4, 6))
  const bias = biasesOf(b, inputs.slice(6), rows)
  const made = b.term('attentionGradient', { scale: Number(call.attrs.scale), of }, [
    ...rows,
    statistics,
    ...bias,
  ])
  return of === 'queries' ? b.transpose(made, [0, 2, 1, 3]) : made
}

/** What is added to the scores of q [n, h, t, d] and k [n, h, s, d], if anything. */
function biasesOf(b: ProgramBuilder, inputs: readonly Term[], [q, k]: readonly Term[]): Term[] {
  const scores = [...q.shape.slice(0, 3), k.shape[2]]
  return inputs.map((x) => repeatedTo(b, x, scores))
}

/** A bias of attention as large as its scores [n, h, t, s]: [n, ...] or [images, windows, ...], axes of size 1 repeating. */
function repeatedTo(b: ProgramBuilder, bias: Term, scores: readonly number[]): Term {
  const missing = scores.length - bias.shape.length
  if (missing >= 0)
    return b.broadcast(b.reshape(bias, [...Array<number>(missing).fill(1), ...bias.shape]), scores)
  const windows = bias.shape[1]
  return b.reshape(b.broadcast(bias, [scores[0] / windows, windows, ...scores.slice(1)]), scores)
}

function rowsOf(b: ProgramBuilder, x: Term): Term {
  const length = x.shape[x.shape.length - 1]
  return b.reshape(x, [elements(x.shape) / length, length])
}

function rowStatistics(b: ProgramBuilder, x: Term, kind: 'layer' | 'rms', { attrs }: Call): Term {
  return b.term('rowStatistics', { kind, eps: Number(attrs.eps) }, [rowsOf(b, x)])
}

function statisticsOfRows(b: ProgramBuilder, x: Term, kind: 'layer' | 'rms', call: Call): Term {
  return b.reshape(rowStatistics(b, x, kind, call), [...x.shape.slice(0, -1), 2])
}

/** (x - mean) rstd, with statistics [rows, 2] for equal runs of x's elements. */
function standardized(b: ProgramBuilder, x: Term, statistics: Term, kind: 'layer' | 'rms'): Term {
  const perRow = b.reshape(statistics, [...rowsOnly(x, statistics.shape[0]), 2])
  const zeros = x.shape.map(() => 0)
  const one = [...perRow.shape.slice(0, -1), 1]
  const column = (index: number) => b.broadcast(b.slice(perRow, [...zeros.slice(1), index], one), x.shape)
  const centred = kind === 'layer' ? b.binary('sub', x, column(0)) : x
  return b.binary('mul', centred, column(1))
}

/** The leading axes of x that count its rows; 1 for the others but the last, which is left out. */
function rowsOnly(x: Term, rows: number): number[] {
  let outer = 1
  return x.shape.slice(0, -1).map((size) => {
    const isRow = outer < rows
    if (isRow) outer *= size
    return isRow ? size : 1
  })
}

function scaledAndShifted(
  b: ProgramBuilder,
  x: Term,
  weight: Term | undefined,
  bias: Term | undefined,
): Term {
  const scaled = weight ? b.binary('mul', x, perChannel(b, weight, x)) : x
  return bias ? b.binary('add', scaled, perChannel(b, bias, x)) : scaled
}

function perChannel(b: ProgramBuilder, vector: Term, x: Term): Term {
  const ones = x.shape.slice(1).map(() => 1)
  return b.broadcast(b.reshape(vector, [...ones, ...vector.shape]), x.shape)
}

/**
 * Several groups of channels. Mean and squared deviations are summed per channel first, where neighbours in memory belong to
 * different sums, and then joined per group: var = mean over the group's channels of (var of the channel + (its mean - mean)²).
 */
function standardizedGroups(b: ProgramBuilder, x: Term, groups: number, eps: number): Term {
  const [n] = x.shape
  const c = x.shape[x.shape.length - 1]
  const positions = elements(x.shape) / (n * c)
  const perGroup = c / groups
  const average = (values: Term, axis: number) =>
    b.withNumber('mul', b.reduce('sum', values, [axis]), 1 / values.shape[axis])
  const centredAround = (values: Term, mean: Term) => b.binary('sub', values, b.broadcast(mean, values.shape))

  const map = b.reshape(x, [n, positions, c])
  const channelMean = average(map, 1)
  const channelVariance = average(b.unary('square', centredAround(map, channelMean)), 1)
  const byGroup = (values: Term) => b.reshape(values, [n, groups, perGroup])
  const mean = average(byGroup(channelMean), 2)
  const between = b.unary('square', centredAround(byGroup(channelMean), mean))
  const variance = average(b.binary('add', byGroup(channelVariance), between), 2)
  const rstd = b.unary('rsqrt', b.withNumber('add', variance, eps))

  const split = b.reshape(x, [n, positions, groups, perGroup])
  const spread = (values: Term) => b.broadcast(b.reshape(values, [n, 1, groups, 1]), split.shape)
  return b.reshape(b.binary('mul', b.binary('sub', split, spread(mean)), spread(rstd)), x.shape)
}

/** A row that one workgroup reads alone; longer ones are cut into parts, whose statistics are merged. */
const longestRow = 8192
const shortestPart = 1024

/** Mean and 1 / sqrt(var + eps) of every sample [n, ...] -> [n, 2]. */
function sampleStatistics(b: ProgramBuilder, x: Term, eps: number): Term {
  const [n] = x.shape
  const length = elements(x.shape) / n
  const parts = length > longestRow ? partsOf(length) : 1
  const statistics = b.term('rowStatistics', { kind: 'layer', eps }, [
    b.reshape(x, [n * parts, length / parts]),
  ])
  if (parts === 1) return statistics
  return b.term('rowStatistics', { kind: 'merge', eps }, [b.reshape(statistics, [n, 2 * parts])])
}

/** The largest number of equal parts that are not too short, at most 256. */
function partsOf(length: number): number {
  for (let parts = 256; parts > 1; parts--) {
    if (length % parts === 0 && length / parts >= shortestPart) return parts
  }
  return 1
}

function pool(b: ProgramBuilder, call: Call, x: Term, fn: 'average' | 'max'): Term {
  const kernel = Number(call.attrs.kernel)
  const stride = Number(call.attrs.stride)
  const padding = Number(call.attrs.padding)
  const output = (size: number) => positions(size + 2 * padding, kernel, stride, 1)
  return b.term(
    'pool',
    {
      fn,
      kernel: [kernel, kernel],
      stride: [stride, stride],
      padding: [padding, padding],
      output: [output(x.shape[1]), output(x.shape[2])],
      countIncludePad: call.attrs.countIncludePad === true,
    },
    [x],
  )
}
