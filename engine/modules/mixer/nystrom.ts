import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { meansOver, resampled } from '../../nn/resample'
import { softmax } from '../../nn/softmax'
import { flag, int } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'

const batch = [
  [0, 1],
  [0, 1],
] as const

/**
 * Attention from a sample of itself: with m landmarks, means of segments of the tokens,
 * softmax(Q K̃ᵀ)·A⁺·softmax(Q̃ Kᵀ)·V, where A = softmax(Q̃ K̃ᵀ) and its inverse A⁺ is found by a few steps of a
 * polynomial iteration. A convolution of V along the tokens, one kernel per head, is added.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. MACs 4tc² + 4tmc + O(m³): linear in t.
 * Xiong et al. 2021, Nyströmformer, https://arxiv.org/abs/2102.03902
 */
export const nystrom = defineModule({
  id: 'nystrom',
  title: 'Nyström attention',
  shortTitle: 'Nyström',
  kind: 'mixer',
  summary: 'Attention rebuilt from a few landmarks: every token asks them, and they ask every token.',
  formula: 'Y = softmax(Q·K̃ᵀ)·A⁺·softmax(Q̃·Kᵀ)·V + DW(V)',
  paper: {
    title: 'Nyströmformer: A Nyström-Based Algorithm for Approximating Self-Attention',
    authors: 'Xiong et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2102.03902',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    landmarks: int({
      label: 'Landmarks',
      help: 'Segments of the tokens; never more than there are tokens.',
      default: 64,
      min: 1,
      max: 1024,
    }),
    steps: int({ label: 'Steps', help: 'Of the iteration for the inverse.', default: 6, min: 1, max: 32 }),
    kernelSize: int({
      label: 'Kernel along the tokens',
      help: 'Window of the convolution of V; 0 leaves it out.',
      default: 33,
      min: 0,
      max: 127,
    }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  // Some keys speak for all; near ones are seen by the convolution.
  pattern: (row, column) => (row === 4 ? 0.8 : row % 3 === 1 && column % 3 === 1 ? 0.9 : 0.3),
  family: 'attention',
  subtitle: ({ landmarks, ...heads }, dim) => `${headCount(heads, dim)}, ${landmarks} marks`,
  build: (b, [x], attrs) =>
    onTokens(b, 'nystrom', x, (tokens) => {
      const { n, t, c } = tokenSizes('nystrom', tokens)
      const { heads, headDim } = splitHeads('nystrom', c, attrs)
      const width = heads * headDim
      const qkv = linear(b, tokens, { name: 'qkv', out: 3 * width, bias: attrs.qkvBias })
      const part = (index: number) =>
        b.reshape(b.slice(qkv, { start: [0, 0, index * width], size: [n, t, width] }), [n, t, heads, headDim])
      const [q, k, v] = [part(0), part(1), part(2)]
      const count = Math.min(attrs.landmarks, t)
      const [asking, asked] = [landmarksOf(b, q, count), landmarksOf(b, k, count)]
      const scale = headDim ** -0.5
      const gathered = attend(b, asking, k, v, scale)
      const products = b.dot(b.mul(asking, scale), asked, {
        batch: [
          [0, 2],
          [0, 2],
        ],
        contract: [[3], [3]],
      })
      const inverse = inverted(b, softmax(b, products), attrs.steps)
      const weighed = b.dot(inverse, b.transpose(gathered, [0, 2, 1, 3]), { batch, contract: [[3], [2]] })
      const mixed = attend(b, q, asked, b.transpose(weighed, [0, 2, 1, 3]), scale)
      const near = attrs.kernelSize > 0 ? b.add(mixed, convolved(b, v, attrs.kernelSize)) : mixed
      return linear(b, b.reshape(near, [n, t, width]), { name: 'proj', out: c, bias: attrs.projBias })
    }),
})

/** Means of `count` segments of [n, t, h, d], as even as they can be. */
function landmarksOf(b: ModuleBuilder, x: Value, count: number): Value {
  const t = x.shape[1] ?? 1
  if (count === t) return x
  const edge = (index: number) => Math.round((index * t) / count)
  return resampled(
    b,
    x,
    1,
    meansOver(Array.from({ length: count }, (_, index) => [edge(index), edge(index + 1)])),
  )
}

/** Z ← Z(13 − AZ(15 − AZ(7 − AZ)))/4, from Aᵀ over its largest column sum: rows of A sum up to 1. */
function inverted(b: ModuleBuilder, a: Value, steps: number): Value {
  const size = a.shape.at(-1) ?? 1
  const product = (x: Value, y: Value) => b.dot(x, y, { batch, contract: [[3], [2]] })
  const identity = b.constant(
    Array.from({ length: size * size }, (_, i) => (Math.floor(i / size) === i % size ? 1 : 0)),
    [1, 1, size, size],
  )
  const less = (factor: number, y: Value) => b.sub(b.mul(identity, factor), y)
  const largest = b.reduce('max', b.sum(a, [2]), [3])
  let z = b.div(b.transpose(a, [0, 1, 3, 2]), largest)
  for (let step = 0; step < steps; step++) {
    const az = product(a, z)
    const inner = less(15, product(az, less(7, az)))
    z = b.mul(product(z, less(13, product(az, inner))), 0.25)
  }
  return z
}

/** Along the tokens, with one kernel for all channels of a head. */
function convolved(b: ModuleBuilder, v: Value, kernel: number): Value {
  const [, , heads = 1] = v.shape
  const y = b.part('conv', () => {
    const weight = b.weight('weight', [heads, 1, kernel, 1], { init: 'weight' })
    const before = Math.floor(kernel / 2)
    return b.conv(b.transpose(v, [0, 1, 3, 2]), b.transpose(weight, [0, 2, 3, 1]), {
      padding: [
        [before, kernel - 1 - before],
        [0, 0],
      ],
      groups: heads,
    })
  })
  return b.transpose(y, [0, 1, 3, 2])
}
