import { ShapeError } from '../../errors'
import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { autoInt, flag, int } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { onTokens, tokenSizes } from '../layout'
import { leadingMax } from '../maskUnits'
import { defineModule } from '../module'
import { queriesKeysValues } from '../qkv'

/**
 * Attention inside mask units, whose tokens lie evenly over the sequence (see Mask-unit order), or over all tokens; queries
 * may be pooled to a quarter by the largest of each channel.
 *
 * x [n, t, c] or [n, h, w, c] → [n, t/p, dim], p the pooling. Parameters 3c·dim + dim² + biases.
 * Ryali et al. 2023, Hiera, https://arxiv.org/abs/2306.00989
 */
export const maskUnitAttention = defineModule({
  id: 'maskUnitAttention',
  title: 'Mask-unit attention',
  shortTitle: 'Mask units',
  kind: 'mixer',
  summary: 'Attention inside units of the picture that are kept or masked together; queries may be pooled.',
  formula: 'Y = softmax(max₄(Q)·Kᵀ/√d)·V·Wₒ per unit',
  paper: {
    title: 'Hiera: A Hierarchical Vision Transformer without the Bells-and-Whistles',
    authors: 'Ryali et al.',
    year: 2023,
    url: 'https://arxiv.org/abs/2306.00989',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    dim: autoInt({ label: 'Channels', default: null, min: 1, max: 8192, auto: 'as the input' }),
    unit: autoInt({
      label: 'Tokens of a unit',
      help: 'Must divide the tokens.',
      default: null,
      min: 1,
      max: 4096,
      auto: 'all tokens',
    }),
    pool: int({
      label: 'Pooling of Q',
      help: 'Queries that become one by their largest channels.',
      default: 1,
      min: 1,
      max: 16,
    }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  pattern: (row, column) => (row >= 4 && column >= 4 ? 1 : 0.15),
  family: 'attention',
  subtitle: (attrs, dim) =>
    `${headCount(attrs, attrs.dim ?? dim)}${attrs.unit === null ? '' : `, units of ${attrs.unit}`}`,
  build: (b, [x], { dim, unit, pool, qkvBias, projBias, ...attrs }) =>
    onTokens(b, 'maskUnitAttention', x, (tokens) => {
      const { n, t, c } = tokenSizes('maskUnitAttention', tokens)
      const out = dim ?? c
      const { heads, headDim } = splitHeads('maskUnitAttention', out, attrs)
      const size = unit ?? t
      const units = t / size
      if (!Number.isInteger(units)) {
        throw new ShapeError(
          'FIXED_SIZE',
          `maskUnitAttention: ${t} tokens are not made of units of ${size}; choose a divisor of ${t} or auto`,
          [{ what: 'tokens of a unit', expected: `a divisor of ${t}`, got: `${size}` }],
        )
      }
      const apart = (y: Value) => byUnits(b, y, size, units)
      const parts = queriesKeysValues(b, tokens, { heads, headDim, bias: qkvBias })
      const [q, k, v] = [apart(parts[0]), apart(parts[1]), apart(parts[2])]
      const mixed = attend(b, leadingMax(b, 'maskUnitAttention', q, pool), k, v, headDim ** -0.5)
      const width = heads * headDim
      const perUnit = b.reshape(mixed, [n, units, size / pool, width])
      const y = b.reshape(b.transpose(perUnit, [0, 2, 1, 3]), [n, t / pool, width])
      // Nothing moves: this only says where the tokens lie, which pooling in units does not tell.
      const placed = b.transpose(y, [0, 1, 2], pool === 1 ? tokens.grid : null)
      return linear(b, placed, { name: 'proj', out, bias: projBias })
    }),
})

/** [n, size · units, h, d] → [n · units, size, h, d]. */
function byUnits(b: ModuleBuilder, y: Value, size: number, units: number): Value {
  const [n = 1, , heads = 1, d = 1] = y.shape
  const cut = b.reshape(y, [n, size, units, heads, d])
  return b.reshape(b.transpose(cut, [0, 2, 1, 3, 4]), [n * units, size, heads, d])
}
