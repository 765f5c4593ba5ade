import { conv2d } from '../../nn/conv2d'
import { layerNorm } from '../../nn/layerNorm'
import { softmax } from '../../nn/softmax'
import { choice, number, slot } from '../../schema/schema'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'

/**
 * Global context: one attention map for all positions sums the map up, and a small MLP makes of that a gate per channel
 * (timm’s `gc`) or what is added to every position (as in the paper, timm’s `gca`): non-local attention at linear cost.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. Cao et al. 2019, GCNet, https://arxiv.org/abs/1904.11492
 */
export const globalContext = defineModule({
  id: 'globalContext',
  title: 'Global context',
  shortTitle: 'Context',
  kind: 'scale',
  mark: 'λ',
  summary: 'Gathers the whole map by one attention that all positions share, then turns channels up or down.',
  formula: 'y = x ⊙ σ(MLP(Σ softmax(w·x)·x))',
  paper: {
    title: 'GCNet: Non-local Networks Meet Squeeze-Excitation Networks and Beyond',
    authors: 'Cao et al.',
    year: 2019,
    url: 'https://arxiv.org/abs/1904.11492',
  },
  inputs: ['x'],
  attrs: {
    ratio: number({
      label: 'Ratio',
      help: 'Inner channels as a share of the channels.',
      default: 0.125,
      min: 0.001,
      max: 4,
    }),
    fusion: choice({
      label: 'Fusion',
      default: 'scale',
      options: [
        { value: 'scale', label: 'Gate per channel' },
        { value: 'add', label: 'Added to all positions' },
      ],
    }),
    act: slot({ label: 'Activation', of: 'activation', default: 'relu' }),
  },
  subtitle: ({ ratio }, width) => (width === null ? `×${ratio}` : `${width} → ${innerWidth(width, ratio)}`),
  build: (b, [x], { ratio, fusion, act }) =>
    onMap(b, 'globalContext', x, (map) => {
      const { n, h, w, c } = mapSizes('globalContext', map)
      const scores = conv2d(b, map, { name: 'conv_attn', out: 1, kernel: 1, bias: true })
      const weights = softmax(b, b.reshape(scores, [n, 1, h * w]))
      const context = b.dot(weights, b.reshape(map, [n, h * w, c]), {
        batch: [[0], [0]],
        contract: [[2], [1]],
      })
      const said = b.part(`mlp_${fusion}`, () => {
        const inner = innerWidth(c, ratio)
        const one = b.reshape(context, [n, 1, 1, c])
        const hidden = conv2d(b, one, { name: 'fc1', out: inner, kernel: 1, bias: true })
        const y = b.module(act, 'act', layerNorm(b, hidden, { name: 'norm', eps: 1e-6 }))
        return conv2d(b, y, { name: 'fc2', out: c, kernel: 1, bias: true })
      })
      return fusion === 'scale' ? b.mul(map, b.sigmoid(said)) : b.add(map, said)
    }),
})

const innerWidth = (channels: number, ratio: number): number =>
  Math.max(1, Math.floor(channels * ratio + 0.5))
