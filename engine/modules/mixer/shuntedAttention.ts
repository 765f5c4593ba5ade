import { ShapeError } from '../../errors'
import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { conv2d } from '../../nn/conv2d'
import { layerNorm } from '../../nn/layerNorm'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { flag, int } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'

/**
 * Attention on two scales at once: half of the heads read a map that shrank r times, the other half one that shrank r/2 times, so
 * that large and small things both find keys. Values get DW₃(V) added on their own map. With r = 1 all heads read the map itself.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. MACs of the products t²c·(1/r² + 4/r²).
 * Ren et al. 2021, Shunted Self-Attention via Multi-Scale Token Aggregation, https://arxiv.org/abs/2111.15193
 */
export const shuntedAttention = defineModule({
  id: 'shuntedAttention',
  title: 'Shunted attention',
  shortTitle: 'Shunted',
  kind: 'mixer',
  summary:
    'Some heads read a coarse copy of the map and others a finer one, so that one layer sees things of several sizes.',
  formula: 'Yᵢ = softmax(Qᵢ·K̃ᵢᵀ/√d)·(Ṽᵢ + DW₃(Ṽᵢ)),  [K̃ᵢ, Ṽᵢ] = GELU(LN(SRᵢ(X)))·Wᵢ',
  paper: {
    title: 'Shunted Self-Attention via Multi-Scale Token Aggregation',
    authors: 'Ren et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2111.15193',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(16),
    ratio: int({
      label: 'Ratio',
      help: 'How many times the coarser map shrinks; the finer one half as often. 1 keeps all tokens.',
      default: 2,
      min: 1,
      max: 32,
    }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  // Cells of 4×4 for some heads, of 2×2 for the others.
  pattern: (row, column) => {
    const near = Math.floor(row / 2) === 2 && Math.floor(column / 2) === 2
    const cell = row < 4 === column < 4 ? 0.55 : 0.3
    return near ? 1 : cell
  },
  family: 'attention',
  subtitle: (attrs, dim) =>
    attrs.ratio === 1
      ? headCount(attrs, dim)
      : `${headCount(attrs, dim)}, ÷${attrs.ratio} and ÷${Math.floor(attrs.ratio / 2)}`,
  build: (b, [x], attrs) =>
    onMap(b, 'shuntedAttention', x, (map) => {
      const { n, h, w, c } = mapSizes('shuntedAttention', map)
      const { heads, headDim } = splitHeads('shuntedAttention', c, attrs)
      const { ratio, qkvBias: bias } = attrs
      check(heads, ratio, Math.min(h, w))
      const width = heads * headDim
      const q = b.reshape(linear(b, map, { name: 'q', out: width, bias }), [n, h * w, heads, headDim])
      const mixed = ratio === 1 ? onOneScale(b, map, q, bias) : onTwoScales(b, map, q, ratio, bias)
      return linear(b, b.reshape(mixed, [n, h, w, width]), { name: 'proj', out: c, bias: attrs.projBias })
    }),
})

/** All heads read the map; what its convolution sees of the values comes after the attention. */
function onOneScale(b: ModuleBuilder, map: Value, q: Value, bias: boolean): Value {
  const [k, v] = keysValues(b, map, 'kv', q, bias)
  const { h, w } = mapSizes('shuntedAttention', map)
  return b.add(scored(b, q, k, v), flat(b, near(b, laid(b, v, h, w), 'local_conv')))
}

function onTwoScales(b: ModuleBuilder, map: Value, q: Value, ratio: number, bias: boolean): Value {
  const { c } = mapSizes('shuntedAttention', map)
  const [n = 1, t = 1, heads = 2, headDim = 1] = q.shape
  const half = heads / 2
  const mixed = [ratio, Math.floor(ratio / 2)].map((kernel, index) => {
    const number = index + 1
    const queries = b.slice(q, { start: [0, 0, index * half, 0], size: [n, t, half, headDim] })
    const shrunk = conv2d(b, map, { name: `sr${number}`, out: c, kernel, stride: kernel, bias: true })
    const small = b.gelu(layerNorm(b, shrunk, { name: `norm${number}`, eps: 1e-5 }))
    const { h, w } = mapSizes('shuntedAttention', small)
    const [k, v] = keysValues(b, small, `kv${number}`, queries, bias)
    const values = laid(b, v, h, w)
    const enriched = b.add(values, near(b, values, `local_conv${number}`))
    return scored(b, queries, k, b.reshape(enriched, v.shape))
  })
  return b.concat(mixed, 2)
}

/** As many heads as the queries have. */
function keysValues(
  b: ModuleBuilder,
  map: Value,
  name: string,
  q: Value,
  bias: boolean,
): readonly [k: Value, v: Value] {
  const { n, h, w } = mapSizes('shuntedAttention', map)
  const [, , heads = 1, headDim = 1] = q.shape
  const width = heads * headDim
  const kv = linear(b, map, { name, out: 2 * width, bias })
  const half = (start: number) =>
    b.reshape(b.slice(kv, { start: [0, 0, 0, start], size: [n, h, w, width] }), [n, h * w, heads, headDim])
  return [half(0), half(width)]
}

/** [n, t, heads, d] → [n, t, heads·d]. */
function scored(b: ModuleBuilder, q: Value, k: Value, v: Value): Value {
  const [n = 1, t = 1, heads = 1, headDim = 1] = q.shape
  return b.reshape(attend(b, q, k, v, headDim ** -0.5), [n, t, heads * headDim])
}

const laid = (b: ModuleBuilder, v: Value, h: number, w: number): Value =>
  b.reshape(v, [v.shape[0] ?? 1, h, w, (v.shape[2] ?? 1) * (v.shape[3] ?? 1)])

const flat = (b: ModuleBuilder, map: Value): Value => {
  const { n, h, w, c } = mapSizes('shuntedAttention', map)
  return b.reshape(map, [n, h * w, c])
}

function near(b: ModuleBuilder, values: Value, name: string): Value {
  const { c } = mapSizes('shuntedAttention', values)
  return conv2d(b, values, { name, out: c, kernel: 3, padding: 1, groups: c, bias: true })
}

function check(heads: number, ratio: number, side: number): void {
  if (ratio > 1 && heads % 2 !== 0) {
    throw new ShapeError(
      'HEADS_DIVIDE',
      `shuntedAttention: ${heads} heads do not split into coarse and fine ones; choose an even number`,
      [{ what: 'heads', expected: 'an even number', got: `${heads}` }],
    )
  }
  if (ratio <= side) return
  throw new ShapeError(
    'TOO_SMALL',
    `shuntedAttention: a map whose side is ${side} cannot shrink ${ratio} times; choose a ratio of at most ${side}`,
    [{ what: 'ratio', expected: `at most ${side}`, got: `${ratio}` }],
  )
}
