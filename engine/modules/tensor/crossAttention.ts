import { ShapeError } from '../../errors'
import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { linear, linearBy } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { choice, flag } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { channelsOf, tokenSizes, toTokens } from '../layout'
import { defineModule } from '../module'

/**
 * Attention between two streams: softmax(Q Kᵀ/√d) V Wₒ with queries from the first input, keys from the second and
 * values from the third. One stream on all three is self-attention whose positions may differ from its content.
 *
 * queries [n, t, c], keys [n, s, c], values [n, s, c] (maps row by row) → [n, t, c]. Parameters 4c² (+ 4c), MACs
 * 2tc² + 2sc² + 2tsc. Throws ShapeError when the widths differ, or keys and values in number.
 * Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; in detection: Carion et al. 2020, https://arxiv.org/abs/2005.12872
 */
export const crossAttention = defineModule({
  id: 'crossAttention',
  title: 'Cross-attention',
  shortTitle: 'Cross',
  kind: 'tensor',
  summary: 'Queries of one stream gather from the keys and values of another, as objects do from a picture.',
  formula: 'Y = softmax(Q·Kᵀ/√d)·V·Wₒ,  Q, K, V from three inputs',
  paper: {
    title: 'End-to-End Object Detection with Transformers',
    authors: 'Carion et al.',
    year: 2020,
    url: 'https://arxiv.org/abs/2005.12872',
  },
  inputs: ['queries', 'keys', 'values'],
  attrs: {
    ...headFields(),
    bias: flag({ label: 'Biases', default: true }),
    weights: choice({
      label: 'Weights kept as',
      help: 'How checkpoints hold the projections of queries, keys and values; the computation is the same.',
      default: 'packed',
      options: [
        { value: 'packed', label: 'One matrix (PyTorch)' },
        { value: 'apart', label: 'Three matrices' },
        { value: 'joint', label: 'Q apart, K and V joint' },
      ],
    }),
  },
  subtitle: headCount,
  build(b, inputs, attrs) {
    const [queries, keys, values] = inputs.map((x) => toTokens(b, 'crossAttention', x)) as [
      Value,
      Value,
      Value,
    ]
    const { n, t, c } = tokenSizes('crossAttention', queries)
    const { t: s } = tokenSizes('crossAttention', keys)
    checkStreams(queries, keys, values)
    const { heads, headDim } = splitHeads('crossAttention', c, attrs)
    const width = heads * headDim
    const project = { packed, apart, joint }[attrs.weights](b, width, attrs.bias)
    const split = (x: Value, count: number) => b.reshape(x, [n, count, heads, headDim])
    const [q, k, v] = [
      split(project(queries, 0), t),
      split(project(keys, 1), s),
      split(project(values, 2), s),
    ]
    const mixed = b.reshape(attend(b, q, k, v, headDim ** -0.5), [n, t, width])
    const name = attrs.weights === 'packed' ? 'out_proj' : 'proj'
    return linear(b, mixed, { name, out: c, bias: attrs.bias })
  },
})

/** What projects queries (0), keys (1) or values (2). */
type Project = (x: Value, index: number) => Value

function packed(b: ModuleBuilder, width: number, bias: boolean): Project {
  return (x, index) => {
    const c = channelsOf(x)
    const weight = b.weight('in_proj_weight', [3 * width, c], { init: 'weight' })
    const rows = b.slice(weight, { start: [index * width, 0], size: [width, c] })
    if (!bias) return linearBy(b, x, rows)
    const offset = b.weight('in_proj_bias', [3 * width], { init: 'bias' })
    return linearBy(b, x, rows, b.slice(offset, { start: [index * width], size: [width] }))
  }
}

const apart =
  (b: ModuleBuilder, width: number, bias: boolean): Project =>
  (x, index) =>
    linear(b, x, { name: ['q', 'k', 'v'][index] ?? '', out: width, bias })

/** Keys and values of one stream come out of one product. */
function joint(b: ModuleBuilder, width: number, bias: boolean): Project {
  const made = new Map<Value, Value>()
  return (x, index) => {
    if (index === 0) return linear(b, x, { name: 'q', out: width, bias })
    const kv = made.get(x) ?? linear(b, x, { name: 'kv', out: 2 * width, bias })
    made.set(x, kv)
    const [n = 1, s = 1] = x.shape
    return b.slice(kv, { start: [0, 0, (index - 1) * width], size: [n, s, width] })
  }
}

function checkStreams(queries: Value, keys: Value, values: Value): void {
  const widths = [queries, keys, values].map(channelsOf)
  if (new Set(widths).size > 1) {
    const got = widths.join(', ')
    throw new ShapeError(
      'SHAPE_MISMATCH',
      `crossAttention: queries, keys and values must have one width, but they have ${got} channels; bring them to ${widths[0]} by a linear layer`,
      [{ what: 'channels', expected: `${widths[0]}`, got }],
    )
  }
  const [s, count] = [keys.shape[1], values.shape[1]]
  if (s === count) return
  throw new ShapeError(
    'SHAPE_MISMATCH',
    `crossAttention: every key needs its value, but there are ${s} keys and ${count} values; take both from the same tokens`,
    [{ what: 'values', expected: `${s}`, got: `${count}` }],
  )
}
