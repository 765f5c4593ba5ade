import { batchNorm } from '../../nn/batchNorm'
import { conv2d } from '../../nn/conv2d'
import { flag, int } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'

/**
 * Linear attention at two scales: queries, keys and values as they are, and gathered from a window of k×k, make twice as many
 * heads; ReLU takes the place of the softmax, Y = [ReLU(Q)(ReLU(K)ᵀV) / (ReLU(Q)·Σ ReLU(K) + ε)] Wₒ.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. MACs about 8tc² + 4tcd: linear in t. ε = 10⁻⁵; a norm follows.
 * Cai et al. 2022, EfficientViT, https://arxiv.org/abs/2205.14756
 */
export const multiScaleLinear = defineModule({
  id: 'multiScaleLinear',
  title: 'Multi-scale linear attention',
  shortTitle: 'Lite MLA',
  kind: 'mixer',
  summary: 'Attention without softmax over single positions and over neighbourhoods at once; cost is linear.',
  formula: 'Y = [ReLU(Q)·(ReLU(K)ᵀ·V) / (ReLU(Q)·Σ ReLU(K))]·Wₒ',
  paper: {
    title: 'EfficientViT: Multi-Scale Linear Attention for High-Resolution Dense Prediction',
    authors: 'Cai et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2205.14756',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(16),
    kernelSize: int({
      label: 'Kernel',
      help: 'Side of the window of the second scale.',
      default: 5,
      min: 1,
      max: 31,
      step: 2,
    }),
    bias: flag({ label: 'Biases', default: false }),
  },
  pattern: (row, column) => (Math.max(Math.abs(row - 4), Math.abs(column - 4)) <= 2 ? 0.8 : 0.4),
  family: 'attention',
  subtitle: (attrs, dim) => `${headCount(attrs, dim)}, ${attrs.kernelSize}×${attrs.kernelSize}`,
  build: (b, [x], attrs) =>
    onMap(b, 'multiScaleLinear', x, (map) => {
      const { n, h, w, c } = mapSizes('multiScaleLinear', map)
      const { heads, headDim: d } = splitHeads('multiScaleLinear', c, attrs)
      const { bias, kernelSize: kernel } = attrs
      const [out, t] = [3 * heads * d, h * w]
      const qkv = b.part('qkv', () => conv2d(b, map, { name: 'conv', out, kernel: 1, bias }))
      const near = b.part('aggreg.0', () => {
        const seen = conv2d(b, qkv, { name: '0', out, kernel, padding: 'same', groups: out, bias })
        return conv2d(b, seen, { name: '1', out, kernel: 1, groups: 3 * heads, bias })
      })
      const both = b.reshape(b.concat([qkv, near], 3), [n, t, 2 * heads, 3 * d])
      const part = (index: number) =>
        b.slice(both, { start: [0, 0, 0, index * d], size: [n, t, 2 * heads, d] })
      const [q, k] = [b.relu(part(0)), b.relu(part(1))]
      // A channel of ones sums up the keys along with the values.
      const v = b.pad(part(2), { low: [0, 0, 0, 0], high: [0, 0, 0, 1], value: 1 })
      const sums = b.dot(k, v, {
        batch: [
          [0, 2],
          [0, 2],
        ],
        contract: [[1], [1]],
      })
      const read = b.dot(q, sums, {
        batch: [
          [0, 2],
          [0, 1],
        ],
        contract: [[3], [2]],
      })
      const taken = (from: number, size: number) =>
        b.slice(read, { start: [0, 0, 0, from], size: [n, 2 * heads, t, size] })
      const mixed = b.transpose(b.div(taken(0, d), b.add(taken(d, 1), 1e-5)), [0, 2, 1, 3])
      return b.part('proj', () => {
        const y = b.reshape(mixed, [n, h, w, 2 * heads * d])
        return batchNorm(b, conv2d(b, y, { name: 'conv', out: c, kernel: 1, bias }), {
          name: 'norm',
          eps: 1e-5,
        })
      })
    }),
})
