import { halfWidth, spectralFilter } from '../../nn/fourier'
import { resize } from '../../nn/resample'
import { autoInt } from '../../schema/schema'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'

/**
 * Global filter: every wave of the map is multiplied by a learned complex number, channel by channel, which is a circular convolution
 * with a kernel as large as the map. Y = F⁻¹(F(X) ⊙ K).
 *
 * x [n, h, w, c] → the same shape. Parameters 2·h·(⌊w/2⌋ + 1)·c: tied to one size of the map, unless a size of the filter is set, which
 * is then resized. No MACs: nobody counts those of a Fourier transform.
 * Rao et al. 2021, Global Filter Networks for Image Classification, https://arxiv.org/abs/2107.00645
 */
export const globalFilter = defineModule({
  id: 'globalFilter',
  title: 'Global filter',
  kind: 'mixer',
  summary: 'Weighs every wave of the map by a learned complex number: a convolution as large as the map.',
  formula: 'Y = F⁻¹(F(X) ⊙ K),  F the Fourier transform over rows and columns',
  paper: {
    title: 'Global Filter Networks for Image Classification',
    authors: 'Rao et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2107.00645',
  },
  keywords: ['FFT'],
  inputs: ['x'],
  attrs: {
    size: autoInt({
      label: 'Size',
      help: 'Side of the map that the filter is made for; on other maps it is resized.',
      default: null,
      min: 1,
      max: 512,
      auto: 'that of the input',
    }),
  },
  // A kernel of a few waves that fade with the distance.
  pattern: (row, column) => {
    const [y, x] = [row - 4, column - 4]
    return 0.15 + 0.85 * Math.exp(-Math.hypot(y, x) / 3) * (0.5 + 0.5 * Math.cos((Math.PI * (y + x)) / 2))
  },
  family: 'fixed',
  subtitle: ({ size }) => (size === null ? 'a filter per channel' : `filters of ${size}×${halfWidth(size)}`),
  build: (b, [x], { size }) =>
    onMap(b, 'globalFilter', x, (map) => {
      const { h, w, c } = mapSizes('globalFilter', map)
      const rows = size ?? h
      const columns = halfWidth(size ?? w)
      const stored = b.weight('complex_weight', [rows, columns, c, 2], { init: { a: 0, b: 0.035 } })
      const fitting = resize(b, b.reshape(stored, [1, rows, columns, 2 * c]), {
        height: h,
        width: halfWidth(w),
        mode: 'bilinear',
        alignCorners: true,
      })
      const filter = b.transpose(b.reshape(fitting, [h, halfWidth(w), c, 2]), [3, 0, 1, 2])
      return spectralFilter(b, map, b.reshape(filter, [2, h, halfWidth(w), 1, c]))
    }),
})
