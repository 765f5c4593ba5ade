import { largerFactor, realFourier } from '../../nn/fourier'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'
import { checkPairs } from '../pairs'
import { aboveAll } from '../reading'

/**
 * Fourier mixing: the real part of a Fourier transform along channels and along tokens. Nothing about it is learned.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. No parameters and no MACs: nobody counts those of a Fourier transform. It is not
 * normalised, so the result is √(t·c) times as large as the input.
 * Lee-Thorp et al. 2021, FNet: Mixing Tokens with Fourier Transforms, https://arxiv.org/abs/2105.03824
 */
export const fourierMixing = defineModule({
  id: 'fourierMixing',
  title: 'Fourier mixing',
  shortTitle: 'Fourier',
  kind: 'mixer',
  summary: 'Replaces tokens and channels by the waves they are made of: global, with no parameters.',
  formula: 'Y = Re(F_tokens(F_channels(X)))',
  paper: {
    title: 'FNet: Mixing Tokens with Fourier Transforms',
    authors: 'Lee-Thorp et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2105.03824',
  },
  keywords: ['FFT'],
  inputs: ['x'],
  attrs: {},
  // The wave that the query's token stands for, over tokens row by row.
  pattern: aboveAll((row, column) => 0.5 + 0.5 * Math.cos((2 * Math.PI * 36 * (8 * row + column)) / 64)),
  family: 'fixed',
  build: (b, [x]) =>
    onTokens(b, 'fourierMixing', x, (tokens) => {
      const { t, c } = tokenSizes('fourierMixing', tokens)
      // What cannot be split further is a table of pairs.
      for (const size of [t, c]) checkPairs('fourierMixing', largerFactor(size))
      return realFourier(b, tokens)
    }),
})
