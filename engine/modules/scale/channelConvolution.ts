import { autoInt, slot } from '../../schema/schema'
import { globalAverage } from '../globalPooling'
import { channelsOf, isMap } from '../layout'
import { defineModule } from '../module'

/**
 * Efficient channel attention: a gate per channel from the means of the channels beside it, by one small convolution
 * along the channels, y = x ⊙ σ(K * mean(x)). No narrowing, and as many weights as the kernel is long.
 *
 * x [n, h, w, c] or [n, t, c] → the same shape. Kernel, where it is left to the channels: about (log₂ c + 1) ÷ 2, odd, at
 * least 3. Wang et al. 2019, ECA-Net, https://arxiv.org/abs/1910.03151
 */
export const channelConvolution = defineModule({
  id: 'channelConvolution',
  title: 'Efficient channel attention',
  shortTitle: 'ECA',
  kind: 'scale',
  mark: 'λ',
  summary: 'Turns each channel up or down by what its neighbours among the channels say about the map.',
  formula: 'y = x ⊙ σ(K * mean(x))',
  paper: {
    title: 'ECA-Net: Efficient Channel Attention for Deep Convolutional Neural Networks',
    authors: 'Wang et al.',
    year: 2019,
    url: 'https://arxiv.org/abs/1910.03151',
  },
  inputs: ['x'],
  attrs: {
    kernelSize: autoInt({
      label: 'Kernel',
      help: 'Channels that are looked at together.',
      default: null,
      min: 1,
      max: 63,
      step: 2,
      auto: 'by the number of channels',
    }),
    gate: slot({ label: 'Gate', of: 'activation', default: 'sigmoid' }),
  },
  subtitle: ({ kernelSize }, width) => `kernel ${kernelSize ?? (width === null ? 'auto' : kernelFor(width))}`,
  build(b, [x], { kernelSize, gate }) {
    const channels = channelsOf(x)
    const kernel = kernelSize ?? kernelFor(channels)
    const n = x.shape[0] ?? 1
    const mean = b.reshape(globalAverage(b, 'channelConvolution', x), [n, 1, channels, 1])
    const mixed = b.part('conv', () => {
      const weight = b.weight('weight', [1, 1, kernel], { init: 'weight' })
      const pad = Math.floor(kernel / 2)
      return b.conv(mean, b.reshape(weight, [1, 1, kernel, 1]), {
        padding: [
          [0, 0],
          [pad, pad],
        ],
      })
    })
    const y = b.reshape(mixed, isMap(x) ? [n, 1, 1, channels] : [n, 1, channels])
    return b.mul(x, b.tap('gate', b.module(gate, 'gate', y)))
  },
})

function kernelFor(channels: number): number {
  const size = Math.floor((Math.log2(channels) + 1) / 2)
  return Math.max(size % 2 === 1 ? size : size + 1, 3)
}
