import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { conv2d } from '../../nn/conv2d'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { flag, int, slot } from '../../schema/schema'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { autoPadding, checkWindow } from '../window'

/**
 * Attention whose heads ask differently but share one key and one value per position, optionally from a smaller map:
 * softmax(Qᵢ Kᵀ/√d) V for each head i. Little memory moves, which is what counts on phones.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. MACs 2tchd + 2scd + 2thsd for s keys, h heads of width d.
 * Shazeer 2019, https://arxiv.org/abs/1911.02150; in MobileNetV4: Qin et al. 2024, https://arxiv.org/abs/2404.10518
 */
export const multiQueryAttention = defineModule({
  id: 'multiQueryAttention',
  title: 'Multi-query attention',
  shortTitle: 'Multi-query',
  kind: 'mixer',
  summary: 'Many heads ask, but all of them read the same keys and values.',
  formula: 'Y = [softmax(Qᵢ·Kᵀ/√d)·V]ᵢ·Wₒ',
  paper: {
    title: 'MobileNetV4: Universal Models for the Mobile Ecosystem',
    authors: 'Qin et al.',
    year: 2024,
    url: 'https://arxiv.org/abs/2404.10518',
  },
  inputs: ['x'],
  attrs: {
    heads: int({ label: 'Heads', default: 8, min: 1, max: 128 }),
    keyDim: int({ label: 'Head width', help: 'Of queries, keys and values.', default: 64, min: 1, max: 512 }),
    stride: int({
      label: 'Stride of K and V',
      help: '2 keeps a quarter of the keys, by a convolution per channel.',
      default: 1,
      min: 1,
      max: 8,
    }),
    kernelSize: int({
      label: 'Kernel',
      help: 'Of that convolution.',
      default: 3,
      min: 1,
      max: 31,
      step: 2,
      when: { field: 'stride', is: 2 },
    }),
    norm: slot({ label: 'Norm', help: 'After that convolution.', of: 'norm', default: 'batchNorm' }),
    bias: flag({ label: 'Biases', default: false }),
  },
  // Every second position is a key.
  pattern: (row, column) => (row % 2 === 0 && column % 2 === 0 ? 0.9 : 0.3),
  family: 'attention',
  subtitle: ({ heads, keyDim, stride }) =>
    `${heads} heads of ${keyDim}${stride > 1 ? `, keys ÷${stride}` : ''}`,
  build: (b, [x], { heads, keyDim, stride, kernelSize, norm, bias }) =>
    onMap(b, 'multiQueryAttention', x, (map) => {
      const { n, h, w, c } = mapSizes('multiQueryAttention', map)
      const project = (y: Value, out: number) => conv2d(b, y, { name: 'proj', out, kernel: 1, bias })
      const shared = (name: string) =>
        b.part(name, () => {
          const read = stride > 1 ? smaller(b, map, { stride, kernelSize }, norm) : map
          const y = project(read, keyDim)
          const count = (y.shape[1] ?? 1) * (y.shape[2] ?? 1)
          // One key for all heads: it is repeated by reading, not by storing.
          return b.broadcast(b.reshape(y, [n, count, 1, keyDim]), [n, count, heads, keyDim])
        })
      const asked = b.part('query', () => project(map, heads * keyDim))
      const q = b.reshape(asked, [n, h * w, heads, keyDim])
      const mixed = attend(b, q, shared('key'), shared('value'), keyDim ** -0.5)
      return b.part('output', () => project(b.reshape(mixed, [n, h, w, heads * keyDim]), c))
    }),
})

function smaller(
  b: ModuleBuilder,
  map: Value,
  { stride, kernelSize: kernel }: { readonly stride: number; readonly kernelSize: number },
  norm: Parameters<ModuleBuilder['module']>[0],
): Value {
  const c = map.shape[3] ?? 1
  const padding = autoPadding(kernel, stride)
  checkWindow('multiQueryAttention', map, kernel, padding)
  const y = conv2d(b, map, { name: 'down_conv', out: c, kernel, stride, padding, groups: c, bias: false })
  return b.module(norm, 'norm', y)
}
