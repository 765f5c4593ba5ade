import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { conv2d } from '../../nn/conv2d'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { maxPool } from '../../nn/pool'
import { choice, flag, number, slot } from '../../schema/schema'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { checkWindow } from '../window'

/**
 * The mean of all positions weighted by likeness, in four forms of likeness f: exp(θᵀφ) (embedded Gaussian: attention
 * without a scale), exp(xᵀx) (Gaussian), θᵀφ, ReLU(w·[θ, φ]); the last two are divided by the number of keys.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape; the residual lies outside. Keys and values are max-pooled 2×2.
 * Wang et al. 2017, Non-local Neural Networks, https://arxiv.org/abs/1711.07971
 */
export const nonLocal = defineModule({
  id: 'nonLocal',
  title: 'Non-local operation',
  shortTitle: 'Non-local',
  kind: 'mixer',
  summary:
    'Every position gathers from all others by likeness: attention as it came to convolutional networks.',
  formula: 'Y = Norm((1/C)·Σⱼ f(xᵢ, xⱼ)·g(xⱼ)·W)',
  paper: {
    title: 'Non-local Neural Networks',
    authors: 'Wang et al.',
    year: 2017,
    url: 'https://arxiv.org/abs/1711.07971',
  },
  inputs: ['x'],
  attrs: {
    form: choice({
      label: 'Likeness',
      default: 'embedded',
      options: [
        { value: 'embedded', label: 'Embedded Gaussian' },
        { value: 'gaussian', label: 'Gaussian' },
        { value: 'dot', label: 'Dot product' },
        { value: 'concat', label: 'Concatenation' },
      ],
    }),
    ratio: number({
      label: 'Ratio',
      help: 'Inner width as a multiple of the channels.',
      default: 0.5,
      min: 0.03125,
      max: 4,
    }),
    pooled: flag({ label: 'Pooled keys', help: 'Keys and values from 2×2 maxima.', default: true }),
    norm: slot({ label: 'Norm', help: 'At the end.', of: 'norm', default: 'batchNorm' }),
  },
  pattern: (row, column) =>
    Math.min(
      1,
      0.2 + 0.8 * Math.exp(-((row - 4) ** 2 + (column - 4) ** 2) / 4) + (row === 1 && column > 4 ? 0.4 : 0),
    ),
  family: 'attention',
  subtitle: ({ form, pooled }) => `${names[form]}${pooled ? ', keys ÷2' : ''}`,
  build: (b, [x], { form, ratio, pooled, norm }) =>
    onMap(b, 'nonLocal', x, (map) => {
      const { n, h, w, c } = mapSizes('nonLocal', map)
      const inner = Math.max(1, Math.floor(c * ratio))
      if (pooled) checkWindow('nonLocal', map, 2, 0)
      const convolved = (name: string) => conv2d(b, map, { name, out: inner, kernel: 1, bias: true })
      const asKeys = (y: Value) => heads(b, pooled ? maxPool(b, y, { kernel: 2, stride: 2, padding: 0 }) : y)
      const key = (name: string) => asKeys(convolved(pooled ? `${name}.0` : name))
      const values = key('g')
      const isPlain = form === 'gaussian'
      const queries = heads(b, isPlain ? map : convolved('theta'))
      const keys = isPlain ? asKeys(map) : key('phi')
      const softened = form === 'embedded' || isPlain
      const gathered = softened
        ? attend(b, queries, keys, values, 1)
        : counted(b, form === 'dot' ? products(b, queries, keys) : joined(b, queries, keys), values)
      const y = b.reshape(gathered, [n, h, w, inner])
      return b.part('W', () =>
        b.module(norm, '1', conv2d(b, y, { name: '0', out: c, kernel: 1, bias: true })),
      )
    }),
})

const names = {
  embedded: 'embedded Gaussian',
  gaussian: 'Gaussian',
  dot: 'dot product',
  concat: 'concatenation',
} as const

/** A map as tokens of one head. */
function heads(b: ModuleBuilder, map: Value): Value {
  const { n, h, w, c } = mapSizes('nonLocal', map)
  return b.reshape(map, [n, h * w, 1, c])
}

const products = (b: ModuleBuilder, q: Value, k: Value): Value =>
  b.dot(q, k, {
    batch: [
      [0, 2],
      [0, 2],
    ],
    contract: [[3], [3]],
  })

/** ReLU(w·[θᵢ, φⱼ]) for every pair: a convolution over the map of pairs. */
function joined(b: ModuleBuilder, q: Value, k: Value): Value {
  const [n = 1, t = 1, , c = 1] = q.shape
  const s = k.shape[1] ?? 1
  const pairs = b.concat(
    [b.broadcast(q, [n, t, s, c]), b.broadcast(b.reshape(k, [n, 1, s, c]), [n, t, s, c])],
    3,
  )
  const likeness = b.part('concat_project', () =>
    b.relu(conv2d(b, pairs, { name: '0', out: 1, kernel: 1, bias: false })),
  )
  return b.reshape(likeness, [n, 1, t, s])
}

/** Scores divided by the number of keys, in place of a softmax. */
function counted(b: ModuleBuilder, scores: Value, values: Value): Value {
  const mixed = b.dot(b.mul(scores, 1 / (values.shape[1] ?? 1)), values, {
    batch: [
      [0, 1],
      [0, 2],
    ],
    contract: [[3], [1]],
  })
  return b.transpose(mixed, [0, 2, 1, 3])
}
