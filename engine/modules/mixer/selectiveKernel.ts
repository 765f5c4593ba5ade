import { ShapeError } from '../../errors'
import { conv2d } from '../../nn/conv2d'
import { autoInt, flag, int, number, slot } from '../../schema/schema'
import { chosen, summary } from '../branches'
import { mapSizes } from '../layout'
import { defineModule } from '../module'
import { windowPattern } from '../reading'
import { divisible } from '../rounding'
import { halvingField, onStridedMap } from '../strided'

/**
 * A convolution that chooses its window: a 3×3 one and one with gaps, 5×5 in extent, weighted per channel by a softmax
 * that the mean of the whole map decides.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape, or half of it. Each path reads the whole input or, split, its own
 * half of the channels. Li et al. 2019, https://arxiv.org/abs/1903.06586
 */
export const selectiveKernel = defineModule({
  id: 'selectiveKernel',
  title: 'Selective kernel convolution',
  shortTitle: 'SK',
  kind: 'mixer',
  summary: 'Two windows of different extent; the picture decides, channel by channel, how much each counts.',
  formula: 'Y = a ⊙ Conv₃(X) + (1 − a) ⊙ Conv₅(X),  a = softmax(MLP(mean))',
  paper: {
    title: 'Selective Kernel Networks',
    authors: 'Li et al.',
    year: 2019,
    url: 'https://arxiv.org/abs/1903.06586',
  },
  inputs: ['x'],
  attrs: {
    dim: autoInt({ label: 'Channels', default: null, min: 1, max: 8192, auto: 'as the input' }),
    groups: int({ label: 'Groups', help: 'Of the convolutions.', default: 1, min: 1, max: 1024 }),
    stride: halvingField(),
    split: flag({
      label: 'Split input',
      help: 'Each window reads its own half of the channels, as timm’s light form does.',
      default: false,
    }),
    ratio: number({
      label: 'Ratio',
      help: 'Inner channels of the choice as a share of the channels.',
      default: 0.0625,
      min: 0.001,
      max: 4,
    }),
    divisor: int({
      label: 'Multiple of',
      help: 'What the inner channels are rounded to.',
      default: 32,
      min: 1,
      max: 64,
    }),
    norm: slot({ label: 'Norm', of: 'norm', default: 'batchNorm' }),
    act: slot({ label: 'Activation', of: 'activation', default: 'relu' }),
  },
  pattern: (row, column) =>
    Math.max(
      windowPattern(3)(row, column),
      row % 2 === 0 && column % 2 === 0 ? 0.6 * windowPattern(5)(row, column) : 0,
    ),
  family: 'convolution',
  subtitle: ({ split, groups }) =>
    `3×3 or 5×5${split ? ', split' : ''}${groups > 1 ? `, ${groups} groups` : ''}`,
  build: (b, [x], { dim, groups, stride, split, ratio, divisor, norm, act }) =>
    onStridedMap(b, 'selectiveKernel', x, stride, (map) => {
      const { n, h, w, c } = mapSizes('selectiveKernel', map)
      const out = dim ?? c
      if (split && c % 2 !== 0) {
        throw new ShapeError(
          'GROUPS_DIVIDE',
          `selectiveKernel: ${c} channels have no halves for two windows; let both read the whole input`,
          [{ what: 'channels', expected: 'an even number', got: `${c}` }],
        )
      }
      const half = c / 2
      const paths = [1, 2].map((dilation, index) => {
        const read = split ? b.slice(map, { start: [0, 0, 0, index * half], size: [n, h, w, half] }) : map
        return b.part(`paths.${index}`, () => {
          const y = conv2d(b, read, {
            name: 'conv',
            out,
            kernel: 3,
            stride,
            dilation,
            padding: dilation,
            groups: Math.min(out, groups),
            bias: false,
          })
          return b.module(act, 'act', b.module(norm, 'bn', y))
        })
      })
      const [first] = paths
      const [, height = 1, width = 1] = first?.shape ?? []
      const branches = b.concat(
        paths.map((path) => b.reshape(path, [n, height, width, 1, out])),
        3,
      )
      const logits = b.part('attn', () => {
        const inner = divisible(out * ratio, 0.9, divisor)
        const one = { kernel: 1, bias: false }
        const reduced = conv2d(b, summary(b, branches), { name: 'fc_reduce', out: inner, ...one })
        const hidden = b.module(act, 'act', b.module(norm, 'bn', reduced))
        return b.reshape(conv2d(b, hidden, { name: 'fc_select', out: 2 * out, ...one }), [n, 2, out])
      })
      return chosen(b, branches, logits)
    }),
})
