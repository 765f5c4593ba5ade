import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { conv2d } from '../../nn/conv2d'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { autoInt, flag } from '../../schema/schema'
import { narrowHeadFields, normedLinear, someChannels } from '../distanceHeads'
import { channelsOf, mapSizes } from '../layout'
import { defineModule } from '../module'
import { distanceBias } from '../relativeBias'

/**
 * Downsampling by attention: only every second position of every second row asks, all positions answer.
 *
 * x [n, h, w, c] → [n, ⌈h/2⌉, ⌈w/2⌉, dim]. Keys k wide and values r·k: MACs t·c·h·k(1 + r) + t/4·c·h·k + t²/4·h·k(1 + r)
 * and the projection. With local queries and values (EfficientFormerV2) both also pass a strided 3×3 convolution.
 * Graham et al. 2021, LeViT, https://arxiv.org/abs/2104.01136; Li et al. 2022, https://arxiv.org/abs/2212.08059
 */
export const attentionDownsample = defineModule({
  id: 'attentionDownsample',
  title: 'Attention downsampling',
  shortTitle: 'Shrink attn',
  kind: 'downsample',
  summary: 'A quarter of the positions ask all others: attention that halves height and width.',
  formula: 'Y = BN(σ(softmax(Q↓·Kᵀ/√k + B)·V)·Wₒ)',
  paper: {
    title: 'LeViT: a Vision Transformer in ConvNet’s Clothing for Faster Inference',
    authors: 'Graham et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2104.01136',
  },
  inputs: ['x'],
  attrs: {
    dim: autoInt({ label: 'Channels', default: null, min: 1, max: 8192, auto: 'twice the input' }),
    heads: autoInt({
      label: 'Heads',
      help: 'Any number.',
      default: null,
      min: 1,
      max: 128,
      auto: 'channels ÷ key width',
    }),
    ...narrowHeadFields({ valueRatio: 4 }),
    local: flag({
      label: 'Local queries and values',
      help: 'Both also pass a strided 3×3 convolution.',
      default: false,
    }),
  },
  subtitle: ({ dim, keyDim }, width) =>
    `keys of ${keyDim} → ${dim ?? (width === null ? 'twice' : 2 * width)}`,
  build(b, [x], { dim, heads: wanted, keyDim, valueRatio, act, local, ...attrs }) {
    const { n, h, w, c } = mapSizes('attentionDownsample', x)
    const heads = wanted ?? Math.max(1, Math.floor(c / keyDim))
    const valueDim = Math.floor(valueRatio * keyDim)
    const linear = (y: Value, name: string, out: number) => normedLinear(b, y, { ...attrs, name, out })
    const perHead = (y: Value, count: number, size: number) => b.reshape(y, [n, count, heads, size])
    const packed = local
      ? null
      : perHead(linear(x, 'kv', heads * (keyDim + valueDim)), h * w, keyDim + valueDim)
    const k = packed
      ? someChannels(b, packed, 0, keyDim)
      : perHead(linear(x, 'k', heads * keyDim), h * w, keyDim)
    const values = packed ? someChannels(b, packed, keyDim, valueDim) : linear(x, 'v', heads * valueDim)
    const every = everySecond(b, x)
    const [height, width] = [every.shape[1] ?? 1, every.shape[2] ?? 1]
    const asking = local
      ? b.add(
          b.part('q', () => strided(b, x, 'local')),
          every,
        )
      : every
    const q = perHead(linear(asking, 'q.ln', heads * keyDim), height * width, keyDim)
    const v = perHead(values, h * w, valueDim)
    const bias = distanceBias(b, heads, { height: h, width: w }, 2)
    const mixed = b.part('softmax', () => attend(b, q, k, v, keyDim ** -0.5, bias))
    const laid = b.reshape(mixed, [n, height, width, heads * valueDim])
    const near = () => b.part('v_local', () => b.module(attrs.norm, 'bn', strided(b, values, 'conv')))
    const active = b.module(act, 'proj.act', local ? b.add(laid, near()) : laid)
    return linear(active, 'proj.ln', dim ?? 2 * c)
  },
})

function everySecond(b: ModuleBuilder, x: Value): Value {
  const [n = 1, h = 1, w = 1, c = 1] = x.shape
  const size = [n, Math.ceil(h / 2), Math.ceil(w / 2), c]
  return b.slice(x, { start: [0, 0, 0, 0], size, step: [1, 2, 2, 1] })
}

function strided(b: ModuleBuilder, x: Value, name: string): Value {
  const width = channelsOf(x)
  return conv2d(b, x, { name, out: width, kernel: 3, stride: 2, padding: 1, groups: width, bias: true })
}
