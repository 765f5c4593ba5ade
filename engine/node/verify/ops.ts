/** The single functions of cases/ops/ops.json, built from our own: what is not in the table is not built yet. */
import type { Graph, Shape, Value } from '../../graph/graph'
import { batchNorm } from '../../nn/batchNorm'
import { type Conv2dOptions, conv2d } from '../../nn/conv2d'
import { groupNorm } from '../../nn/groupNorm'
import { layerNorm } from '../../nn/layerNorm'
import { linear } from '../../nn/linear'
import { ModuleBuilder } from '../../nn/moduleBuilder'
import { averagePool, maxPool } from '../../nn/pool'
import { rmsNorm } from '../../nn/rmsNorm'
import { softmax } from '../../nn/softmax'
import { starRelu } from '../../nn/squaredRelu'
import type { UnaryFunction } from '../../ops/elementwise'
import type { OpCase } from './goldenCase'

/** Our function, and what the case calls the weights that we name in PyTorch's way. */
interface Built {
  readonly build: (b: ModuleBuilder, x: Value) => Value
  readonly weights?: { readonly [ours: string]: string }
  /** The case itself keeps its maps channels last. */
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
  const rolled = [1, 2].reduce((value, axis) => {
    const size = value.shape.map((length, other) => (other === axis ? length - 1 : length))
    const first = value.shape.map((length, other) => (other === axis ? 1 : length))
    const zero = value.shape.map(() => 0)
    const second = zero.map((_, other) => (other === axis ? 1 : 0))
    return b.concat(
      [b.slice(value, { start: second, size }), b.slice(value, { start: zero, size: first })],
      axis,
    )
  }, x)
  return b.reshape(b.transpose(b.reshape(rolled, [1, 2, 2, 2, 2, 1]), [0, 1, 3, 2, 4, 5]), [4, 2, 2, 1])
}

export interface OpGraph {
  readonly graph: Graph
  /** Whether the case keeps maps as we do, channels last. */
  readonly isChannelsLast: boolean
}

/** The graph of one case, with maps channels last; null when it is not built yet. */
export function opGraph({ op, inputs }: OpCase): OpGraph | null {
  const row = built[op]
  const x = inputs.x
  if (!row || !x) return null
  const names = Object.entries(row.weights ?? {}).flatMap(([ours, theirs]) => {
    const input = inputs[theirs]
    return input ? [{ ours, ...input }] : []
  })
  const keys = Object.fromEntries(names.map(({ ours, tensor }) => [ours, tensor]))
  const values = new Map(names.map(({ tensor, a, b }) => [tensor, { a, b }]))
  const b = new ModuleBuilder({ values })
  const { isChannelsLast = false } = row
  const input = b.input('x', isChannelsLast ? x.shape : channelsLast(x.shape))
  const output = b.instance(op, '', keys, () => row.build(b, input))
  return { graph: b.finish([output]), isChannelsLast }
}

function channelsLast(shape: Shape): Shape {
  const [n, c, ...positions] = shape
  return shape.length < 4 || n === undefined || c === undefined ? shape : [n, ...positions, c]
}
