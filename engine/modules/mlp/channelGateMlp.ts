import type { Value } from '../../graph/graph'
import { batchNorm } from '../../nn/batchNorm'
import { conv2d } from '../../nn/conv2d'
import { layerNorm } from '../../nn/layerNorm'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { softmax } from '../../nn/softmax'
import { number } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { channelsOf, onMap, toTokens } from '../layout'
import { defineModule } from '../module'

/**
 * A channel MLP whose output is gated by attention among channels: per head, channels ask by their softmax over all tokens and one
 * key answers, the mean of the head's channels; y = τ·σ(softmax(Q)ᵀ·mean softmax(X)) ⊙ LN(MLP(x)). The MLP's only activation is in
 * the depthwise branch of its hidden layer.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape; class tokens pass the convolutions by.
 * Zhou et al. 2022, Understanding The Robustness in Vision Transformers (FAN), https://arxiv.org/abs/2204.12451
 */
export const channelGateMlp = defineModule({
  id: 'channelGateMlp',
  title: 'Channel-attention MLP',
  shortTitle: 'Channel gate',
  kind: 'mlp',
  summary:
    'An MLP with a convolution inside, whose output channels are weighed by how they answer each other over the picture.',
  formula: 'y = τ·σ(softmax_N(Q)ᵀ·k) ⊙ LN(W₂·(z + γ·DW₃(BN(GELU(DW₃(z)))))),  z = x·W₁',
  paper: {
    title: 'Understanding The Robustness in Vision Transformers',
    authors: 'Zhou et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2204.12451',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    mlpRatio: number({
      label: 'Ratio',
      help: 'Hidden width as a multiple of the channels.',
      default: 4,
      min: 0.125,
      max: 16,
    }),
  },
  subtitle: headCount,
  build(b, [x], attrs) {
    const c = channelsOf(x)
    const { heads, headDim } = splitHeads('channelGateMlp', c, attrs)
    const tokens = toTokens(b, 'channelGateMlp', x)
    const [n = 1, t = 1] = tokens.shape
    const perHead = (y: Value) => b.transpose(b.reshape(y, [n, t, heads, headDim]), [0, 2, 1, 3])
    const overTokens = (y: Value) => {
      const weights = softmax(b, b.transpose(y, [0, 1, 3, 2]))
      return b.tap('attention', b.transpose(weights, [0, 1, 3, 2]))
    }
    const q = overTokens(perHead(linear(b, tokens, { name: 'q', out: heads * headDim, bias: true })))
    const k = b.mean(overTokens(perHead(tokens)), [3])
    const scores = b.dot(q, k, {
      batch: [
        [0, 1],
        [0, 1],
      ],
      contract: [[2], [2]],
    })
    const temperature = b.weight('temperature', [heads, 1, 1], { init: 'one' })
    const gate = b.reshape(b.mul(b.sigmoid(scores), temperature), [n, 1, c])
    const mixed = b.part('mlp_v', () => mlp(b, x, Math.max(1, Math.floor(c * attrs.mlpRatio))))
    const values = toTokens(b, 'channelGateMlp', layerNorm(b, mixed, { name: 'norm_v', eps: 1e-5 }))
    return b.reshape(b.mul(values, gate), x.shape)
  },
})

function mlp(b: ModuleBuilder, x: Value, hidden: number): Value {
  const z = linear(b, x, { name: 'fc1', out: hidden, bias: true })
  const gamma = b.weight('gamma', [hidden], { init: 'one' })
  const near = onMap(b, 'channelGateMlp', z, (map) =>
    b.part('dwconv', () => {
      const depthwise = (name: string, y: Value) =>
        conv2d(b, y, { name, out: hidden, kernel: 3, padding: 1, groups: hidden, bias: true })
      const active = b.gelu(depthwise('conv1', map))
      return depthwise('conv2', batchNorm(b, active, { name: 'bn', eps: 1e-5 }))
    }),
  )
  return linear(b, b.add(z, b.mul(near, gamma)), { name: 'fc2', out: channelsOf(x), bias: true })
}
