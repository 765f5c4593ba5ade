import { ShapeError } from '../../errors'
import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { conv2d } from '../../nn/conv2d'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { flag, int } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { fromWindows, toWindows, type Window } from '../windows'

/**
 * Attention in stripes: half of the heads inside vertical ones, half inside horizontal ones, so that together they see a
 * cross. Positions come from a depthwise convolution of the values inside a stripe: Y = softmax(Q Kᵀ/√d) V + DW₃(V).
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. Where a stripe is as wide as the map, all heads see the map.
 * Dong et al. 2021, CSWin, https://arxiv.org/abs/2107.00652
 */
export const crossShaped = defineModule({
  id: 'crossShaped',
  title: 'Cross-shaped windows',
  shortTitle: 'Cross',
  kind: 'mixer',
  summary: 'Half of the heads attend inside vertical stripes, half inside horizontal ones: together a cross.',
  formula: 'Y = [Attnᵛ(X₁), Attnʰ(X₂)]·Wₒ,  Attn = softmax(Q·Kᵀ/√d)·V + DW₃(V)',
  paper: {
    title: 'CSWin Transformer: A General Vision Transformer Backbone with Cross-Shaped Windows',
    authors: 'Dong et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2107.00652',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(16),
    stripe: int({
      label: 'Stripe',
      help: 'Width of a stripe; must divide the map.',
      default: 1,
      min: 1,
      max: 64,
    }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  pattern: (row, column) => (row === 4 || column === 4 ? 0.85 : 0),
  family: 'attention',
  subtitle: (attrs, dim) => `stripes of ${attrs.stripe}, ${headCount(attrs, dim)}`,
  build: (b, [x], attrs) =>
    onMap(b, 'crossShaped', x, (map) => {
      const { h, w, c } = mapSizes('crossShaped', map)
      const { stripe } = attrs
      const { heads, headDim } = splitHeads('crossShaped', c, attrs)
      const isWhole = stripe === h && stripe === w
      if (!isWhole) checkStripes(h, w, stripe, heads)
      const width = heads * headDim
      const qkv = linear(b, map, { name: 'qkv', out: 3 * width, bias: attrs.qkvBias })
      const branches: readonly Window[] = isWhole
        ? [{ height: h, width: w }]
        : [
            { height: h, width: stripe },
            { height: stripe, width: w },
          ]
      const mixed = branches.map((window, index) =>
        b.part(`attns.${index}`, () => inStripes(b, qkv, window, { index, of: branches.length, headDim })),
      )
      return linear(b, b.concat(mixed, 3), { name: 'proj', out: c, bias: attrs.projBias })
    }),
})

/** Branch `index` of `of`: its share of the channels of q, k and v, attended window by window. */
function inStripes(
  b: ModuleBuilder,
  qkv: Value,
  window: Window,
  { index, of, headDim }: { index: number; of: number; headDim: number },
): Value {
  const { n, h, w, c } = mapSizes('crossShaped', qkv)
  const share = c / 3 / of
  const part = (which: number) => {
    const start = [0, 0, 0, (which * c) / 3 + index * share]
    return toWindows(b, b.slice(qkv, { start, size: [n, h, w, share] }), window)
  }
  const [q, k, v] = [part(0), part(1), part(2)]
  const [all = 1, t = 1] = v.shape
  const split = (tokens: Value) => b.reshape(tokens, [all, t, share / headDim, headDim])
  const shape = [all, window.height, window.width, share]
  const attended = b.reshape(attend(b, split(q), split(k), split(v), headDim ** -0.5), shape)
  const stripes = b.reshape(v, shape)
  const near = conv2d(b, stripes, {
    name: 'get_v',
    out: share,
    kernel: 3,
    padding: 1,
    groups: share,
    bias: true,
  })
  return fromWindows(b, b.add(attended, near), window, [h, w])
}

function checkStripes(h: number, w: number, stripe: number, heads: number): void {
  if (h % stripe !== 0 || w % stripe !== 0) {
    throw new ShapeError(
      'ATTRIBUTE',
      `crossShaped: stripes of ${stripe} do not divide a map of ${h}×${w}; choose a width that divides both`,
      [{ what: 'stripe', expected: `a divisor of ${h} and ${w}`, got: `${stripe}` }],
    )
  }
  if (heads % 2 !== 0) {
    throw new ShapeError(
      'HEADS_DIVIDE',
      `crossShaped: ${heads} heads do not split into vertical and horizontal ones; choose an even number`,
      [{ what: 'heads', expected: 'an even number', got: `${heads}` }],
    )
  }
}
