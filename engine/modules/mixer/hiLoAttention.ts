import { ShapeError } from '../../errors'
import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { averagePool } from '../../nn/pool'
import { flag, int, number } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { fromWindows, padToWindows, toWindows } from '../windows'

/**
 * High and low frequencies in heads of their own: some heads attend inside small windows, where edges are; the others read keys and
 * values from the map's mean over such windows, where the whole is. Their results stand side by side.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape; maps are padded by zeros to whole windows.
 * Pan et al. 2022, LITv2, https://arxiv.org/abs/2205.13213
 */
export const hiLoAttention = defineModule({
  id: 'hiLoAttention',
  title: 'HiLo attention',
  shortTitle: 'HiLo',
  kind: 'mixer',
  summary: 'Some heads look at edges inside small windows, the others at the whole through window means.',
  formula: 'Y = [Attn_window(X)·W₁, softmax(Q·K̄ᵀ/√d)·V̄·W₂],  K̄, V̄ of AvgPool(X)',
  paper: {
    title: 'Fast Vision Transformers with HiLo Attention',
    authors: 'Pan et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2205.13213',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(8),
    windowSize: int({ label: 'Window', help: 'Side of a window.', default: 2, min: 2, max: 16 }),
    alpha: number({
      label: 'Low share',
      help: 'Share of the heads that see window means.',
      default: 0.5,
      min: 0,
      max: 1,
    }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: false }),
  },
  pattern: (row, column) => (Math.floor(row / 2) === 2 && Math.floor(column / 2) === 2 ? 1 : 0.3),
  family: 'attention',
  subtitle: (attrs, dim) => `${headCount(attrs, dim)}, ${Math.round(100 * attrs.alpha)} % low`,
  build: (b, [x], attrs) =>
    onMap(b, 'hiLoAttention', x, (map) => {
      const { n, h, w, c } = mapSizes('hiLoAttention', map)
      const { heads, headDim } = splitHeads('hiLoAttention', c, attrs)
      checkWidth(c, heads * headDim)
      const low = Math.floor(heads * attrs.alpha)
      const side = attrs.windowSize
      const padded = padToWindows(b, map, { height: side, width: side })
      const options = { side, headDim, bias: attrs.qkvBias }
      const parts = [
        ...(low < heads ? [inWindows(b, padded, { ...options, heads: heads - low })] : []),
        ...(low > 0 ? [byMeans(b, padded, { ...options, heads: low })] : []),
      ]
      return b.slice(b.concat(parts, 3), { start: [0, 0, 0, 0], size: [n, h, w, c] })
    }),
})

interface Heads {
  readonly heads: number
  readonly headDim: number
  readonly side: number
  readonly bias: boolean
}

function inWindows(b: ModuleBuilder, map: Value, { heads, headDim, side, bias }: Heads): Value {
  const { h, w } = mapSizes('hiLoAttention', map)
  const window = { height: side, width: side }
  const tokens = toWindows(b, map, window)
  const [all = 1, t = 1] = tokens.shape
  const width = heads * headDim
  const qkv = linear(b, tokens, { name: 'h_qkv', out: 3 * width, bias })
  const part = (index: number) =>
    b.reshape(b.slice(qkv, { start: [0, 0, index * width], size: [all, t, width] }), [all, t, heads, headDim])
  const mixed = b.reshape(attend(b, part(0), part(1), part(2), headDim ** -0.5), [all, t, width])
  const y = linear(b, mixed, { name: 'h_proj', out: width, bias: true })
  return fromWindows(b, y, window, [h, w])
}

function byMeans(b: ModuleBuilder, map: Value, { heads, headDim, side, bias }: Heads): Value {
  const { n, h, w } = mapSizes('hiLoAttention', map)
  const width = heads * headDim
  const q = b.reshape(linear(b, map, { name: 'l_q', out: width, bias }), [n, h * w, heads, headDim])
  const means = averagePool(b, map, { kernel: side, stride: side, padding: 0, countIncludePad: true })
  const s = (means.shape[1] ?? 1) * (means.shape[2] ?? 1)
  const kv = linear(b, b.reshape(means, [n, s, map.shape[3] ?? 1]), { name: 'l_kv', out: 2 * width, bias })
  const half = (start: number) =>
    b.reshape(b.slice(kv, { start: [0, 0, start], size: [n, s, width] }), [n, s, heads, headDim])
  const mixed = b.reshape(attend(b, q, half(0), half(width), headDim ** -0.5), [n, h, w, width])
  return linear(b, mixed, { name: 'l_proj', out: width, bias: true })
}

function checkWidth(channels: number, width: number): void {
  if (channels === width) return
  throw new ShapeError(
    'HEADS_DIVIDE',
    `hiLoAttention: the heads hold ${width} of ${channels} channels, and all must be held; choose a head width that divides ${channels}`,
    [{ what: 'head width', expected: `a divisor of ${channels}`, got: `${width}` }],
  )
}
