import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { linear } from '../../nn/linear'
import { autoInt, choice, flag } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { orderField, queriesKeysValues } from '../qkv'
import { biasHiddenField, biasOptions, windowBias } from '../relativeBias'
import { fromWindows, paddingMask, padToWindows, toWindows, type Window } from '../windows'

/**
 * Attention among positions that lie a fixed step apart: groups of m×m, every I-th row and column. Left to itself the step
 * spreads a group over the whole map, which is grid attention.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. MACs 4tc² + 2tm²c: linear in t. Padding takes no part. A map that is
 * not larger than a group is one group.
 * Wang et al. 2021, CrossFormer, https://arxiv.org/abs/2108.00154; spread over the map: Tu et al. 2022, MaxViT,
 * https://arxiv.org/abs/2204.01697
 */
export const dilatedAttention = defineModule({
  id: 'dilatedAttention',
  title: 'Long-distance attention',
  shortTitle: 'Long distance',
  kind: 'mixer',
  summary:
    'Attention among positions a fixed step apart: a sparse grid that reaches across the map at the cost of a window.',
  formula: 'Y = softmax(Q·Kᵀ/√d + B)·V·Wₒ per group of every I-th position',
  paper: {
    title: 'CrossFormer: A Versatile Vision Transformer Hinging on Cross-scale Attention',
    authors: 'Wang et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2108.00154',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    windowSize: autoInt({
      label: 'Group',
      help: 'Side of a group of tokens.',
      default: 7,
      min: 1,
      max: 64,
      auto: 'map ÷ step',
    }),
    interval: autoInt({
      label: 'Step',
      help: 'Distance of neighbours in a group.',
      default: null,
      min: 1,
      max: 64,
      auto: 'map ÷ group',
    }),
    position: choice({
      label: 'Positions',
      help: 'What attention knows about where two tokens lie.',
      default: 'mlp',
      options: [...biasOptions, { value: 'none', label: 'None' }],
    }),
    hidden: biasHiddenField(),
    dim: autoInt({ label: 'Output channels', default: null, min: 1, max: 8192, auto: 'as the input' }),
    order: orderField(),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  pattern: (row, column) => (row % 2 === 0 && column % 2 === 0 ? 1 : 0),
  family: 'attention',
  subtitle: (attrs, dim) => `${groupOf(attrs)}, ${headCount(attrs, dim)}`,
  build: (b, [x], attrs) =>
    onMap(b, 'dilatedAttention', x, (map) => {
      const { n, h, w, c } = mapSizes('dilatedAttention', map)
      const { heads, headDim } = splitHeads('dilatedAttention', c, attrs)
      const window = spread(h, w, attrs)
      const padded = padToWindows(b, map, window)
      const sides = [padded.shape[1] ?? 1, padded.shape[2] ?? 1] as const
      const tokens = toWindows(b, padded, window)
      const [all = 1, t = 1] = tokens.shape
      const [q, k, v] = queriesKeysValues(b, tokens, {
        heads,
        headDim,
        bias: attrs.qkvBias,
        order: attrs.order,
      })
      const mask = paddingMask(b, window, [h, w])
      const { position, hidden } = attrs
      const positions =
        position === 'none' ? undefined : windowBias(b, window, { kind: position, heads, dim: c, hidden })
      const bias =
        positions && mask ? b.add(b.reshape(positions, [1, 1, heads, t, t]), mask) : (positions ?? mask)
      const mixed = b.part('softmax', () => attend(b, q, k, v, headDim ** -0.5, bias))
      const out = attrs.dim ?? c
      const y: Value = linear(b, b.reshape(mixed, [all, t, heads * headDim]), {
        name: 'proj',
        out,
        bias: attrs.projBias,
      })
      return b.slice(fromWindows(b, y, window, sides), { start: [0, 0, 0, 0], size: [n, h, w, out] })
    }),
})

function groupOf({ windowSize, interval }: Spread): string {
  const placed = interval === null ? 'spread' : `every ${interval}`
  return windowSize === null ? placed : `${windowSize}×${windowSize} ${placed}`
}

interface Spread {
  readonly windowSize: number | null
  readonly interval: number | null
}

function spread(h: number, w: number, { windowSize, interval }: Spread): Required<Window> {
  if (windowSize === null) {
    const step = interval ?? 1
    return { height: Math.ceil(h / step), width: Math.ceil(w / step), step: [step, step] }
  }
  if (Math.min(h, w) <= windowSize)
    return { height: Math.min(h, windowSize), width: Math.min(w, windowSize), step: [1, 1] }
  const step = (size: number) => interval ?? Math.ceil(size / windowSize)
  return { height: windowSize, width: windowSize, step: [step(h), step(w)] }
}
