import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { autoInt, choice, flag, int, slot } from '../../schema/schema'
import { maskBias, maskFields } from '../attentionMask'
import { headCount, headFields, splitHeads } from '../heads'
import { onRows, onTokens, rankError, tokenSizes } from '../layout'
import { localConvolution } from '../localConvolution'
import { defineModule } from '../module'
import { checkPairs } from '../pairs'
import { pointwise, weightsField } from '../pointwise'
import { keyBiasField, orderField, queriesKeysValues } from '../qkv'
import { type BiasOptions, biasHiddenField, biasOptions, windowBias } from '../relativeBias'
import { rotaryFields, rotated } from '../rotary'
import { scoredAttention } from '../scores'

/**
 * Multi-head self-attention over all tokens: per head softmax(Q Kᵀ/√d) V, then an output projection.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. Parameters 4c² (+ 4c), MACs 4tc² + 2t²c.
 * Heads are set by number (the channels must split evenly, else ShapeError) or by width: then there are ⌊c/d⌋ of
 * them, at least one, and the inner width is heads × d even where that is not c (as in the MetaFormer papers' code).
 * Relative positions add a bias per head and offset to the scores, for tokens that lie on a grid (CoAtNet).
 * Rotary positions turn queries and keys instead (EVA-02). A convolution of the values beside it is CSWin's locally enhanced position, Dong et al. 2021, https://arxiv.org/abs/2107.00652
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
  keywords: ['transformer', 'ViT'],
  inputs: ['x'],
  attrs: {
    ...headFields(),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    keyBias: keyBiasField(),
    projBias: flag({ label: 'Bias of the projection', default: true }),
    qkNorm: slot({
      label: 'Norm of Q and K',
      help: 'Keeps logits small in large models.',
      of: 'norm',
      default: 'noNorm',
    }),
    position: choice({
      label: 'Positions',
      help: 'What is added to the score of a pair for where it lies, or what it is multiplied by.',
      default: 'none',
      options: [
        { value: 'none', label: 'None' },
        ...biasOptions,
        { value: 'scaling', label: 'A factor per pair' },
      ],
    }),
    hidden: biasHiddenField(),
    ...rotaryFields(),
    dim: autoInt({
      label: 'Output channels',
      default: null,
      min: 1,
      max: 8192,
      auto: 'as the input',
    }),
    headsFrom: choice({
      label: 'Heads split',
      help: 'Which channels, where input and output differ in number.',
      default: 'input',
      options: [
        { value: 'input', label: 'The channels of the input' },
        { value: 'output', label: 'The channels of the output' },
      ],
    }),
    within: choice({
      label: 'Reaches',
      help: 'Rows of a map can be sequences of their own: along the picture, or the pixels of a patch.',
      default: 'all',
      options: [
        { value: 'all', label: 'All tokens' },
        { value: 'row', label: 'Its row of the map' },
      ],
    }),
    innerNorm: slot({
      label: 'Norm before the projection',
      help: 'Of what all heads gathered.',
      of: 'norm',
      default: 'noNorm',
    }),
    ...maskFields(),
    order: orderField(),
    weights: weightsField(),
    local: choice({
      label: 'Local convolution',
      help: 'Adds what a convolution per channel sees around a token, which tells where it is.',
      default: 'none',
      options: [
        { value: 'none', label: 'None' },
        { value: 'values', label: 'Of the values' },
        { value: 'input', label: 'Of the input' },
      ],
    }),
    localKernel: int({
      label: 'Kernel',
      help: 'Side of its window.',
      default: 3,
      min: 1,
      max: 31,
      step: 2,
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
    sequences[attrs.within](b, 'attention', x, (tokens) => {
      const { n, t, c } = tokenSizes('attention', tokens)
      const { position, hidden, order, weights } = attrs
      const out = attrs.dim ?? c
      const { heads, headDim } = splitHeads('attention', attrs.headsFrom === 'input' ? c : out, attrs)
      const width = heads * headDim
      const projection = { heads, headDim, bias: attrs.qkvBias, keyBias: attrs.keyBias, order, weights }
      const [queries, keys, v] = queriesKeysValues(b, tokens, projection)
      const { rotary, ...places } = attrs
      const turned = (y: Value) => (rotary === 'none' ? y : rotated(b, y, tokens.grid, { ...places, rotary }))
      const q = turned(b.module(attrs.qkNorm, 'q_norm', queries))
      const k = turned(b.module(attrs.qkNorm, 'k_norm', keys))
      const scale = headDim ** -0.5
      const kind = position === 'none' || position === 'scaling' ? null : position
      const bias = kind ? gridBias(b, tokens, { kind, heads, dim: c, hidden }) : undefined
      const mask = maskBias(b, tokens, attrs)
      const both = bias && mask ? b.add(bias, mask) : (bias ?? mask)
      const before = (scores: Value) => {
        const factored = b.mul(scores, factors(b, heads, t))
        return mask ? b.add(factored, mask) : factored
      }
      const mixed =
        position === 'scaling'
          ? scoredAttention(b, { q, k, v }, { scale, before })
          : attend(b, q, k, v, scale, both)
      const far = b.reshape(mixed, [n, t, width])
      const near = () =>
        localConvolution(b, 'attention', attrs.local === 'input' ? tokens : b.reshape(v, [n, t, width]), {
          name: 'lepe',
          kernel: attrs.localKernel,
          grid: tokens.grid,
        })
      const y = attrs.local === 'none' ? far : b.add(far, near())
      const normed = b.module(attrs.innerNorm, 'norm', y)
      return pointwise(b, normed, { name: 'proj', out, bias: attrs.projBias, weights })
    }),
})

const sequences = { all: onTokens, row: onRows }

/** σ of a learned number per head and pair: RVT's position-aware scaling, Mao et al. 2021, https://arxiv.org/abs/2105.07926 */
function factors(b: ModuleBuilder, heads: number, t: number): Value {
  checkPairs('attention', t)
  return b.reshape(b.sigmoid(b.weight('att_mask', [heads, t, t], { init: { a: 0, b: 1 } })), [1, heads, t, t])
}

function gridBias(b: ModuleBuilder, tokens: Value, options: BiasOptions): Value {
  if (!tokens.grid) throw rankError('attention', 'a map or tokens that lie on a grid', tokens.shape)
  const { prefix, ...window } = tokens.grid
  const variant = `${window.height}×${window.width} behind ${prefix}`
  return b.sharedPart('rel_pos', variant, () => windowBias(b, window, options, prefix))
}
