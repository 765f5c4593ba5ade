import { attention as attend } from '../../nn/attention'
import { linear } from '../../nn/linear'
import { flag } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { mapSizes } from '../layout'
import { defineModule } from '../module'
import { windowBias } from '../relativeBias'
import { fromWindows, padToWindows, toWindows } from '../windows'

/**
 * Attention inside windows whose queries are the same in every window: a small map of the whole picture asks, and the
 * keys and values of each window answer, Y = softmax(Q_g Kᵀ/√d + B) V.
 *
 * x [n, h, w, c] and a query map [n, m, m, c], which is the size of the windows → [n, h, w, c]. Parameters 3c² (+ 3c) and the
 * bias of the offsets. Hatamizadeh et al. 2022, GCViT, https://arxiv.org/abs/2206.09959
 */
export const globalQueryAttention = defineModule({
  id: 'globalQueryAttention',
  title: 'Attention by global queries',
  shortTitle: 'Global Q',
  kind: 'tensor',
  summary: 'A small map of the whole picture asks every window the same questions.',
  formula: 'Y = softmax(Q_g·Kᵀ/√d + B)·V·Wₒ per window',
  paper: {
    title: 'Global Context Vision Transformers',
    authors: 'Hatamizadeh et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2206.09959',
  },
  inputs: ['x', 'query'],
  attrs: {
    ...headFields(),
    qkvBias: flag({ label: 'Bias of K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  subtitle: headCount,
  build(b, [x, query], { qkvBias, projBias, ...attrs }) {
    const { n, h, w, c } = mapSizes('globalQueryAttention', x)
    const { h: height, w: wide } = mapSizes('globalQueryAttention', query)
    const { heads, headDim } = splitHeads('globalQueryAttention', c, attrs)
    const [window, width] = [{ height, width: wide }, heads * headDim]
    const padded = padToWindows(b, x, window)
    const tokens = toWindows(b, padded, window)
    const [all = 1, t = 1] = tokens.shape
    const kv = linear(b, tokens, { name: 'qkv', out: 2 * width, bias: qkvBias })
    const part = (index: number) =>
      b.reshape(b.slice(kv, { start: [0, 0, index * width], size: [all, t, width] }), [
        all,
        t,
        heads,
        headDim,
      ])
    const asking = b.broadcast(b.reshape(query, [n, 1, t, c]), [n, all / n, t, c])
    const q = b.reshape(asking, [all, t, heads, headDim])
    const options = { kind: 'table', heads, dim: c, hidden: 0 } as const
    const bias = b.part('rel_pos', () => windowBias(b, window, options))
    const mixed = attend(b, q, part(0), part(1), headDim ** -0.5, bias)
    const y = linear(b, b.reshape(mixed, [all, t, width]), { name: 'proj', out: c, bias: projBias })
    const laid = fromWindows(b, y, window, [padded.shape[1] ?? h, padded.shape[2] ?? w])
    return b.slice(laid, { start: [0, 0, 0, 0], size: [n, h, w, c] })
  },
})
