import type { Value } from '../../graph/graph'
import { conv2d } from '../../nn/conv2d'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { flag, int } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'
import { queriesKeysValues } from '../qkv'
import { scoredAttention } from '../scores'

/**
 * Attention whose maps are refined before they are used: the maps of all heads are expanded to more, a depthwise convolution over
 * (query, key) lets neighbouring pairs agree, and they are reduced again: Y = R(DWₖ(E(softmax(Q Kᵀ/√d)))) V Wₒ.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. Beyond attention, MACs t²·h·(2eh + ek²) for h heads, expanded e times.
 * Zhou et al. 2021, Refiner: Refining Self-attention for Vision Transformers, https://arxiv.org/abs/2106.03714
 */
export const refinedAttention = defineModule({
  id: 'refinedAttention',
  title: 'Refined attention',
  shortTitle: 'Refined',
  kind: 'mixer',
  summary:
    'Convolves the attention maps themselves before they gather values, so that neighbouring pairs agree.',
  formula: 'Y = R(DWₖ(E(softmax(Q·Kᵀ/√d))))·V·Wₒ',
  paper: {
    title: 'Refiner: Refining Self-attention for Vision Transformers',
    authors: 'Zhou et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2106.03714',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    expansion: int({
      label: 'Expansion',
      help: 'Maps per head while they are refined.',
      default: 3,
      min: 1,
      max: 16,
    }),
    kernelSize: int({
      label: 'Kernel',
      help: 'Side of the window over pairs.',
      default: 3,
      min: 1,
      max: 31,
      step: 2,
    }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  pattern: (row, column) =>
    Math.min(1, 0.25 + 0.75 * Math.exp(-((row - 4) ** 2 / 8 + (column - 4) ** 2 / 3))),
  family: 'attention',
  subtitle: headCount,
  build: (b, [x], attrs) =>
    onTokens(b, 'refinedAttention', x, (tokens) => {
      const { n, t, c } = tokenSizes('refinedAttention', tokens)
      const { heads, headDim } = splitHeads('refinedAttention', c, attrs)
      const [q, k, v] = queriesKeysValues(b, tokens, { heads, headDim, bias: attrs.qkvBias })
      const after = (maps: Value) => refined(b, maps, attrs)
      const mixed = scoredAttention(b, { q, k, v }, { scale: headDim ** -0.5, after })
      const y = b.reshape(mixed, [n, t, heads * headDim])
      return linear(b, y, { name: 'proj', out: c, bias: attrs.projBias })
    }),
})

/** [n, h, t, t] → the same shape. */
function refined(
  b: ModuleBuilder,
  maps: Value,
  { expansion, kernelSize }: { readonly expansion: number; readonly kernelSize: number },
): Value {
  const heads = maps.shape[1] ?? 1
  const out = heads * expansion
  const expanded = conv2d(b, b.transpose(maps, [0, 2, 3, 1]), { name: 'expand', out, kernel: 1, bias: false })
  const near = { name: 'adapt', out, kernel: kernelSize, padding: 'same', groups: out, bias: false } as const
  const reduced = conv2d(b, conv2d(b, expanded, near), { name: 'reduce', out: heads, kernel: 1, bias: false })
  return b.transpose(reduced, [0, 3, 1, 2])
}
