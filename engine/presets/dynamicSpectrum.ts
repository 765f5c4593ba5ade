/**
 * Dynamic Spectrum Mixer: blocks that weigh bands of the map's cosine waves as the picture asks for. Its code is not public, and the
 * abstract says neither what is around the mixer nor how large it is: that is taken from MetaFormer's baselines.
 *
 * Hu et al. 2023, https://arxiv.org/abs/2309.06721
 */
import { layerNormNoBias, metaformer, starMlp } from './metaformer'
import { imagenetPixels, type Preset, presetsOf } from './preset'

export const dynamicSpectrums: readonly Preset[] = presetsOf(
  {
    family: 'dynamic_spectrum',
    paper: {
      title: 'Dynamic Spectrum Mixer for Visual Recognition',
      authors: 'Hu et al.',
      year: 2023,
      url: 'https://arxiv.org/abs/2309.06721',
    },
    preprocessing: imagenetPixels(0.95),
  },
  (title, depths: readonly number[]) =>
    metaformer(title, {
      depths,
      dims: [64, 128, 320, 512],
      mixers: 'spectrumMixer',
      norm: layerNormNoBias,
      mlp: starMlp,
      resScale: [false, false, true, true],
      head: 'mlp',
    }),
  [
    [
      'dynamic_spectrum_s18',
      'DSM-S18 (our reading)',
      [3, 3, 9, 3],
      'The picture weighs its own waves, in ConvFormer’s sizes. Our reading of the abstract; no public code.',
    ],
  ],
)
