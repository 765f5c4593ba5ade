import { linear } from '../../nn/linear'
import { flag } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'
import { acrossHeads, scoredAttention } from '../scores'

/**
 * Attention whose heads hear each other: scores are mixed over the heads before the softmax, and probabilities after it,
 * Y = P_w softmax(P_l Q Kᵀ/√d) V.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. Parameters 4c² (+ 4c) + 2(h² + h).
 * Shazeer et al. 2020, https://arxiv.org/abs/2003.02436; in CaiT: Touvron et al. 2021, https://arxiv.org/abs/2103.17239
 */
export const talkingHeads = defineModule({
  id: 'talkingHeads',
  title: 'Talking-heads attention',
  shortTitle: 'Talking',
  kind: 'mixer',
  summary: 'Heads exchange their scores before the softmax and their probabilities after it.',
  formula: 'Y = (P_w·softmax(P_l·Q·Kᵀ/√d))·V·Wₒ',
  paper: {
    title: 'Talking-Heads Attention',
    authors: 'Shazeer et al.',
    year: 2020,
    url: 'https://arxiv.org/abs/2003.02436',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  pattern: (row, column) =>
    Math.min(
      1,
      0.9 * Math.exp(-((row - 4) ** 2 + (column - 4) ** 2) / 8) +
        0.5 * Math.exp(-((row - 6) ** 2 + (column - 1) ** 2) / 2) +
        0.2,
    ),
  family: 'attention',
  subtitle: headCount,
  build: (b, [x], attrs) =>
    onTokens(b, 'talkingHeads', x, (tokens) => {
      const { n, t, c } = tokenSizes('talkingHeads', tokens)
      const { heads, headDim } = splitHeads('talkingHeads', c, attrs)
      const width = heads * headDim
      const qkv = linear(b, tokens, { name: 'qkv', out: 3 * width, bias: attrs.qkvBias })
      const part = (index: number) =>
        b.reshape(b.slice(qkv, { start: [0, 0, index * width], size: [n, t, width] }), [n, t, heads, headDim])
      const mixed = scoredAttention(
        b,
        { q: part(0), k: part(1), v: part(2) },
        {
          scale: headDim ** -0.5,
          before: (scores) => acrossHeads(b, scores, { name: 'proj_l' }),
          after: (probabilities) => acrossHeads(b, probabilities, { name: 'proj_w' }),
        },
      )
      return linear(b, b.reshape(mixed, [n, t, width]), { name: 'proj', out: c, bias: attrs.projBias })
    }),
})
