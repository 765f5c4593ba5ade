/** The single functions of cases/ops/ops.json, built from our own: what is not in the table is not built yet. */
import type { Graph, Shape, Value } from '../../graph/graph'
import { adaptiveAverage } from '../../modules/adaptivePooling'
import { batchNorm } from '../../nn/batchNorm'
import { type Conv2dOptions, conv2d } from '../../nn/conv2d'
import { groupNorm } from '../../nn/groupNorm'
import { layerNorm } from '../../nn/layerNorm'
import { linear } from '../../nn/linear'
import { ModuleBuilder } from '../../nn/moduleBuilder'
import { averagePool, maxPool } from '../../nn/pool'
import { meansOver, resampled, resize } from '../../nn/resample'
import { rmsNorm } from '../../nn/rmsNorm'
import { softmax } from '../../nn/softmax'
import { starRelu } from '../../nn/squaredRelu'
import type { UnaryFunction } from '../../ops/elementwise'
import type { OpCase } from './goldenCase'

/** Our function, and what the case calls the weights that we name in PyTorch's way. */
interface Built {
  readonly build: (b: ModuleBuilder, x: Value) => Value
  /** Made of weights only: what `build` gets as x is a stand-in. */
  readonly hasNoInput?: true
  readonly weights?: { readonly [ours: string]: string }
  /** What the case calls its first input; x when left out. */
  readonly input?: string
  /** The case itself keeps its maps channels last, or has no maps. */
  readonly isChannelsLast?: boolean
}

const convolution = (options: Omit<Conv2dOptions, 'name'>): Built => ({
  build: (b, x) => conv2d(b, x, { name: '', ...options }),
  weights: { weight: 'w', bias: 'b' },
})
const unary = (fn: UnaryFunction): Built => ({ build: (b, x) => b.unary(fn, x) })
const affine = { weight: 'w', bias: 'b' }

const built: { readonly [op: string]: Built } = {
  conv_3x3_s2_p1: convolution({ out: 4, kernel: 3, stride: 2, padding: 1, bias: true }),
  conv_7x7_s4_p2: convolution({ out: 4, kernel: 7, stride: 4, padding: 2, bias: false }),
  conv_grouped: convolution({ out: 6, kernel: 3, padding: 1, groups: 2, bias: false }),
  conv_depthwise_dil2: convolution({ out: 4, kernel: 3, padding: 2, dilation: 2, groups: 4, bias: false }),
  conv_1x11: convolution({ out: 2, kernel: [1, 11], padding: [0, 5], groups: 2, bias: false }),
  conv_same_even_k: convolution({ out: 3, kernel: 4, padding: 'same', bias: false }),
  conv_tf_same_s2_even: convolution({
    out: 3,
    kernel: 3,
    stride: 2,
    padding: [
      [0, 1],
      [0, 1],
    ],
    bias: false,
  }),
  conv_tf_same_s2_odd: convolution({ out: 3, kernel: 3, stride: 2, padding: 1, bias: false }),
  linear: { build: (b, x) => linear(b, x, { name: '', out: 3, bias: true }), weights: affine },
  maxpool_3_s2_p1: { build: (b, x) => maxPool(b, x, { kernel: 3, stride: 2, padding: 1 }) },
  avgpool_3_s1_p1_exclpad: {
    build: (b, x) => averagePool(b, x, { kernel: 3, stride: 1, padding: 1, countIncludePad: false }),
  },
  avgpool_3_s2_p1_inclpad: {
    build: (b, x) => averagePool(b, x, { kernel: 3, stride: 2, padding: 1, countIncludePad: true }),
  },
  'layernorm_1e-6': { build: (b, x) => layerNorm(b, x, { eps: 1e-6 }), weights: affine },
  'layernorm_1e-5': { build: (b, x) => layerNorm(b, x, { eps: 1e-5 }), weights: affine },
  groupnorm1: { build: (b, x) => groupNorm(b, x, { groups: 1, eps: 1e-5 }), weights: affine },
  groupnorm2: { build: (b, x) => groupNorm(b, x, { groups: 2, eps: 1e-5 }), weights: affine },
  batchnorm_eval: {
    build: (b, x) => batchNorm(b, x, { eps: 1e-5 }),
    weights: { ...affine, running_mean: 'm', running_var: 'v' },
  },
  rmsnorm: { build: (b, x) => rmsNorm(b, x, { eps: 1e-6 }), weights: { weight: 'w' } },
  act_gelu: unary('gelu'),
  act_gelu_tanh: unary('geluTanh'),
  act_quick_gelu: unary('quickGelu'),
  act_silu: unary('silu'),
  act_hard_swish: unary('hardswish'),
  act_hard_sigmoid: unary('hardsigmoid'),
  act_mish: unary('mish'),
  act_relu6: unary('relu6'),
  act_relu: unary('relu'),
  act_elu: unary('elu'),
  act_tanh: unary('tanh'),
  act_sigmoid: unary('sigmoid'),
  act_star_relu: { build: (b, x) => starRelu(b, x) },
  softmax_large: { build: (b, x) => softmax(b, x) },
  unfold_3_p1_s2: { build: unfold },
  fold_3_p1_s2: { build: fold },
  roll_partition: { build: rollAndPartition, isChannelsLast: true },
  conv3d_lambda: { build: lambdaConvolution, weights: affine, isChannelsLast: true },
  avgpool_2_s2_ceil: { build: averagesOfTwo },
  avgpool_2_s2_ceil_inclpad: { build: averagesOfTwo },
  avgpool1d: { build: (b, x) => b.reshape(b.mean(b.reshape(x, [1, 2, 4, 4]), [3]), [1, 2, 4]) },
  grn: { build: responseNorm, weights: affine, isChannelsLast: true },
  act_hard_mish: {
    build: (b, x) => b.mul(b.mul(x, 0.5), b.max(b.min(b.add(x, 2), 2), 0)),
  },
  normalize: { build: (b, x) => b.div(x, b.max(b.sqrt(b.sum(b.square(x), [1])), 1e-12)) },
  adaptive_avg_7: { build: (b, x) => adaptiveAverage(b, x, 7, 7) },
  adaptive_avg_up: { build: (b, x) => adaptiveAverage(b, x, 7, 7) },
  bicubic_down: { build: (b, x) => resize(b, x, { ...square(6), mode: 'bicubic' }) },
  bicubic_up: { build: (b, x) => resize(b, x, { ...square(7), mode: 'bicubic' }) },
  bicubic_aa_down: { build: (b, x) => resize(b, x, { ...square(6), mode: 'bicubic', antialias: true }) },
  bicubic_aa_up: { build: (b, x) => resize(b, x, { ...square(7), mode: 'bicubic', antialias: true }) },
  bilinear_ac_false: { build: (b, x) => resize(b, x, { ...square(7), mode: 'bilinear' }) },
  bilinear_ac_true: {
    build: (b, x) => resize(b, x, { ...square(7), mode: 'bilinear', alignCorners: true }),
  },
  bilinear_down_half: { build: (b, x) => resize(b, x, { ...square(4), mode: 'bilinear' }) },
  nearest_up: { build: (b, x) => resize(b, x, { ...square(7), mode: 'nearest' }) },
  resample_abs_pos_embed: { build: (b, x) => resampledPositions(b, x, 4, 6), input: 'p' },
  resample_abs_pos_embed_down: { build: (b, x) => resampledPositions(b, x, 6, 4), input: 'p' },
  xcit_fourier: {
    build: (b) => conv2d(b, fourierPositions(b, 3, 4, 4), { name: '', out: 6, kernel: 1, bias: true }),
    weights: { weight: 'w', bias: 'b' },
    hasNoInput: true,
  },
  rope_cat: { build: (b, x) => rotated(b, x, 4), input: 'q', isChannelsLast: true },
  rope_cat_ref: { build: (b, x) => rotated(b, x, 2), input: 'q', isChannelsLast: true },
  swin_rel_bias: {
    build: (b, x) => b.transpose(b.gather(x, offsets(b, 3), { axis: 0 }), [2, 0, 1]),
    input: 't',
  },
  beit_rel_bias: { build: classTokenBias, input: 't' },
  halo_rel: {
    build: (b, x) => relativeLogits(b, x, { side: 2, keys: 4, offset: (q, k) => k - q + 3 }),
    input: 'q',
    weights: { rows: 'h', columns: 'w' },
    isChannelsLast: true,
  },
  bot_rel: {
    build: (b, x) => relativeLogits(b, x, { side: 3, keys: 3, offset: (q, k) => k - q + 2 }),
    input: 'q',
    weights: { rows: 'h', columns: 'w' },
  },
  mvit_rel: {
    build: (b, x) => relativeLogits(b, x, { side: 4, keys: 2, offset: (q, k) => q - 2 * k + 2 }),
    input: 'q',
    weights: { rows: 'h', columns: 'w' },
    isChannelsLast: true,
  },
}

/** Windows of two that hang over the edge count what lies inside. */
function averagesOfTwo(b: ModuleBuilder, x: Value): Value {
  const halves = (size: number) =>
    meansOver(Array.from({ length: Math.ceil(size / 2) }, (_, i) => [2 * i, Math.min(size, 2 * i + 2)]))
  const [, h = 1, w = 1] = x.shape
  return resampled(b, resampled(b, x, 1, halves(h)), 2, halves(w))
}

/** ConvNeXt V2. */
function responseNorm(b: ModuleBuilder, x: Value): Value {
  const strength = b.sqrt(b.sum(b.square(x), [1, 2]))
  const relative = b.div(strength, b.add(b.mean(strength, [3]), 1e-6))
  const weight = b.weight('weight', [4], { init: 'one' })
  const bias = b.weight('bias', [4], { init: 'bias' })
  return b.add(x, b.add(bias, b.mul(weight, b.mul(x, relative))))
}

/** A kernel of 3 x 3 x 1 over [1, 1, h, w, c]: every channel is a map of its own. */
function lambdaConvolution(b: ModuleBuilder, x: Value): Value {
  const maps = b.reshape(b.transpose(x, [0, 4, 2, 3, 1]), [3, 4, 4, 1])
  const weight = b.weight('weight', [2, 1, 3, 3, 1], { init: 'weight' })
  const sides = [1, 1] as const
  const mixed = b.conv(maps, b.reshape(weight, [2, 3, 3, 1]), { padding: [sides, sides] })
  const shifted = b.add(mixed, b.weight('bias', [2], { init: 'bias' }))
  return b.reshape(b.transpose(shifted, [3, 1, 2, 0]), [1, 2, 4, 4, 3])
}

const square = (side: number) => ({ height: side, width: side })

/** The class token stays, the grid of the others is resized. */
function resampledPositions(b: ModuleBuilder, x: Value, from: number, to: number): Value {
  const [, tokens = 1, c = 1] = x.shape
  const first = b.slice(x, { start: [0, 0, 0], size: [1, 1, c] })
  const grid = b.reshape(b.slice(x, { start: [0, 1, 0], size: [1, tokens - 1, c] }), [1, from, from, c])
  const resized = resize(b, grid, { ...square(to), mode: 'bicubic', antialias: true })
  return b.concat([first, b.reshape(resized, [1, to * to, c])], 1)
}

/** XCiT's waves over a map, [1, h, w, 2 width]: first those of y, then those of x, sines and cosines in turn. */
function fourierPositions(b: ModuleBuilder, h: number, w: number, width: number): Value {
  const waves = (at: number, size: number) =>
    Array.from({ length: width }, (_, i) => {
      const angle = ((at + 1) / (size + 1e-6)) * 2 * Math.PI
      const slowed = angle / 10_000 ** ((2 * Math.floor(i / 2)) / width)
      return i % 2 === 0 ? Math.sin(slowed) : Math.cos(slowed)
    })
  const places = Array.from({ length: h * w }, (_, i) => [Math.floor(i / w), i % w] as const)
  return b.constant(
    places.flatMap(([y, x]) => [...waves(y, h), ...waves(x, w)]),
    [1, h, w, 2 * width],
  )
}

/** EVA's rotation of neighbouring channels by an angle for y (first half) and x, on a grid of 4 x 4. */
function rotated(b: ModuleBuilder, x: Value, reference: number): Value {
  const angles = Array.from({ length: 16 }, (_, token) =>
    [Math.floor(token / 4), token % 4].flatMap((at) =>
      [1, 100].flatMap((base) => {
        const angle = (at * reference) / 4 / base
        return [angle, angle]
      }),
    ),
  ).flat()
  const table = (of: (angle: number) => number) => b.constant(angles.map(of), [1, 1, 16, 8])
  const swapped = b.gather(x, b.constant([1, 0, 3, 2, 5, 4, 7, 6], [8]), { axis: 3 })
  const turned = b.mul(swapped, b.constant([-1, 1, -1, 1, -1, 1, -1, 1], [8]))
  return b.add(b.mul(x, table(Math.cos)), b.mul(turned, table(Math.sin)))
}

/** [t, t] for a window of side x side: the row of the table for the offset query - key. */
function offsets(b: ModuleBuilder, side: number): Value {
  return b.constant(offsetNumbers(side), [side ** 2, side ** 2])
}

function offsetNumbers(side: number): number[] {
  const tokens = Array.from({ length: side ** 2 }, (_, token) => [Math.floor(token / side), token % side])
  return tokens.flatMap(([qy = 0, qx = 0]) =>
    tokens.map(([ky = 0, kx = 0]) => (qy - ky + side - 1) * (2 * side - 1) + qx - kx + side - 1),
  )
}

/** BEiT: the last three rows of the table are class to token, token to class and class to class. */
function classTokenBias(b: ModuleBuilder, x: Value): Value {
  const inner = offsetNumbers(2)
  const rows = Array.from({ length: 4 }, (_, row) => [10, ...inner.slice(row * 4, row * 4 + 4)])
  const index = b.constant([11, 9, 9, 9, 9, ...rows.flat()], [5, 5])
  return b.transpose(b.gather(x, index, { axis: 0 }), [2, 0, 1])
}

/** q r for the rows' and the columns' offsets, added for every key of keys x keys. */
function relativeLogits(
  b: ModuleBuilder,
  x: Value,
  {
    side,
    keys,
    offset,
  }: { readonly side: number; readonly keys: number; readonly offset: (q: number, k: number) => number },
): Value {
  const d = x.shape.at(-1) ?? 1
  const queries = b.reshape(x, [side, side, d])
  const pairs = Array.from({ length: side * keys }, (_, i) => offset(Math.floor(i / keys), i % keys))
  const index = b.constant(pairs, [side, keys])
  const logits = (name: string, axis: 0 | 1) => {
    const table = b.weight(name, [Math.max(...pairs) + 1, d], { init: 'weight' })
    return b.dot(queries, b.gather(table, index, { axis: 0 }), { batch: [[axis], [0]], contract: [[2], [2]] })
  }
  // [qy, qx, ky] and [qx, qy, kx]
  const byRow = b.reshape(logits('rows', 0), [side, side, keys, 1])
  const byColumn = b.reshape(b.transpose(logits('columns', 1), [1, 0, 2]), [side, side, 1, keys])
  return b.reshape(b.add(byRow, byColumn), [...x.shape.slice(0, -1), keys ** 2])
}

const slidingWindow = { kernel: [3, 3], stride: [2, 2], dilation: [1, 1] } as const

/** [n, h, w, c] -> [n, c 9, positions], rows (c, ky, kx) as in PyTorch. */
function unfold(b: ModuleBuilder, x: Value): Value {
  const padded = b.pad(x, { low: [0, 1, 1, 0], high: [0, 1, 1, 0] })
  const windows = b.windows(padded, slidingWindow)
  const [n = 1, height = 1, width = 1, , , c = 1] = windows.shape
  return b.reshape(b.transpose(windows, [0, 5, 3, 4, 1, 2]), [n, c * 9, height * width])
}

/** The adjoint, onto a map of 6 x 6. */
function fold(b: ModuleBuilder, x: Value): Value {
  const windows = b.transpose(b.reshape(x, [1, 2, 3, 3, 3, 3]), [0, 4, 5, 2, 3, 1])
  const padded = b.overlapAdd(windows, { ...slidingWindow, height: 8, width: 8 })
  return b.slice(padded, { start: [0, 1, 1, 0], size: [1, 6, 6, 2] })
}

/** Rolled by one to the left and to the top, then cut into windows of 2 x 2. */
function rollAndPartition(b: ModuleBuilder, x: Value): Value {
  const rolled = b.roll(b.roll(x, { axis: 1, shift: -1 }), { axis: 2, shift: -1 })
  return b.reshape(b.transpose(b.reshape(rolled, [1, 2, 2, 2, 2, 1]), [0, 1, 3, 2, 4, 5]), [4, 2, 2, 1])
}

export interface OpGraph {
  readonly graph: Graph
  /** Whether the case keeps maps as we do, channels last. */
  readonly isChannelsLast: boolean
  /** What goes into the graph's only input; null when it has none. */
  readonly x: OpCase['inputs'][string] | null
}

/** The graph of one case, with maps channels last; null when it is not built yet. */
export function opGraph({ op, inputs }: OpCase): OpGraph | null {
  const row = built[op]
  const x = inputs[row?.input ?? 'x'] ?? null
  if (!row || (!x && !row.hasNoInput)) return null
  const names = Object.entries(row.weights ?? {}).flatMap(([ours, theirs]) => {
    const input = inputs[theirs]
    return input ? [{ ours, ...input }] : []
  })
  const keys = Object.fromEntries(names.map(({ ours, tensor }) => [ours, tensor]))
  const values = new Map(names.map(({ tensor, a, b }) => [tensor, { a, b }]))
  const b = new ModuleBuilder({ values })
  const { isChannelsLast = false } = row
  const shape = x?.shape ?? [1]
  const input = b.input('x', isChannelsLast ? shape : channelsLast(shape))
  const output = b.instance(op, '', keys, () => row.build(b, input))
  return { graph: b.finish([output]), isChannelsLast, x }
}

function channelsLast(shape: Shape): Shape {
  const [n, c, ...positions] = shape
  return shape.length < 4 || n === undefined || c === undefined ? shape : [n, ...positions, c]
}
