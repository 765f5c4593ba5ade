import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { flag, slot } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { onTokens, rankError, tokenSizes, toTokens } from '../layout'
import { defineModule } from '../module'
import { queriesKeysValues } from '../qkv'
import { windowBias } from '../relativeBias'

/**
 * Attention whose keys are the tokens and, besides, the few cross tokens that earlier blocks left behind:
 * softmax(Q [K, K_s]ᵀ/√d + [B, b]) [V, V_s]. Cross tokens are scaled, normalised, and projected by the same weights; B is a bias
 * of the distance, b one per cross token.
 *
 * x [n, h, w, c] or [n, t, c], further inputs of c channels → the shape of x. Without further inputs it is attention with a bias of
 * the distance. Zhang et al. 2023, FcaFormer, https://arxiv.org/abs/2211.07198
 */
export const crossTokenAttention = defineModule({
  id: 'crossTokenAttention',
  title: 'Forward-cross attention',
  shortTitle: 'Forward-cross',
  kind: 'mixer',
  summary: 'Tokens attend to each other and to summaries that earlier blocks of the stage left behind.',
  formula: 'Y = softmax(Q·[K, K_s]ᵀ/√d + [B, b])·[V, V_s]·Wₒ',
  paper: {
    title: 'Fcaformer: Forward Cross Attention in Hybrid Vision Transformer',
    authors: 'Zhang et al.',
    year: 2023,
    url: 'https://arxiv.org/abs/2211.07198',
  },
  inputs: ['x…'],
  attrs: {
    ...headFields(),
    norm: slot({
      label: 'Norm',
      help: 'Of the cross tokens.',
      of: 'norm',
      default: { module: 'layerNorm', attrs: { eps: 1e-5 } },
    }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  // The distance counts, and every fourth row and column is summarised.
  pattern: (row, column) =>
    Math.min(
      1,
      Math.exp(-(Math.abs(row - 4) + Math.abs(column - 4)) / 3) +
        (row % 4 === 0 && column % 4 === 0 ? 0.4 : 0.1),
    ),
  family: 'attention',
  subtitle: headCount,
  build: (b, [x, ...others], attrs) =>
    onTokens(b, 'crossTokenAttention', x, (tokens) => {
      const { n, t, c } = tokenSizes('crossTokenAttention', tokens)
      const { heads, headDim } = splitHeads('crossTokenAttention', c, attrs)
      const cross = others.length > 0 ? b.module(attrs.norm, 's_norm', scaled(b, others)) : null
      const all = cross ? b.concat([tokens, cross], 1) : tokens
      const [queries, k, v] = queriesKeysValues(b, all, { heads, headDim, bias: attrs.qkvBias })
      const q = cross ? b.slice(queries, { start: [0, 0, 0, 0], size: [n, t, heads, headDim] }) : queries
      const bias = biases(b, tokens, cross, heads)
      const mixed = b.part('softmax', () => attend(b, q, k, v, headDim ** -0.5, bias))
      const y = b.reshape(mixed, [n, t, heads * headDim])
      return linear(b, y, { name: 'proj', out: c, bias: attrs.projBias })
    }),
})

/** One after the other, each token with its factor. */
function scaled(b: ModuleBuilder, others: readonly Value[]): Value {
  const cross = b.concat(
    others.map((other) => toTokens(b, 'crossTokenAttention', other)),
    1,
  )
  return b.mul(cross, b.weight('s_scale_factors', [1, cross.shape[1] ?? 1, 1], { init: 'one' }))
}

function biases(b: ModuleBuilder, tokens: Value, cross: Value | null, heads: number): Value {
  const { grid } = tokens
  if (!grid) throw rankError('crossTokenAttention', 'a map or tokens that lie on a grid', tokens.shape)
  const { t, c } = tokenSizes('crossTokenAttention', tokens)
  const near = windowBias(b, grid, { kind: 'distance', heads, dim: c, hidden: c }, grid.prefix)
  if (!cross) return near
  const s = cross.shape[1] ?? 1
  const far = b.weight('s_token_bias', [1, heads, 1, s], { init: { a: 0, b: 0.035 } })
  return b.concat([near, b.broadcast(far, [1, heads, t, s])], 3)
}
