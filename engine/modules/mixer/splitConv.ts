import { conv2d } from '../../nn/conv2d'
import { int, slot } from '../../schema/schema'
import { chosen, summary } from '../branches'
import { mapSizes } from '../layout'
import { defineModule } from '../module'
import { windowPattern } from '../reading'
import { halvingField, onStridedMap } from '../strided'

/**
 * Split attention: a grouped 3×3 convolution makes `radix` candidates, which are mixed per channel by a softmax that
 * the mean of the map decides. With one candidate it is a gate, as in squeeze and excitation.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape, or half of it. Zhang et al. 2020, ResNeSt, https://arxiv.org/abs/2004.08955
 */
export const splitConv = defineModule({
  id: 'splitConv',
  title: 'Split-attention convolution',
  shortTitle: 'Split conv',
  kind: 'mixer',
  summary: 'Several convolutions at once; the picture decides, channel by channel, how much each counts.',
  formula: 'Y = Σᵢ softmax(MLP(mean))ᵢ ⊙ Conv₃(X)ᵢ',
  paper: {
    title: 'ResNeSt: Split-Attention Networks',
    authors: 'Zhang et al.',
    year: 2020,
    url: 'https://arxiv.org/abs/2004.08955',
  },
  inputs: ['x'],
  attrs: {
    radix: int({ label: 'Candidates', help: 'Per group.', default: 2, min: 1, max: 16 }),
    groups: int({ label: 'Groups', help: 'Must divide the channels.', default: 1, min: 1, max: 256 }),
    stride: halvingField(),
    norm: slot({ label: 'Norm', of: 'norm', default: 'batchNorm' }),
    act: slot({ label: 'Activation', of: 'activation', default: 'relu' }),
  },
  pattern: windowPattern(3),
  family: 'convolution',
  subtitle: ({ radix, groups }) => `3×3 × ${radix}${groups > 1 ? `, ${groups} groups` : ''}`,
  build: (b, [x], { radix, groups, stride, norm, act }) =>
    onStridedMap(b, 'splitConv', x, stride, (map) => {
      const { n, c } = mapSizes('splitConv', map)
      const out = c * radix
      const convolved = conv2d(b, map, {
        name: 'conv',
        out,
        kernel: 3,
        stride,
        padding: 1,
        groups: groups * radix,
        bias: false,
      })
      const y = b.module(act, 'act0', b.module(norm, 'bn0', convolved))
      const [, h = 1, w = 1] = y.shape
      const branches = b.reshape(y, [n, h, w, radix, c])
      const inner = Math.max(32, Math.floor((out / 4 + 4) / 8) * 8)
      const one = { kernel: 1, groups, bias: true }
      const reduced = conv2d(b, summary(b, branches), { name: 'fc1', out: inner, ...one })
      const hidden = b.module(act, 'act1', b.module(norm, 'bn1', reduced))
      const said = conv2d(b, hidden, { name: 'fc2', out, ...one })
      if (radix === 1) return b.mul(y, b.sigmoid(said))
      // The reference counts groups before candidates here and candidates before groups above.
      const logits = b.transpose(b.reshape(said, [n, groups, radix, c / groups]), [0, 2, 1, 3])
      return chosen(b, branches, b.reshape(logits, [n, radix, c]))
    }),
})
