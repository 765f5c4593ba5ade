import type { Value } from '../../graph/graph'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { softmax } from '../../nn/softmax'
import { flag, int } from '../../schema/schema'
import { mapSizes, onMap, tokenSizes } from '../layout'
import { defineModule } from '../module'
import { pointwise, weightsField } from '../pointwise'
import { fromWindows, padToWindows, toWindows } from '../windows'

/**
 * Attention with one latent query: every token gets one score, the tokens' keys are summed up by them, and this one
 * context gates all values, Y = (ReLU(X W_v) ⊙ Σ softmax(X w_s)·X W_k) Wₒ.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. MACs 3tc² + tc: linear in t, and no pair is ever compared. With a
 * step s there are s×s such sums, each over the positions that are s apart (padding takes part as zeros).
 * Mehta, Rastegari 2022, MobileViTv2, https://arxiv.org/abs/2206.02680
 */
export const separableAttention = defineModule({
  id: 'separableAttention',
  title: 'Separable self-attention',
  shortTitle: 'Separable',
  kind: 'mixer',
  summary: 'One weighted sum of all keys gates every value: global, at a cost linear in the tokens.',
  formula: 'Y = (ReLU(X·Wᵥ) ⊙ Σ softmax(X·wₛ)·X·Wₖ)·Wₒ',
  paper: {
    title: 'Separable Self-attention for Mobile Vision Transformers',
    authors: 'Mehta, Rastegari',
    year: 2022,
    url: 'https://arxiv.org/abs/2206.02680',
  },
  inputs: ['x'],
  attrs: {
    interval: int({
      label: 'Step',
      help: 'Only positions this far apart share a context; 1 is all of them.',
      default: 1,
      min: 1,
      max: 16,
    }),
    qkvBias: flag({ label: 'Bias of scores, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
    weights: weightsField(),
  },
  pattern: (row, column) => 0.3 + 0.7 * Math.exp(-((row - 2) ** 2 + (column - 5) ** 2) / 6),
  family: 'attention',
  subtitle: ({ interval }) => (interval === 1 ? 'one context' : `${interval ** 2} contexts`),
  build: (b, [x], { interval, qkvBias, projBias, weights }) =>
    onMap(b, 'separableAttention', x, (map) => {
      const { n, h, w, c } = mapSizes('separableAttention', map)
      const side = (size: number) => Math.ceil(size / interval)
      const window = { height: side(h), width: side(w), step: [interval, interval] } as const
      const padded = padToWindows(b, map, window)
      const sides = [padded.shape[1] ?? 1, padded.shape[2] ?? 1] as const
      const tokens = toWindows(b, padded, window)
      const projected = pointwise(b, tokens, { name: 'qkv_proj', out: 1 + 2 * c, bias: qkvBias, weights })
      const y = fromWindows(b, gated(b, projected, n), window, sides)
      const cropped = b.slice(y, { start: [0, 0, 0, 0], size: [n, h, w, c] })
      return pointwise(b, cropped, { name: 'out_proj', out: c, bias: projBias, weights })
    }),
})

/** Scores, keys and values side by side [images·contexts, t, 1 + 2c] → ReLU(v) ⊙ Σ softmax(s)·k. */
function gated(b: ModuleBuilder, projected: Value, images: number): Value {
  const { n, t, c: all } = tokenSizes('separableAttention', projected)
  const c = (all - 1) / 2
  const part = (from: number, size: number) => b.slice(projected, { start: [0, 0, from], size: [n, t, size] })
  const scores = b.tap('attention', softmax(b, b.reshape(part(0, 1), [images, 1, n / images, t])))
  const context = b.sum(b.mul(part(1, c), b.reshape(scores, [n, t, 1])), [1])
  return b.mul(b.relu(part(1 + c, c)), context)
}
