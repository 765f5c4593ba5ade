import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { choice, flag } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { aboveAll, crossPattern } from '../reading'

/**
 * Attention along the columns of a map and attention along its rows, one after the other or added up. In sequence two
 * steps connect any two positions.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. Both axes have weights of their own. MACs 8tc² + 2tc(h + w) instead
 * of 2t²c. Ho et al. 2019, https://arxiv.org/abs/1912.12180
 */
export const axialAttention = defineModule({
  id: 'axialAttention',
  title: 'Axial attention',
  shortTitle: 'Axial',
  kind: 'mixer',
  summary: 'Attention along columns and along rows: the whole map in two steps, at the cost of its sides.',
  formula: 'Y = Attn_w(Attn_h(X)), or their sum',
  paper: {
    title: 'Axial Attention in Multidimensional Transformers',
    authors: 'Ho et al.',
    year: 2019,
    url: 'https://arxiv.org/abs/1912.12180',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    combine: choice({
      label: 'Axes',
      default: 'sequence',
      options: [
        { value: 'sequence', label: 'One after the other' },
        { value: 'sum', label: 'Added up' },
      ],
    }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: false }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  pattern: aboveAll(crossPattern(0, 16)),
  family: 'attention',
  subtitle: ({ combine, ...heads }, dim) => `${headCount(heads, dim)}${combine === 'sum' ? ', summed' : ''}`,
  build: (b, [x], { combine, ...attrs }) =>
    onMap(b, 'axialAttention', x, (map) => {
      const columns = alongHeight(b, map, (lines) => b.part('height', () => attended(b, lines, attrs)))
      const rows = b.part('width', () => attended(b, combine === 'sum' ? map : columns, attrs))
      return combine === 'sum' ? b.add(columns, rows) : rows
    }),
})

/** Runs `body`, which works along the rows of a map, along its columns. */
export function alongHeight(b: ModuleBuilder, map: Value, body: (turned: Value) => Value): Value {
  return b.transpose(body(b.transpose(map, [0, 2, 1, 3])), [0, 2, 1, 3])
}

/** Attention inside each row of [n, h, w, c]. */
function attended(
  b: ModuleBuilder,
  map: Value,
  attrs: { heads: number | null; headDim: number; qkvBias: boolean; projBias: boolean },
): Value {
  const { n, h, w, c } = mapSizes('axialAttention', map)
  const { heads, headDim } = splitHeads('axialAttention', c, attrs)
  const width = heads * headDim
  const part = (y: Value, index: number) =>
    b.reshape(b.slice(y, { start: [0, 0, 0, index * width], size: [n, h, w, width] }), [
      n * h,
      w,
      heads,
      headDim,
    ])
  const q = linear(b, map, { name: 'q', out: width, bias: attrs.qkvBias })
  const kv = linear(b, map, { name: 'kv', out: 2 * width, bias: attrs.qkvBias })
  const mixed = attend(b, part(q, 0), part(kv, 0), part(kv, 1), headDim ** -0.5)
  return linear(b, b.reshape(mixed, [n, h, w, width]), { name: 'proj', out: c, bias: attrs.projBias })
}
