import { cosineTransform2d } from '../../nn/fourier'
import { linear } from '../../nn/linear'
import { int } from '../../schema/schema'
import { globalAverage } from '../globalPooling'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'

/**
 * Dynamic spectrum mixing: the cosine transform of the map is split into bands from coarse to fine, and the picture itself says how much
 * of each band every channel keeps. Y = DCT⁻¹(DCT(X) ⊙ g(X)), g = σ(GELU(mean(X) W₁) W₂) per band and channel.
 *
 * This is our reading of the paper's abstract; its code is not public. x [n, h, w, c] → the same shape, on maps of any size.
 * Hu et al. 2023, Dynamic Spectrum Mixer for Visual Recognition, https://arxiv.org/abs/2309.06721
 */
export const spectrumMixer = defineModule({
  id: 'spectrumMixer',
  title: 'Dynamic spectrum mixing',
  shortTitle: 'Spectrum',
  kind: 'mixer',
  summary:
    'The picture decides how much of its coarse and fine waves each channel keeps. Our reading of the abstract; no public code.',
  formula: 'Y = DCT⁻¹(DCT(X) ⊙ g(X)),  g = σ(GELU(mean(X)·W₁)·W₂) per band',
  paper: {
    title: 'Dynamic Spectrum Mixer for Visual Recognition',
    authors: 'Hu et al.',
    year: 2023,
    url: 'https://arxiv.org/abs/2309.06721',
  },
  inputs: ['x'],
  attrs: {
    bands: int({
      label: 'Bands',
      help: 'From the coarsest waves to the finest.',
      default: 8,
      min: 1,
      max: 64,
    }),
    reduction: int({
      label: 'Reduction',
      help: 'Hidden width of the layer that weighs the bands: channels divided by this.',
      default: 4,
      min: 1,
      max: 64,
    }),
  },
  // Bands around the query: near places together, then rings.
  pattern: (row, column) => {
    const distance = Math.hypot(row - 4, column - 4)
    return Math.max(0.1, Math.cos((distance * Math.PI) / 4) ** 2 * Math.exp(-distance / 5))
  },
  family: 'fixed',
  subtitle: ({ bands }) => (bands === 1 ? 'one band' : `${bands} bands`),
  build: (b, [x], { bands, reduction }) =>
    onMap(b, 'spectrumMixer', x, (map) => {
      const { n, h, w, c } = mapSizes('spectrumMixer', map)
      const mean = globalAverage(b, 'spectrumMixer', map)
      const hidden = linear(b, mean, { name: 'fc1', out: Math.max(1, Math.floor(c / reduction)), bias: true })
      const gates = b.sigmoid(linear(b, b.gelu(hidden), { name: 'fc2', out: bands * c, bias: true }))
      const weights = b.gather(
        b.reshape(gates, [n, bands, c]),
        b.constant(bandOfWaves(h, w, bands), [h, w]),
        {
          axis: 1,
        },
      )
      const waves = cosineTransform2d(b, map, 'forward')
      return cosineTransform2d(b, b.mul(waves, weights), 'inverse')
    }),
})

/** The band of the wave with k half-turns down and l across, by k/h + l/w. */
function bandOfWaves(h: number, w: number, bands: number): number[] {
  return Array.from({ length: h * w }, (_, i) => {
    const share = (Math.floor(i / w) / h + (i % w) / w) / 2
    return Math.min(bands - 1, Math.floor(share * bands))
  })
}
