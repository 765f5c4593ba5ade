import { ShapeError } from '../../errors'
import { attention as attend } from '../../nn/attention'
import { linear } from '../../nn/linear'
import { autoInt, flag, int, slot } from '../../schema/schema'
import { divisorChoice } from '../divisors'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * Multi-head self-attention over all tokens: per head softmax(Q Kᵀ/√d) V, then an output projection.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. Parameters 4c² (+ 4c), MACs 4tc² + 2t²c.
 * Heads are set by number (the channels must split evenly, else ShapeError) or by width: then there are ⌊c/d⌋ of
 * them, at least one, and the inner width is heads × d even where that is not c (as in the MetaFormer papers' code).
 * Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; on images: Dosovitskiy et al. 2020, https://arxiv.org/abs/2010.11929
 */
export const attention = defineModule({
  id: 'attention',
  title: 'Self-attention',
  shortTitle: 'Attention',
  kind: 'mixer',
  summary: 'Every token asks all others and gathers from those whose keys answer its query.',
  formula: 'Y = softmax(Q·Kᵀ/√d)·V·Wₒ per head',
  paper: {
    title: 'An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale',
    authors: 'Dosovitskiy et al.',
    year: 2020,
    url: 'https://arxiv.org/abs/2010.11929',
  },
  inputs: ['x'],
  attrs: {
    heads: autoInt({
      label: 'Heads',
      help: 'Must divide the channels.',
      default: null,
      min: 1,
      max: 128,
      auto: 'channels ÷ head width',
    }),
    headDim: int({
      label: 'Head width',
      help: 'Channels of one head.',
      default: 32,
      min: 1,
      max: 512,
      when: { field: 'heads', is: null },
    }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
    qkNorm: slot({
      label: 'Norm of Q and K',
      help: 'Keeps logits small in large models.',
      of: 'norm',
      default: 'noNorm',
    }),
  },
  // One query's attention as it often looks: near tokens first, and a far spot that resembles it.
  pattern: (row, column) =>
    Math.min(
      1,
      Math.exp(-((row - 4) ** 2 + (column - 4) ** 2) / 6) +
        0.7 * Math.exp(-((row - 1) ** 2 + (column - 6) ** 2) / 2) +
        0.12,
    ),
  family: 'attention',
  subtitle(attrs, dim) {
    if (dim === null) return attrs.heads === null ? `heads of ${attrs.headDim}` : `${attrs.heads} heads`
    const { heads, headDim } = headSizes(dim, attrs.heads, attrs.headDim)
    return `${heads} ${heads === 1 ? 'head' : 'heads'} of ${Number.isInteger(headDim) ? headDim : headDim.toFixed(1)}`
  },
  build: (b, [x], attrs) =>
    onTokens(b, 'attention', x, (tokens) => {
      const { n, t, c } = tokenSizes('attention', tokens)
      const { heads, headDim } = headSizes(c, attrs.heads, attrs.headDim)
      if (!Number.isInteger(headDim)) throw headsError(c, heads)
      const width = heads * headDim
      const qkv = linear(b, tokens, { name: 'qkv', out: 3 * width, bias: attrs.qkvBias })
      const part = (index: number) =>
        b.reshape(b.slice(qkv, { start: [0, 0, index * width], size: [n, t, width] }), [n, t, heads, headDim])
      const q = b.module(attrs.qkNorm, 'q_norm', part(0))
      const k = b.module(attrs.qkNorm, 'k_norm', part(1))
      const mixed = attend(b, q, k, part(2), headDim ** -0.5)
      return linear(b, b.reshape(mixed, [n, t, width]), { name: 'proj', out: c, bias: attrs.projBias })
    }),
})

/** A head width that is not whole means that the channels do not split. */
function headSizes(dim: number, heads: number | null, headDim: number): { heads: number; headDim: number } {
  if (heads !== null) return { heads, headDim: dim / heads }
  return { heads: Math.max(1, Math.floor(dim / headDim)), headDim }
}

function headsError(channels: number, heads: number): ShapeError {
  return new ShapeError(
    'HEADS_DIVIDE',
    `attention: ${channels} channels do not split into ${heads} heads; choose ${divisorChoice(channels, heads)} heads`,
    [{ what: 'heads', expected: `a divisor of ${channels}`, got: `${heads}` }],
  )
}
