import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { conv2d } from '../../nn/conv2d'
import { flag } from '../../schema/schema'
import { headCount, headFields, keyDimField, splitHeads } from '../heads'
import { mapSizes } from '../layout'
import { defineModule } from '../module'
import { crossPattern } from '../reading'
import { relativeLogits } from '../relativeLogits'
import { halvingField, onStridedMap, shrunk } from '../strided'

/**
 * Attention over a whole map with relative positions that depend on the query: softmax(QKᵀ/√d + Q·Rₕ + Q·R_w) V. It
 * takes the place of the 3×3 convolution of ResNet's last bottlenecks; with a stride the map is averaged afterwards.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape, or half of it. No projection follows: the bottleneck has one.
 * The tables tie it to one size of map. MACs 3tc² + 2t²c + 2tc(h + w − 1).
 * Srinivas et al. 2021, https://arxiv.org/abs/2101.11605
 */
export const bottleneckAttention = defineModule({
  id: 'bottleneckAttention',
  title: 'BoTNet attention',
  shortTitle: 'BoT',
  kind: 'mixer',
  summary: 'Attention on the whole map; how far up and how far to the side a key lies is asked by the query.',
  formula: 'Y = softmax(Q·Kᵀ/√d + Q·R)·V',
  paper: {
    title: 'Bottleneck Transformers for Visual Recognition',
    authors: 'Srinivas et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2101.11605',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    keyDim: keyDimField(),
    stride: halvingField(),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: false }),
  },
  pattern: (row, column) => Math.max(0.2, crossPattern(1, 8)(row, column)),
  family: 'attention',
  subtitle: (attrs, dim) => `${headCount(attrs, dim)}, relative`,
  build: (b, [x], attrs) =>
    onStridedMap(b, 'bottleneckAttention', x, attrs.stride, (map) => {
      const { n, h, w, c } = mapSizes('bottleneckAttention', map)
      const { heads, headDim } = splitHeads('bottleneckAttention', c, attrs)
      const keyDim = attrs.keyDim ?? headDim
      const widths = [keyDim, keyDim, headDim].map((width) => width * heads)
      const out = widths.reduce((sum, width) => sum + width, 0)
      const qkv = conv2d(b, map, { name: 'qkv', out, kernel: 1, bias: attrs.qkvBias })
      const part = (index: 0 | 1 | 2): Value => {
        const start = widths.slice(0, index).reduce((sum, width) => sum + width, 0)
        const width = widths[index] ?? 1
        const cut = b.slice(qkv, { start: [0, 0, 0, start], size: [n, h, w, width] })
        return b.reshape(cut, [n, h * w, heads, width / heads])
      }
      const q = part(0)
      const side = { height: h, width: w }
      const bias = b.part('pos_embed', () => relativeLogits(b, q, side, side))
      const mixed = attend(b, q, part(1), part(2), keyDim ** -0.5, bias)
      return shrunk(b, b.reshape(mixed, [n, h, w, c]), attrs.stride)
    }),
})
