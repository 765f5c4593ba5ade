import { expect, test } from 'vitest'
import { type Parameters, run } from './testing/run'

/** Weights by name; what is not named is zero. */
const named =
  (weights: { readonly [name: string]: readonly number[] }): Parameters =>
  ({ shape, attrs }) => {
    const given = weights[attrs.name.replace('x.', '')]
    const size = shape.reduce((product, side) => product * side, 1)
    return Float64Array.from({ length: size }, (_, i) => given?.[i] ?? 0)
  }

/** 3×3 kernels that read their middle only. */
const middles = (...values: readonly number[]) =>
  values.flatMap((value) => Array.from({ length: 9 }, (_, tap) => (tap === 4 ? value : 0)))
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

test('efficient channel attention looks at the channels beside', () => {
  const weights = named({ 'conv.weight': [1, 10, 100] })
  const y = run('channelConvolution', [[1, 1, 1, 3]], [[0.01, 0.02, 0.03]], {}, null, weights)
  expect(y[0]).toBeCloseTo(0.01 * sigmoid(10 * 0.01 + 100 * 0.02), 9)
  expect(y[1]).toBeCloseTo(0.02 * sigmoid(0.01 + 10 * 0.02 + 100 * 0.03), 9)
  expect(y[2]).toBeCloseTo(0.03 * sigmoid(0.02 + 10 * 0.03), 9)
})

test('global context gates by one attention to the whole map', () => {
  const weights = named({
    'conv_attn.weight': [1],
    'mlp_scale.fc1.weight': [1, -1, 1, -1],
    'mlp_scale.norm.weight': [1, 1, 1, 1],
    'mlp_scale.fc2.weight': [0.5, 7, 0.5, 7],
  })
  const x = [0, Math.log(3)]
  const y = run('globalContext', [[1, 1, 2, 1]], [x], { ratio: 4 }, null, weights)
  // The context is positive, so the norm makes of it 1, −1, 1, −1 and two of them pass.
  expect(y[0]).toBe(0)
  expect(y[1]).toBeCloseTo(Math.log(3) * sigmoid(1), 5)
})

test('a selective kernel mixes its windows by what the mean says', () => {
  const weights = named({
    'paths.0.conv.weight': middles(1, 2),
    'paths.1.conv.weight': middles(3, 4),
    'attn.fc_reduce.weight': [1, 0],
    'attn.fc_select.weight': [0, 0.1, 0.2, 0.3],
  })
  const options = { split: true, ratio: 0.5, divisor: 1, norm: 'noNorm', act: 'noActivation' }
  const y = run('selectiveKernel', [[1, 1, 1, 2]], [[1, 2]], options, null, weights)
  // Paths give 1, 2 and 6, 8; the first channel of their sum is 7; the second path wins by 0.2 · 7 in both channels.
  const share = sigmoid(1.4)
  expect(y[0]).toBeCloseTo(1 - share + 6 * share, 9)
  expect(y[1]).toBeCloseTo(2 * (1 - share) + 8 * share, 9)
})

test('split attention counts candidates before groups in its map and groups before candidates in its choice', () => {
  const weights = named({
    'conv.weight': middles(1, 2, 3, 4, 5, 6, 7, 8),
    'fc2.bias': [0, 0, Math.log(3), 0, 0, Math.log(4), 0, 0],
  })
  const options = { groups: 2, norm: 'noNorm' }
  const y = run('splitConv', [[1, 1, 1, 4]], [[1, 1, 1, 1]], options, null, weights)
  expect(y[0]).toBeCloseTo(0.25 * 1 + 0.75 * 5, 9)
  expect(y[1]).toBeCloseTo((2 + 6) / 2, 9)
  expect(y[2]).toBeCloseTo((3 + 7) / 2, 9)
  expect(y[3]).toBeCloseTo(0.8 * 4 + 0.2 * 8, 9)
})

test('a hierarchical convolution hands each result to the next part, and the last part passes', () => {
  const weights = named({ 'convs.0.weight': middles(2), 'convs.1.weight': middles(3) })
  const options = { scales: 3, norm: 'noNorm' }
  const shape = [1, 1, 1, 3] as const
  expect(run('hierarchicalConv', [shape], [[1, 10, 100]], options, null, weights)).toEqual([2, 36, 100])
  const apart = run('hierarchicalConv', [shape], [[1, 10, 90]], { ...options, apart: true }, null, weights)
  expect(apart.map((value) => value.toFixed(5))).toEqual(['2.00000', '30.00000', '10.00000'])
})

test('a gated ghost convolution lets rows and columns at half the size decide what passes', () => {
  const plain = (name: string, channels: number) => ({
    [`${name}.weight`]: Array<number>(channels).fill(1),
    [`${name}.running_var`]: Array<number>(channels).fill(1),
  })
  const middleOfFive = [0, 0, 1, 0, 0]
  const weights = named({
    'primary_conv.0.weight': [1],
    ...plain('primary_conv.1', 1),
    'cheap_operation.0.weight': middles(2),
    ...plain('cheap_operation.1', 1),
    'short_conv.0.weight': [0.1, 0.2],
    ...plain('short_conv.1', 2),
    'short_conv.2.weight': [...middleOfFive, ...middleOfFive],
    ...plain('short_conv.3', 2),
    'short_conv.4.weight': [...middleOfFive, ...middleOfFive],
    ...plain('short_conv.5', 2),
  })
  const x = [1, 2, 3, 6]
  const y = run('ghostConv', [[1, 2, 2, 1]], [x], { dim: 2, gated: true }, null, weights)
  const expected = x.flatMap((value) => [value * sigmoid(0.3), 2 * value * sigmoid(0.6)])
  for (const [index, value] of expected.entries()) expect(y[index]).toBeCloseTo(value, 3)
})

/** Attention of one head on two tokens of one channel; the projections are by these factors. */
const projected = (q: number, k: number, v: number) => ({ 'qkv.weight': [q, k, v], 'proj.weight': [1] })
const twoTokens = [1, 2, 1] as const

test('additive attention scores pairs by a sum inside a tangent', () => {
  const weights = named({
    'q.weight': [1, 0],
    'k.weight': [2, 0],
    'v.weight': [10],
    'proj.weight': [1],
    score: [3, 5],
  })
  const options = { heads: 1, hidden: 2 }
  const [first, second] = run('additiveAttention', [twoTokens], [[0.1, 0.4]], options, null, weights)
  const mixed = (query: number) => {
    const share = sigmoid(3 * (Math.tanh(query + 0.8) - Math.tanh(query + 0.2)))
    return 1 * (1 - share) + 4 * share
  }
  expect(first).toBeCloseTo(mixed(0.1), 9)
  expect(second).toBeCloseTo(mixed(0.4), 9)
})

test('Nyström attention with a landmark per token is attention', () => {
  const weights = named(projected(3, 2, 10))
  const tokens = [1, 3, 1] as const
  const x = [0.5, -1, 1.5]
  const exact = run('attention', [tokens], [x], { heads: 1 }, null, weights)
  const options = { heads: 1, kernelSize: 0, steps: 12 }
  const sampled = run('nystrom', [tokens], [x], options, null, weights)
  for (const [index, value] of exact.entries()) expect(sampled[index]).toBeCloseTo(value, 4)
})

test('Nyström attention with one landmark gives the same to all, beside the convolution of its values', () => {
  const weights = named({ ...projected(1, 0, 10), 'conv.weight': [0, 1, 0] })
  const y = run('nystrom', [twoTokens], [[1, 3]], { heads: 1, landmarks: 1, kernelSize: 3 }, null, weights)
  expect(y[0]).toBeCloseTo(20 + 10, 6)
  expect(y[1]).toBeCloseTo(20 + 30, 6)
})

test('non-local means average what looks alike, and near ones first where they are told to', () => {
  const row = [1, 1, 3, 1] as const
  const x = [0, 0, 2]
  const plain = run('nonLocalMeans', [row], [x], { strength: 2 })
  // exp(−4/4) of the odd one against the two alike.
  const odd = Math.exp(-1)
  expect(plain[0]).toBeCloseTo((2 * odd) / (2 + odd), 6)
  expect(plain[2]).toBeCloseTo(2 / (1 + 2 * odd), 6)
  const near = run('nonLocalMeans', [row], [x], { strength: 2, bilateral: true, reach: 1 })
  const shares = [1, Math.exp(-0.5), Math.exp(-1 - 2)]
  expect(near[0]).toBeCloseTo((2 * (shares[2] ?? 0)) / shares.reduce((sum, share) => sum + share), 6)
})

test('a partial shift moves a part of the channels each way', () => {
  const x = Array.from({ length: 9 }, (_, position) => [1, 10, 100, 1000, 10000].map((f) => f * position))
  const y = run('partialShift', [[1, 3, 3, 5]], [x.flat()], { parts: 5 })
  // Of the middle, position 4: rows above and below, columns left and right, itself.
  expect(y.slice(20, 25)).toEqual([1, 70, 300, 5000, 40000])
  expect(y.slice(0, 2)).toEqual([0, 30])
})

test('the generalised mean lies between mean and maximum', () => {
  const weights = named({ 'global_pool.p': [2], 'fc.weight': [1] })
  const options = { classes: 1, norm: 'noNorm', pooling: 'generalised' }
  expect(run('poolHead', [[1, 1, 2, 1]], [[1, 7]], options, null, weights)[0]).toBeCloseTo(5, 9)
})

test('without its softmax attention is a product that can be taken in either order', () => {
  const weights = named({ 'q.weight': [2], 'k.weight': [3], 'v.weight': [5], 'proj.weight': [1] })
  const options = { heads: 1, features: 'none' }
  const y = run('linearAttention', [twoTokens], [[1, 4]], options, null, weights)
  const summed = (3 * 1 * 5 * 1 + 3 * 4 * 5 * 4) / 2
  expect(y).toEqual([2 * summed, 8 * summed])
})

test('the heads of multi-query attention share their keys and values', () => {
  const weights = named({
    'query.proj.weight': [1, 2],
    'key.proj.weight': [1],
    'value.proj.weight': [10],
    'output.proj.weight': [1, 100],
  })
  const options = { heads: 2, keyDim: 1 }
  const x = [0.5, -1]
  const y = run('multiQueryAttention', [[1, 1, 2, 1]], [x], options, null, weights)
  for (const [index, asked] of x.entries()) {
    const head = (factor: number) => {
      const share = sigmoid(factor * asked * (0.5 - -1))
      return 5 * share - 10 * (1 - share)
    }
    expect(y[index]).toBeCloseTo(head(1) + 100 * head(2), 6)
  }
})

test('blurring with zeros around a map darkens its border', () => {
  const ones = [Array<number>(9).fill(1)]
  expect(run('blurPool', [[1, 3, 3, 1]], ones, {})).toEqual([1, 1, 1, 1])
  expect(run('blurPool', [[1, 3, 3, 1]], ones, { border: 'zeros' })).toEqual(Array<number>(4).fill(9 / 16))
})

test('a factor multiplies, and a gain scales standardised weights by the root of their number', () => {
  expect(run('factor', [[1, 1, 2]], [[3, -4]], { value: 0.5 })).toEqual([1.5, -2])
  const learned = named({ gain: [3] })
  expect(run('factor', [[1, 1, 2]], [[3, -4]], { learned: true }, null, learned)).toEqual([9, -12])
  const weights = named({ weight: [3, 7], gain: [2] })
  const options = { kernelSize: 1, dim: 1, bias: false, standardize: true, gain: true, gamma: 0.5 }
  const [y] = run('convolution', [[1, 1, 1, 2]], [[10, 25]], options, null, weights)
  expect(y).toBeCloseTo((15 * 2 * 0.5) / Math.SQRT2, 5)
})

test('a map takes the size of another', () => {
  const shapes = [
    [1, 1, 2, 1],
    [1, 1, 4, 1],
  ]
  const values = [
    [0, 4],
    [0, 0, 0, 0],
  ]
  expect(run('matchSize', shapes, values)).toEqual([0, 1, 3, 4])
  expect(run('matchSize', shapes, values, { mode: 'nearest' })).toEqual([0, 0, 4, 4])
})
