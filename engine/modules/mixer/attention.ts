import { attention as attend } from '../../nn/attention'
import { linear } from '../../nn/linear'
import { flag, slot } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
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
    ...headFields(),
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
  subtitle: headCount,
  build: (b, [x], attrs) =>
    onTokens(b, 'attention', x, (tokens) => {
      const { n, t, c } = tokenSizes('attention', tokens)
      const { heads, headDim } = splitHeads('attention', c, attrs)
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
