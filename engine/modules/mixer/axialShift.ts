import { flag, int, slot } from '../../schema/schema'
import { channelShift } from '../channelShift'
import { channelsOf, onMap } from '../layout'
import { defineModule } from '../module'
import { pointwise } from '../pointwise'
import { crossPattern } from '../reading'

/**
 * Channels in `shift` chunks that are moved by −⌊s/2⌋ … ⌊s/2⌋ positions, once along the rows and once along the columns;
 * linear layers between the moves mix what came together: Y = W₄ N(σ(W₂ →(Z)) + σ(W₃ ↓(Z))), Z = σ(N(W₁ X)).
 *
 * x [n, h, w, c] or tokens on a grid → the same shape, of any size; zeros enter at the borders. MACs 4tc², parameters
 * 4c² + 8c. Lian et al. 2021, AS-MLP, https://arxiv.org/abs/2107.08391
 */
export const axialShift = defineModule({
  id: 'axialShift',
  title: 'Axial shift',
  shortTitle: 'Axial shift',
  kind: 'mixer',
  summary: 'Chunks of channels move along rows and along columns, and linear layers mix what meets.',
  formula: 'Y = W₄·N(σ(W₂·→Z) + σ(W₃·↓Z)),  Z = σ(N(W₁·X))',
  paper: {
    title: 'AS-MLP: An Axial Shifted MLP Architecture for Vision',
    authors: 'Lian et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2107.08391',
  },
  inputs: ['x'],
  attrs: {
    shiftSize: int({
      label: 'Shifts',
      help: 'Chunks of channels, each moved by another number of positions.',
      default: 5,
      min: 1,
      max: 15,
      step: 2,
    }),
    norm: slot({ label: 'Norm', of: 'norm', default: { module: 'groupNorm', attrs: { groups: 1 } } }),
    act: slot({ label: 'Activation', of: 'activation', default: 'gelu' }),
    bias: flag({ label: 'Biases', default: true }),
  },
  pattern: crossPattern(0, 5),
  family: 'fixed',
  subtitle: ({ shiftSize }) => `${shiftSize} shifts per axis`,
  build: (b, [x], { shiftSize, norm, act, bias }) =>
    onMap(b, 'axialShift', x, (map) => {
      const dim = channelsOf(map)
      const chunk = Math.ceil(dim / shiftSize)
      const offsets = Array.from(
        { length: dim },
        (_, channel) => Math.floor(shiftSize / 2) - Math.floor(channel / chunk),
      )
      const mix = (y: typeof map, name: string) => pointwise(b, y, { name, out: dim, bias, weights: 'conv' })
      const z = b.module(act, 'actn', b.module(norm, 'norm1', mix(map, 'conv1')))
      const [across, down] = ([2, 1] as const).map((axis, index) =>
        b.module(act, 'actn', mix(channelShift(b, z, axis, offsets), `conv2_${index + 1}`)),
      ) as [typeof map, typeof map]
      return mix(b.module(norm, 'norm2', b.add(across, down)), 'conv3')
    }),
})
