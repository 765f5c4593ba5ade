import { autoInt, slot } from '../../schema/schema'
import { crossScale, scaleFields } from '../crossScale'
import { channelsOf } from '../layout'
import { defineModule } from '../module'

/**
 * Downsampling through windows of two sizes at once, 2×2 and 4×4, after a norm.
 *
 * x [n, h, w, c] → [n, h/2, w/2, dim]. Wang et al. 2021, CrossFormer, https://arxiv.org/abs/2108.00154
 */
export const crossScaleMerging = defineModule({
  id: 'crossScaleMerging',
  title: 'Cross-scale merging',
  shortTitle: 'Cross-merge',
  kind: 'downsample',
  summary: 'Halves height and width through small and large windows at once.',
  formula: 'y = [Conv₂,₂(Norm(x)), Conv₄,₂(Norm(x))]',
  paper: {
    title: 'CrossFormer: A Versatile Vision Transformer Hinging on Cross-scale Attention',
    authors: 'Wang et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2108.00154',
  },
  inputs: ['x'],
  attrs: {
    dim: autoInt({ label: 'Channels', default: null, min: 1, max: 8192, auto: 'twice the input' }),
    ...scaleFields(2, 2),
    norm: slot({ label: 'Norm', of: 'norm', default: { module: 'layerNorm', attrs: { eps: 1e-5 } } }),
  },
  subtitle: ({ dim, patchSize, scales }, width) =>
    `${patchSize} to ${patchSize * 2 ** (scales - 1)} → ${dim ?? (width === null ? 'twice' : 2 * width)}`,
  build: (b, [x], { norm, dim, ...attrs }) =>
    crossScale(b, 'crossScaleMerging', b.module(norm, 'norm', x), {
      name: 'reductions',
      dim: dim ?? 2 * channelsOf(x),
      ...attrs,
    }),
})
