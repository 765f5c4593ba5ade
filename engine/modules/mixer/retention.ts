import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { conv2d } from '../../nn/conv2d'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { flag, number } from '../../schema/schema'
import { headFields, splitHeads } from '../heads'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { differences, places } from '../pairs'

/**
 * Attention that fades with distance: softmax(Q̃ K̃ᵀ/√d + D) V + DW₅(V), where D = δ·ln γ falls with the Manhattan distance
 * δ at a pace per head, and Q̃, K̃ are rotated by the number of their position. Decomposed, it runs along rows, then
 * columns, and costs t·(h + w) pairs.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. γ = 1 − 2^(−a − r·i/heads) for head i.
 * Fan et al. 2023, RMT: Retentive Networks Meet Vision Transformers, https://arxiv.org/abs/2309.11523
 */
export const retention = defineModule({
  id: 'retention',
  title: 'Manhattan retention',
  shortTitle: 'Retention',
  kind: 'mixer',
  summary: 'Attention that fades with the Manhattan distance, each head at its own pace.',
  formula: 'Y = (softmax(Q̃·K̃ᵀ/√d + |Δ|₁·ln γ)·V + DW₅(V))·Wₒ',
  paper: {
    title: 'RMT: Retentive Networks Meet Vision Transformers',
    authors: 'Fan et al.',
    year: 2023,
    url: 'https://arxiv.org/abs/2309.11523',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    decay: number({ label: 'Decay', help: 'a: larger fades slower.', default: 2, min: 0.1, max: 16 }),
    range: number({ label: 'Range', help: 'r: how much the heads differ.', default: 4, min: 0, max: 16 }),
    decomposed: flag({ label: 'Row by row', help: 'Along rows, then along columns.', default: false }),
  },
  pattern: (row, column) => 0.72 ** (Math.abs(row - 4) + Math.abs(column - 4)),
  family: 'attention',
  subtitle: ({ heads, headDim, decomposed }, dim) => {
    const count = heads ?? (dim === null ? null : Math.max(1, Math.floor(dim / headDim)))
    return `${count === null ? `heads of ${headDim}` : `${count} heads`}${decomposed ? ', row by row' : ''}`
  },
  build: (b, [x], attrs) =>
    onMap(b, 'retention', x, (map) => {
      const { n, h, w, c } = mapSizes('retention', map)
      const { heads, headDim } = splitHeads('retention', c, attrs)
      const width = heads * headDim
      const project = (name: string) => linear(b, map, { name, out: width, bias: true })
      const split = (y: Value) => b.reshape(y, [n, h * w, heads, headDim])
      const q = rotated(b, split(project('q_proj')))
      const k = rotated(b, split(project('k_proj')))
      const v = project('v_proj')
      const near = b.part('lepe', () =>
        conv2d(b, v, { name: 'conv', out: width, kernel: 5, padding: 2, groups: width, bias: true }),
      )
      const scale = headDim ** -0.5
      const paces = Array.from({ length: heads }, (_, head) =>
        Math.log(1 - 2 ** (-attrs.decay - (attrs.range * head) / heads)),
      )
      const sizes = { n, h, w, heads, headDim }
      const mixed = attrs.decomposed
        ? byRowsAndColumns(b, { q, k, v: split(v) }, { ...sizes, paces, scale })
        : attend(b, q, k, split(v), scale, fading(b, paces, h, w))
      const y = b.add(b.reshape(mixed, [n, h, w, width]), near)
      return linear(b, y, { name: 'out_proj', out: c, bias: true })
    }),
})

/** Pairs of channels turned by the number of the position times a frequency: (x₀, x₁) → (x₀ cos − x₁ sin, x₁ cos + x₀ sin). */
function rotated(b: ModuleBuilder, x: Value): Value {
  const [n = 1, t = 1, heads = 1, d = 1] = x.shape
  const half = Math.floor(d / 2)
  if (half === 0 || d % 2 !== 0) return x
  const turns = Array.from({ length: t * half }, (_, index) => {
    const step = half === 1 ? 0 : (index % half) / (half - 1)
    return Math.floor(index / half) * 10000 ** -step
  })
  const table = (fn: (turn: number) => number) => b.constant(turns.map(fn), [1, t, 1, half, 1])
  const [cosine, sine] = [table(Math.cos), table(Math.sin)]
  const pairs = b.reshape(x, [n, t, heads, half, 2])
  const part = (index: number) => b.slice(pairs, { start: [0, 0, 0, 0, index], size: [n, t, heads, half, 1] })
  const first = b.sub(b.mul(part(0), cosine), b.mul(part(1), sine))
  const second = b.add(b.mul(part(1), cosine), b.mul(part(0), sine))
  return b.reshape(b.concat([first, second], 4), [n, t, heads, d])
}

/** |Δ|₁·ln γ for every pair of an h × w map: [1, heads, hw, hw]. */
function fading(b: ModuleBuilder, paces: readonly number[], h: number, w: number): Value {
  const { rows, columns } = places(h, w)
  const apart = (along: readonly number[]) => b.unary('abs', differences(b, along))
  const distances = b.add(apart(rows), apart(columns))
  return b.mul(b.reshape(distances, [1, 1, h * w, h * w]), b.constant(paces, [1, paces.length, 1, 1]))
}

interface Retained {
  readonly q: Value
  readonly k: Value
  readonly v: Value
}

/** Values gather along their row, and what they gathered along its column. */
function byRowsAndColumns(
  b: ModuleBuilder,
  { q, k, v }: Retained,
  sizes: {
    readonly n: number
    readonly h: number
    readonly w: number
    readonly heads: number
    readonly headDim: number
    readonly paces: readonly number[]
    readonly scale: number
  },
): Value {
  const { n, h, w, heads, headDim, paces, scale } = sizes
  const asRows = (y: Value) => b.reshape(y, [n * h, w, heads, headDim])
  const turned = (y: Value, rows: number, columns: number) =>
    b.transpose(b.reshape(y, [n, rows, columns, heads, headDim]), [0, 2, 1, 3, 4])
  const asColumns = (y: Value) => b.reshape(turned(y, h, w), [n * w, h, heads, headDim])
  const along = attend(b, asRows(q), asRows(k), asRows(v), scale, fading(b, paces, 1, w))
  const down = attend(b, asColumns(q), asColumns(k), asColumns(along), scale, fading(b, paces, h, 1))
  return b.reshape(turned(down, w, h), [n, h * w, heads, headDim])
}
