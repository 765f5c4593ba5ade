import { expect, test } from 'vitest'
import type { Shape } from '../graph/graph'
import type { Attributes } from '../schema/schema'
import { type Parameters, run } from './testing/run'

test('pooling subtracts the token from the mean of its neighbours inside the map', () => {
  const [corner, edge, , , middle] = run('pooling', [[1, 3, 3, 1]], [[1, 2, 3, 4, 5, 6, 7, 8, 9]])
  // Means of {1, 2, 4, 5}, of {1 … 6} and of all nine.
  expect(corner).toBeCloseTo(3 - 1)
  expect(edge).toBeCloseTo(3.5 - 2)
  expect(middle).toBeCloseTo(5 - 5)
})

test('max pooling as TensorFlow begins at the top left pixel', () => {
  const rising = Array.from({ length: 16 }, (_, index) => index)
  const attrs = { kernelSize: 3, alignment: 'tensorflow' }
  expect(run('maxPool', [[1, 4, 4, 1]], [rising], attrs)).toEqual([10, 11, 14, 15])
  expect(run('maxPool', [[1, 4, 4, 1]], [rising], { kernelSize: 3 })).toEqual([5, 7, 13, 15])
})

test('a class token passes a mixer of maps unchanged', () => {
  const grid = { height: 2, width: 2, prefix: 1 }
  const [token, ...patches] = run('pooling', [[1, 5, 1]], [[100, 1, 2, 3, 4]], {}, grid)
  expect(token).toBe(100)
  expect(patches).toEqual([1.5, 0.5, -0.5, -1.5])
})

test('global pooling does not count the class token', () => {
  const grid = { height: 2, width: 2, prefix: 1 }
  expect(run('globalPool', [[1, 5, 1]], [[100, 1, 2, 3, 4]], {}, grid)).toEqual([2.5])
})

test('tokens find back to their map', () => {
  const grid = { height: 2, width: 2, prefix: 1 }
  expect(run('toMap', [[1, 5, 1]], [[100, 1, 2, 3, 4]], {}, grid)).toEqual([1, 2, 3, 4])
})

test('the class-token head reads the first token', () => {
  const features = run('classTokenHead', [[1, 3, 2]], [[7, 8, 1, 2, 3, 4]], { classes: 0 })
  expect(features).toEqual([7, 8])
})

test('a graph joins what looks alike, and keeps the largest difference', () => {
  const map = [
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0.9, 0.1, 0, 0],
    [0, 2, 0, 0.1],
  ]
  // Every layer hands on its input, but the one behind the graph takes the differences alone.
  const weights = ({
    attrs: { name },
    shape: [rows, columns = 1],
  }: {
    attrs: { name: string }
    shape: Shape
  }) => {
    const entry = (row: number, column: number): number => {
      if (name.endsWith('bias') || name.endsWith('mean')) return 0
      if (name.endsWith('fc1.0.weight')) return row === column ? 1 : 0
      if (name.endsWith('nn.0.weight')) return row % 2 === 0 && column === 1 ? 1 : 0
      if (name.endsWith('fc2.0.weight')) return column === 2 * row ? 1 : 0
      return 1
    }
    return Float64Array.from({ length: rows * columns }, (_, i) =>
      entry(Math.floor(i / columns), i % columns),
    )
  }
  const attrs = { neighbours: 2, act: 'noActivation', norm: { module: 'batchNorm', attrs: { eps: 0 } } }
  const mixed = run('graphConv', [[1, 2, 2, 4]], [map.flat()], attrs, null, weights)
  const expected = [
    [0, 0.1, 0, 0],
    [0, 1, 0, 0.1],
    [0.1, 0, 0, 0],
    [0, 0, 0, 0],
  ]
  for (const [i, value] of expected.flat().entries()) expect(mixed[i]).toBeCloseTo(value, 6)
})

/** Tokens 1, 10, 100, 1000 of one channel; every weight 1, every bias 0. */
const inARow = (id: string, attrs: Attributes, weights: Parameters = plain) =>
  run(id, [[1, 4, 1]], [[1, 10, 100, 1000]], attrs, null, weights)
const plain: Parameters = ({ attrs: { name }, shape }) =>
  new Float64Array(shape.reduce((product, size) => product * size, 1)).fill(name.endsWith('bias') ? 0 : 1)
/** Queries and keys of nothing: whoever is compared weighs the same. */
const alike: Parameters = (node) => {
  const values = plain(node)
  return node.attrs.name.endsWith('qkv.weight') ? values.map((value, row) => (row === 2 ? value : 0)) : values
}

test('attention hears only those that its mask lets it hear', () => {
  const heard = (attrs: Attributes) => inARow('attention', { heads: 1, ...attrs }, alike).map(Math.fround)
  expect(heard({ causal: true })).toEqual([1, 5.5, 37, 277.75])
  expect(heard({ pairs: 'local', reach: 2 })).toEqual([5.5, 37, 370, 550])
  expect(heard({ pairs: 'strided', reach: 3, causal: true })).toEqual([1, 5.5, 37, 277.75])
  expect(heard({ pairs: 'strided', reach: 1 })).toEqual([277.75, 277.75, 277.75, 277.75])
  expect(heard({ pairs: 'fixed', reach: 2 })).toEqual([337, 337, 370, 370])
  // The first token looks at all and is seen by all; so does no other.
  expect(heard({ pairs: 'global', reach: 1 })).toEqual([277.75, 5.5, 50.5, 500.5])
  expect(heard({ pairs: 'global', reach: 1, shared: 0 })).toEqual([1, 10, 100, 1000])
  const drawn = heard({ pairs: 'global', reach: 1, shared: 0, drawn: 2 })
  expect(drawn).not.toEqual([1, 10, 100, 1000])
  expect(heard({ pairs: 'global', reach: 1, shared: 0, drawn: 2 })).toEqual(drawn)
  expect(heard({ pairs: 'global', reach: 1, shared: 0, drawn: 64 })).toEqual([277.75, 277.75, 277.75, 277.75])
})

test('a synthesizer whose scores are equal takes the mean', () => {
  expect(inARow('synthesizer', { heads: 1, scores: 'random' })).toEqual([277.75, 277.75, 277.75, 277.75])
})

test('Linformer gathers from sums', () => {
  // Both keys are the sum of all tokens, and so are both values.
  expect(inARow('linformer', { heads: 1, keys: 2 })).toEqual([1111, 1111, 1111, 1111])
})

test('Luna packs what all say into a few, who tell all', () => {
  const none: Parameters = (node) =>
    node.attrs.name.endsWith('.q.weight') ? Float64Array.of(0) : plain(node)
  expect(inARow('luna', { heads: 1, packed: 2 }, none)).toEqual([277.75, 277.75, 277.75, 277.75])
})

test('an extractor sums what came before and is adjusted by the token', () => {
  expect(inARow('extractor', { causal: true })).toEqual([1, 110, 11100, 1111000])
  const byDistance: Parameters = (node) =>
    node.attrs.name.endsWith('.w') ? Float64Array.of(1, 2, 0, 0) : plain(node)
  expect(inARow('extractor', { causal: true }, byDistance)).toEqual([1, 120, 12000, 1200000])
})

test('causal retention sums what came before, which fades by half at every token', () => {
  const attrs = { heads: 1, decay: 1, norm: 'noNorm', gate: false }
  const expected = [1, 10 * (100 + 0.5), 100 * (10000 + 50 + 0.25), 1000 * (1e6 + 5000 + 25 + 0.125)]
  for (const [i, value] of inARow('causalRetention', attrs).entries())
    expect(value / (expected[i] ?? 0)).toBeCloseTo(1, 9)
  const [first] = inARow('causalRetention', { ...attrs, gate: true })
  expect(first).toBeCloseTo(1 / (1 + Math.exp(-1)), 9)
})

test('focal attention sees its window, the border around it and the sums of windows', () => {
  // Whoever is compared weighs the same. A 4×4 map in windows of 2×2, whose border goes on at the other side.
  const equal: Parameters = (node) =>
    node.attrs.name.includes('bias_table') ? plain(node).fill(0) : alike(node)
  const map = Array.from({ length: 16 }, (_, index) => (index === 0 ? 1 : index === 5 ? 10 : 0))
  const seen = (focalWindow: number) => {
    const attrs = { heads: 1, windowSize: 2, expand: 1, focalWindow }
    const mixed = run('focalAttention', [[1, 4, 4, 1]], [map], attrs, null, equal)
    return [mixed[0], mixed[3], mixed[15]].map((value) => Math.round((value ?? 0) * 1e9) / 1e9)
  }
  const share = (sum: number, keys: number) => Math.round((sum / keys) * 1e9) / 1e9
  // Four places, three at each corner of the border, and the window's own sum, which begins as what lies in it.
  expect(seen(1)).toEqual([share(22, 17), share(11, 17), share(11, 17)])
  // Of nine sums the four on the map.
  expect(seen(3)).toEqual([share(22, 20), share(22, 20), share(22, 20)])
})

test('masking keeps the first places of a shuffled order, and filling brings them back', () => {
  const grid = { height: 2, width: 2, prefix: 1 }
  const noise = ({ attrs, shape }: { attrs: { name: string }; shape: Shape }) =>
    Float64Array.from(attrs.name === 'noise' ? [0.4, 0.1, 0.3, 0.2] : new Array(shape[2]).fill(-1))
  const visible = run('randomMask', [[1, 5, 1]], [[100, 1, 2, 3, 4]], { ratio: 0.5 }, grid, noise)
  expect(visible).toEqual([100, 2, 4])
  const shapes: Shape[] = [
    [1, 3, 1],
    [1, 5, 1],
  ]
  const filled = run('fillMasked', shapes, [visible, [0, 0, 0, 0, 0]], {}, grid, noise)
  expect(filled).toEqual([100, -1, 2, -1, 4])
})

test('random mixing gives row m the weights of row m', () => {
  const tokens = [1, 10, 100, 1000]
  const mixed = run('randomMixing', [[1, 4, 1]], [tokens], {}, null, ({ shape }) =>
    Float64Array.from({ length: shape[0] ** 2 }, (_, i) => (i === 2 * 4 + 3 ? 1 : 0)),
  )
  expect(mixed).toEqual([0, 0, 1000, 0])
})

test('the spatial MLP mixes positions and keeps channels apart', () => {
  const shape: Shape = [1, 4, 2]
  const before = run('spatialMlp', [shape], [[1, 2, 3, 4, 5, 6, 7, 8]])
  const after = run('spatialMlp', [shape], [[1, 2, 3, 4, 5, 6, 7, 80]])
  const changed = before.map((value, index) => value !== after[index])
  expect(changed).toEqual([false, true, false, true, false, true, false, true])
})

test('BranchScale is ResScale and LayerScale around one add', () => {
  const [shortcut, branch] = [
    [1, 2],
    [30, 40],
  ]
  const scaled = run(
    'branchScale',
    [
      [1, 1, 2],
      [1, 1, 2],
    ],
    [shortcut, branch],
    {},
    null,
    ({ attrs }) => Float64Array.from(attrs.name.endsWith('res_scale') ? [2, 3] : [10, 100]),
  )
  expect(scaled).toEqual([1 * 2 + 30 * 10, 2 * 3 + 40 * 100])
})

test.each([
  ['relu6', -1, 0],
  ['relu6', 7, 6],
  ['squaredRelu', 3, 9],
  ['squaredRelu', -3, 0],
  ['hardswish', 1, 4 / 6],
  ['silu', 1, 1 / (1 + Math.exp(-1))],
  // Φ(1) from a table of the normal distribution.
  ['gelu', 1, 0.841344746],
  ['quickGelu', 1, 1 / (1 + Math.exp(-1.702))],
  ['mish', 1, Math.tanh(Math.log(1 + Math.E))],
  ['elu', -1, 1 / Math.E - 1],
  ['elu', 2, 2],
  ['hardSigmoid', 1, 4 / 6],
  ['starRelu', 2, 0.8944 * 4 - 0.4472],
  ['noActivation', -5, -5],
])('%s of %d is %d', (id, x, y) => {
  const parameters = ({ attrs }: { attrs: { a: number } }) => Float64Array.from([attrs.a])
  expect(run(id, [[1, 1, 1]], [[x]], {}, null, parameters)[0]).toBeCloseTo(y, 6)
})

test.each([
  // The five variants of Table VIII, on ReLU(2)² = 4.
  [{ scale: 'none', bias: 'fixed' }, 4 - 0.5],
  [{ scale: 'fixed', bias: 'none' }, 0.8944 * 4],
  [{ scale: 'fixed', bias: 'fixed' }, 0.8944 * 4 - 0.4472],
  [{ scale: 'learned', bias: 'none' }, 0.8944 * 4],
  [{ scale: 'none', bias: 'learned' }, 4 - 0.5],
])('StarReLU with %j of 2 is %d', (attrs, y) => {
  const parameters = ({ attrs }: { attrs: { a: number } }) => Float64Array.from([attrs.a])
  expect(run('starRelu', [[1, 1, 1]], [[2]], attrs, null, parameters)[0]).toBeCloseTo(y, 6)
})

test('the global response norm compares channels by their energy over the map', () => {
  // Channel 0 holds 3 and 4, energy 5; channel 1 holds 15 and 0, energy 15; their mean is 10.
  const values = run(
    'globalResponseNorm',
    [[1, 1, 2, 2]],
    [[3, 15, 4, 0]],
    { eps: 0 },
    null,
    ({ attrs, shape }) => new Float64Array(shape[0]).fill(attrs.name.endsWith('weight') ? 2 : 7),
  )
  expect(values).toEqual([3 + 2 * 3 * 0.5 + 7, 15 + 2 * 15 * 1.5 + 7, 4 + 2 * 4 * 0.5 + 7, 7])
})

test('the local response norm divides by the channels around', () => {
  const values = run('localResponseNorm', [[1, 1, 4]], [[1, 2, 3, 4]], { size: 3, alpha: 3, beta: 0.5, k: 1 })
  // 1 + 1² + 2², 1 + 1² + 2² + 3², 1 + 2² + 3² + 4², 1 + 3² + 4²; k = 1, α/n = 1.
  const energies = [6, 15, 30, 26]
  values.forEach((value, c) => {
    expect(value).toBeCloseTo((c + 1) / Math.sqrt(energies[c] ?? 1), 6)
  })
})

test('an affine norm takes no statistics', () => {
  const byName: Parameters = ({ attrs, shape }) =>
    new Float64Array(shape[2]).fill(attrs.name.endsWith('alpha') ? 2 : 1)
  expect(run('affine', [[1, 2, 1]], [[10, 20]], {}, null, byName)).toEqual([21, 41])
})

test('blur pooling weighs neighbours 1 2 1 and mirrors the border', () => {
  // Rows are equal, so only columns count: 0 4 8 12 with 4 before and 8 after.
  const row = [0, 4, 8, 12]
  const pooled = run('blurPool', [[1, 4, 4, 1]], [[...row, ...row, ...row, ...row]])
  expect(pooled).toEqual([(4 + 0 + 4) / 4, (4 + 16 + 12) / 4, (4 + 0 + 4) / 4, (4 + 16 + 12) / 4])
})

test('average pooling that rounds up keeps the last odd row and counts what lies inside', () => {
  const odd = [1, 2, 3, 4, 5, 6, 7, 8, 9]
  expect(run('averagePool', [[1, 3, 3, 1]], [odd], { ceil: true })).toEqual([3, 4.5, 7.5, 9])
  expect(run('averagePool', [[1, 3, 3, 1]], [odd])).toEqual([3])
})

test('TensorFlow’s padding begins at the top left pixel of an even map', () => {
  const options = { kernelSize: 3, stride: 2, dim: 1, bias: false }
  const ones: Parameters = ({ shape }) => new Float64Array(shape[2] ** 2).fill(1)
  const line = Array.from({ length: 16 }, (_, i) => (i % 4) + 1)
  // Columns 1 2 3 4 and one of zeros behind; rows likewise.
  const tensorflow = run(
    'convolution',
    [[1, 4, 4, 1]],
    [line],
    { ...options, alignment: 'tensorflow' },
    null,
    ones,
  )
  expect(tensorflow).toEqual([3 * 6, 3 * 7, 2 * 6, 2 * 7])
  expect(run('convolution', [[1, 4, 4, 1]], [line], options, null, ones)).toEqual([
    2 * 3,
    2 * 9,
    3 * 3,
    3 * 9,
  ])
})

test('zeros around a map may win its pooling when they are asked for', () => {
  const below = [-1, -2, -3, -4]
  expect(run('maxPool', [[1, 2, 2, 1]], [below], { kernelSize: 3, stride: 2 })).toEqual([-1])
  expect(run('maxPool', [[1, 2, 2, 1]], [below], { kernelSize: 3, stride: 2, zeros: true })).toEqual([0])
})

test('standardised weights have mean 0 and variance 1', () => {
  const options = { kernelSize: 1, dim: 1, bias: false, standardize: true }
  // 3 and 7 become -1 and 1.
  const [y] = run('convolution', [[1, 1, 1, 2]], [[10, 25]], options, null, () => Float64Array.from([3, 7]))
  expect(y).toBeCloseTo(15, 6)
})

test('squeeze and excitation gates by the mean of the map', () => {
  const byName: Parameters = ({ attrs }) => Float64Array.from([attrs.name.endsWith('weight') ? 1 : 0])
  const values = run('squeezeExcite', [[1, 1, 2, 1]], [[2, 4]], { dim: 1 }, null, byName)
  const gate = 1 / (1 + Math.exp(-3))
  expect(values[0]).toBeCloseTo(2 * gate, 6)
  expect(values[1]).toBeCloseTo(4 * gate, 6)
})

test('a gated MLP multiplies its halves', () => {
  const values = run('gatedMlp', [[1, 1, 1]], [[2]], { mlpRatio: 1, act: 'relu' }, null, ({ attrs }) => {
    const weights: Record<string, readonly number[]> = {
      'x.fc1.weight': [3, 5],
      'x.fc1.bias': [0, 1],
      'x.fc2.weight': [2],
      'x.fc2.bias': [0],
    }
    return Float64Array.from(weights[attrs.name] ?? [])
  })
  // (3·2) · (5·2 + 1) · 2
  expect(values).toEqual([132])
})

test('a flattened map runs channel by channel', () => {
  expect(run('flatten', [[1, 1, 2, 2]], [[1, 10, 2, 20]])).toEqual([1, 2, 10, 20])
})

test('the distilled head averages two classifiers', () => {
  const values = run('distilledHead', [[1, 3, 1]], [[2, 4, 100]], { classes: 1 }, null, ({ attrs }) => {
    const weights: Record<string, number> = { 'x.head.weight': 1, 'x.head_dist.weight': 10 }
    return Float64Array.from([weights[attrs.name] ?? 0])
  })
  expect(values).toEqual([(2 + 40) / 2])
})

test('the token-label head adds half a vote of the best patch', () => {
  const values = run('tokenLabelHead', [[1, 4, 1]], [[2, 3, -5, 1]], { classes: 2 }, null, ({ attrs }) => {
    const weights: Record<string, readonly number[]> = {
      'x.head.weight': [1, 10],
      'x.head.bias': [0, 0],
      'x.aux_head.weight': [100, -100],
      'x.aux_head.bias': [0, 0],
    }
    return Float64Array.from(weights[attrs.name] ?? [])
  })
  expect(values).toEqual([2 + 300 / 2, 20 + 500 / 2])
})

test('bands of cosine waves pass as their gates are open', () => {
  // Of the four waves of 2×2 places only the chequered one lies in the upper of two bands: here (1 − 2 − 3 + 8)/4 = 1.
  const opened = (low: number, high: number) =>
    run('spectrumMixer', [[1, 2, 2, 1]], [[1, 2, 3, 8]], { bands: 2 }, null, ({ attrs, shape }) => {
      if (attrs.name.endsWith('fc2.bias')) return Float64Array.from([low, high])
      return new Float64Array(shape.reduce((product, size) => product * size, 1))
    })
  const [all, coarse] = [opened(1000, 1000), opened(1000, -1000)]
  for (const [i, value] of [1, 2, 3, 8].entries()) expect(all[i]).toBeCloseTo(value, 5)
  for (const [i, value] of [0, 3, 4, 7].entries()) expect(coarse[i]).toBeCloseTo(value, 5)
})

test('a class token may begin as the mean of the patches', () => {
  const grid = { height: 1, width: 2, prefix: 0 }
  expect(run('classToken', [[1, 2, 2]], [[1, 2, 3, 6]], { from: 'mean' }, grid)).toEqual([2, 4, 1, 2, 3, 6])
})

test.each([
  ['layerNorm', {}],
  ['modifiedLayerNorm', {}],
  ['groupNorm', { groups: 2 }],
])('%s gives mean 0 and variance 1 where it looks', (id, attrs) => {
  const picture = Array.from({ length: 16 }, (_, i) => Math.sin(i * i))
  const plain = run(id, [[1, 2, 2, 4]], [picture], attrs, null, ({ attrs, shape }) =>
    new Float64Array(shape[0]).fill(attrs.a),
  )
  const looked = {
    layerNorm: plain.slice(0, 4),
    modifiedLayerNorm: plain,
    groupNorm: plain.filter((_, i) => i % 4 < 2),
  }[id] as number[]
  const mean = looked.reduce((sum, value) => sum + value, 0) / looked.length
  const variance = looked.reduce((sum, value) => sum + (value - mean) ** 2, 0) / looked.length
  expect(mean).toBeCloseTo(0, 6)
  expect(variance).toBeCloseTo(1, 3)
})

test('a neighbourhood stops at the border and keeps its size', () => {
  // Uniform attention over three neighbours: the first and the last position see the same ones as their inner neighbours.
  const line = [1, 2, 4, 8, 16]
  const uniform: Parameters = ({ attrs, shape }) => {
    const values = { 'x.qkv.weight': [0, 0, 1], 'x.proj.weight': [3] }[attrs.name]
    return values
      ? Float64Array.from(values)
      : new Float64Array(shape.reduce((product, size) => product * size, 1))
  }
  const attrs = { kernelSize: 3, heads: 1 }
  const y = run('neighbourhoodAttention', [[1, 1, 5, 1]], [line], attrs, null, uniform)
  expect(y.map((value) => Math.round(value))).toEqual([7, 7, 14, 28, 28])
})

test('HiLo heads see their window, or the mean of every window', () => {
  const values: Parameters = ({ attrs, shape }) => {
    const ones = attrs.name.endsWith('proj.weight')
    const count = shape.reduce((product, size) => product * size, 1)
    // Only values pass: the last row of h_qkv, and of l_kv.
    const passes = attrs.name.endsWith('h_qkv.weight') ? 4 : attrs.name.endsWith('l_kv.weight') ? 3 : -1
    return Float64Array.from({ length: count }, (_, i) => (ones || i === passes ? 1 : 0))
  }
  const map = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((value) => [value, 10 * value])
  const y = run('hiLoAttention', [[1, 2, 4, 2]], [map], { heads: 2, alpha: 0.5 }, null, values)
  // Windows hold 0 1 4 5 and 2 3 6 7 in the first channel; the second channel’s means over them are 25 and 45, together 35.
  expect(y.slice(0, 2)).toEqual([2.5, 35])
  expect(y.slice(4, 6)).toEqual([4.5, 35])
})

test('involution weighs neighbours by a kernel that the position makes', () => {
  const values: Parameters = ({ attrs, shape }) => {
    const one = ['x.conv1.weight', 'x.conv2.weight'].includes(attrs.name) ? 1 : 0
    return new Float64Array(shape.reduce((product, size) => product * size, 1)).fill(one)
  }
  const attrs = { kernelSize: 3, groupDim: 1, ratio: 1, norm: 'noNorm' }
  // Each kernel is the position’s own number, everywhere: y = x·(sum of the neighbours).
  expect(run('dynamicConv', [[1, 1, 3, 1]], [[1, 2, 3]], attrs, null, values)).toEqual([3, 12, 15])
})

test('a residual reduction keeps the mean of what it replaces, and its class token', () => {
  const grid = { height: 2, width: 2, prefix: 1 }
  const nothing: Parameters = ({ shape }) =>
    new Float64Array(shape.reduce((product, size) => product * size, 1))
  const y = run('residualReduction', [[1, 5, 1]], [[100, 1, 2, 3, 6]], {}, grid, nothing)
  // The token, the mean of the patches, and a channel of zeros for each.
  expect(y).toEqual([100, 0, 3, 0])
})
