import { conv2d } from '../../nn/conv2d'
import { linear } from '../../nn/linear'
import { int } from '../../schema/schema'
import { channelsOf, onMap } from '../layout'
import { defineModule } from '../module'

/**
 * Channel gate, then position gate: the mean and the maximum over positions pass one small MLP and gate the channels;
 * the mean and the maximum over channels pass a k×k convolution and gate the positions.
 *
 * x [n, h, w, c] → the same shape. Woo et al. 2018, https://arxiv.org/abs/1807.06521
 */
export const cbam = defineModule({
  id: 'cbam',
  title: 'Channel and position gates',
  shortTitle: 'CBAM',
  kind: 'scale',
  mark: 'λ',
  summary: 'Turns channels up or down by what the whole map holds, then positions by what all channels hold.',
  formula: 'x′ = x ⊙ σ(MLP(mean) + MLP(max)),  y = x′ ⊙ σ(Convₖ([mean_c, max_c]))',
  paper: {
    title: 'CBAM: Convolutional Block Attention Module',
    authors: 'Woo et al.',
    year: 2018,
    url: 'https://arxiv.org/abs/1807.06521',
  },
  inputs: ['x'],
  attrs: {
    reduction: int({ label: 'Reduction', help: 'Channels ÷ inner channels.', default: 16, min: 1, max: 256 }),
    kernelSize: int({
      label: 'Kernel',
      help: 'Window of the position gate.',
      default: 7,
      min: 1,
      max: 31,
      step: 2,
    }),
  },
  subtitle: ({ reduction, kernelSize }) => `÷${reduction}, ${kernelSize}×${kernelSize}`,
  build: (b, [x], { reduction, kernelSize }) =>
    onMap(b, 'cbam', x, (map) => {
      const channels = channelsOf(map)
      const inner = Math.max(1, Math.floor(channels / reduction))
      const mlp = (pooled: typeof map) => {
        const hidden = b.relu(linear(b, pooled, { name: 'channel.fc1', out: inner, bias: false }))
        return linear(b, hidden, { name: 'channel.fc2', out: channels, bias: false })
      }
      const gate = b.add(mlp(b.mean(map, [1, 2])), mlp(b.reduce('max', map, [1, 2])))
      const y = b.mul(map, b.tap('gate', b.sigmoid(gate)))
      const seen = b.concat([b.mean(y, [3]), b.reduce('max', y, [3])], 3)
      const where = conv2d(b, seen, {
        name: 'spatial.conv',
        out: 1,
        kernel: kernelSize,
        padding: 'same',
        bias: false,
      })
      return b.mul(y, b.sigmoid(where))
    }),
})
