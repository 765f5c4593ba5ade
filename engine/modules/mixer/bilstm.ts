import type { Value } from '../../graph/graph'
import { linear } from '../../nn/linear'
import { bidirectionalLstm } from '../../nn/lstm'
import { autoInt } from '../../schema/schema'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { crossPattern } from '../reading'

/**
 * Rows and columns read as sentences: a bidirectional LSTM along each, and a linear layer over what all four remember.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape, of any size. MACs per position 16ch + 16h² + 4ch for h hidden
 * channels; steps along an axis cannot run side by side. Tatsunami and Taki 2022, Sequencer, https://arxiv.org/abs/2205.01972
 */
export const bilstm = defineModule({
  id: 'bilstm',
  title: 'BiLSTM2D',
  kind: 'mixer',
  summary: 'Recurrent networks walk along rows and columns, both ways, and keep in memory what they met.',
  formula: 'Y = [LSTM↓↑(X), LSTM→←(X)]·W',
  paper: {
    title: 'Sequencer: Deep LSTM for Image Classification',
    authors: 'Tatsunami, Taki',
    year: 2022,
    url: 'https://arxiv.org/abs/2205.01972',
  },
  inputs: ['x'],
  attrs: {
    hidden: autoInt({
      label: 'Hidden channels',
      help: 'Of one direction.',
      default: null,
      min: 1,
      max: 4096,
      auto: 'channels ÷ 4',
    }),
  },
  pattern: crossPattern(0, 15),
  family: 'fixed',
  subtitle: ({ hidden }, dim) =>
    hidden === null && dim === null ? 'four directions' : `4 × ${hidden ?? quarter(dim ?? 4)} hidden`,
  build: (b, [x], attrs) =>
    onMap(b, 'bilstm', x, (map) => {
      const { n, h, w, c } = mapSizes('bilstm', map)
      const hidden = attrs.hidden ?? quarter(c)
      const turned = b.reshape(b.transpose(map, [0, 2, 1, 3]), [n * w, h, c])
      const read = (lines: Value, name: string) => bidirectionalLstm(b, lines, { name, hidden })
      const vertical = b.reshape(read(turned, 'rnn_v'), [n, w, h, 2 * hidden])
      const horizontal = b.reshape(read(b.reshape(map, [n * h, w, c]), 'rnn_h'), [n, h, w, 2 * hidden])
      const both = b.concat([b.transpose(vertical, [0, 2, 1, 3]), horizontal], 3)
      return linear(b, both, { name: 'fc', out: c, bias: true })
    }),
})

const quarter = (dim: number): number => Math.max(1, Math.floor(dim / 4))
