import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { type AttributesOf, autoInt, slot } from '../../schema/schema'
import { narrowHeadFields, normedLinear, someChannels } from '../distanceHeads'
import { channelsOf, mapSizes, onMap, tokenSizes } from '../layout'
import { defineModule } from '../module'
import { distanceBias } from '../relativeBias'
import { insideWindows } from '../windows'

const fields = {
  ...narrowHeadFields({ valueRatio: 2 }),
  heads: autoInt({
    label: 'Heads',
    help: 'Any number: the values of all heads are projected back to the channels.',
    default: null,
    min: 1,
    max: 128,
    auto: 'channels ÷ value width',
  }),
  windowSize: autoInt({
    label: 'Window',
    help: 'Side of the windows that attend by themselves.',
    default: 14,
    min: 1,
    max: 64,
    auto: 'the whole map',
  }),
  before: slot({ label: 'Norm before', help: 'Of the window’s tokens.', of: 'norm', default: 'noNorm' }),
}

/**
 * Attention with narrow keys, wide values and a learned bias for the distance of every pair:
 * Y = BN(σ(softmax(Q Kᵀ/√k + B) V) Wₒ), B by |Δrow| and |Δcolumn|.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. With keys k wide and values r·k, MACs are
 * t·c·h·k(2 + 2r) + t²·h·k(1 + r). Maps are padded by zeros to whole windows, which take part.
 * Graham et al. 2021, LeViT, https://arxiv.org/abs/2104.01136; in windows: TinyViT, Wu et al. 2022, https://arxiv.org/abs/2207.10666
 */
export const distanceAttention = defineModule({
  id: 'distanceAttention',
  title: 'Attention with distance bias',
  shortTitle: 'LeViT attn',
  kind: 'mixer',
  summary: 'Narrow keys, wide values, and a learned number for how far two positions lie apart.',
  formula: 'Y = BN(σ(softmax(Q·Kᵀ/√k + B(|Δ|))·V)·Wₒ)',
  paper: {
    title: 'LeViT: a Vision Transformer in ConvNet’s Clothing for Faster Inference',
    authors: 'Graham et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2104.01136',
  },
  inputs: ['x'],
  attrs: fields,
  // The bias weighs rows and columns apart, whichever side they lie on.
  pattern: (row, column) => 0.1 + 0.9 * Math.exp(-(Math.abs(row - 4) + Math.abs(column - 4)) / 2.5),
  family: 'attention',
  subtitle: ({ heads, keyDim, valueRatio }, dim) => {
    const count = heads ?? (dim === null ? null : headsOf(dim, keyDim, valueRatio))
    return `${count === null ? '' : `${count} `}heads, keys of ${keyDim}`
  },
  build: (b, [x], attrs) =>
    onMap(b, 'distanceAttention', x, (map) => {
      const { h, w } = mapSizes('distanceAttention', map)
      const window = { height: attrs.windowSize ?? h, width: attrs.windowSize ?? w }
      return insideWindows(b, map, window, (tokens) => attended(b, tokens, window, attrs))
    }),
})

function attended(
  b: ModuleBuilder,
  tokens: Value,
  window: { readonly height: number; readonly width: number },
  { keyDim, valueRatio, before, act, ...attrs }: AttributesOf<typeof fields>,
): Value {
  const { n, t, c } = tokenSizes('distanceAttention', tokens)
  const heads = attrs.heads ?? headsOf(c, keyDim, valueRatio)
  const valueDim = Math.floor(valueRatio * keyDim)
  const out = heads * (2 * keyDim + valueDim)
  const qkv = normedLinear(b, b.module(before, 'norm', tokens), { ...attrs, name: 'qkv', out })
  const perHead = b.reshape(qkv, [n, t, heads, 2 * keyDim + valueDim])
  const q = someChannels(b, perHead, 0, keyDim)
  const k = someChannels(b, perHead, keyDim, keyDim)
  const v = someChannels(b, perHead, 2 * keyDim, valueDim)
  const bias = distanceBias(b, heads, window)
  const mixed = b.part('softmax', () => attend(b, q, k, v, keyDim ** -0.5, bias))
  const active = b.module(act, 'proj.act', b.reshape(mixed, [n, t, heads * valueDim]))
  return normedLinear(b, active, { ...attrs, name: 'proj.ln', out: channelsOf(tokens) })
}

const headsOf = (dim: number, keyDim: number, valueRatio: number): number =>
  Math.max(1, Math.floor(dim / (keyDim * valueRatio)))
