import { fourier2d, inverseFourier2d } from '../../nn/fourier'
import { int, number } from '../../schema/schema'
import { complexMlp } from '../complexMlp'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { aboveAll } from '../reading'

/**
 * Adaptive Fourier neural operator: every wave of the map goes through one small MLP of complex numbers, block by block of the
 * channels; weak results are set to zero, and the map is added. Y = X + F⁻¹(S_λ(MLP_ℂ(F(X)))).
 *
 * x [n, h, w, c] → the same shape, on maps of any size. Parameters 4·r·c²/blocks + 2·(r + 1)·c; MACs 8·r·c²/blocks per wave, of which
 * there are h·(⌊w/2⌋ + 1).
 * Guibas et al. 2021, Adaptive Fourier Neural Operators, https://arxiv.org/abs/2111.13587
 */
export const fourierOperator = defineModule({
  id: 'fourierOperator',
  title: 'Adaptive Fourier operator',
  shortTitle: 'AFNO',
  kind: 'mixer',
  summary: 'Passes every wave of the map through one small complex MLP: global mixing that fits any size.',
  formula: 'Y = X + F⁻¹(S_λ(MLP_ℂ(F(X)))),  S_λ(z) = sign(z)·max(|z| − λ, 0)',
  paper: {
    title: 'Adaptive Fourier Neural Operators: Efficient Token Mixers for Transformers',
    authors: 'Guibas et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2111.13587',
  },
  inputs: ['x'],
  attrs: {
    blocks: int({
      label: 'Blocks',
      help: 'Groups of channels that the MLP mixes apart; must divide the channels.',
      default: 8,
      min: 1,
      max: 64,
    }),
    mlpRatio: int({
      label: 'Ratio',
      help: 'Hidden width of the MLP as a multiple of the channels.',
      default: 1,
      min: 1,
      max: 16,
    }),
    threshold: number({
      label: 'Threshold λ',
      help: 'What is weaker than this becomes zero.',
      default: 0.01,
      min: 0,
      max: 10,
    }),
  },
  // A few waves stay, the query itself is added.
  pattern: aboveAll((row, column) =>
    row === 4 && column === 4 ? 1 : 0.35 + 0.35 * Math.cos((Math.PI * (row - column)) / 4),
  ),
  family: 'fixed',
  subtitle: ({ blocks }) => (blocks === 1 ? 'one block' : `${blocks} blocks`),
  build: (b, [x], { blocks, mlpRatio, threshold }) =>
    onMap(b, 'fourierOperator', x, (map) => {
      const { w } = mapSizes('fourierOperator', map)
      const mixed = complexMlp(b, 'fourierOperator', fourier2d(b, map), {
        blocks,
        ratio: mlpRatio,
        weights: ['w1', 'w2'],
        biases: ['b1', 'b2'],
      })
      const strong = b.add(b.max(b.sub(mixed, threshold), 0), b.min(b.add(mixed, threshold), 0))
      return b.add(map, inverseFourier2d(b, strong, w))
    }),
})
