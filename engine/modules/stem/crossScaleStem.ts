import { int, slot } from '../../schema/schema'
import { crossScale, scaleFields } from '../crossScale'
import { defineModule } from '../module'

/**
 * Patches seen at several scales at once: windows of 4, 8, 16 and 32 pixels around the same centres, joined, then a norm.
 *
 * x [n, H, W, 3] → [n, H/4, W/4, dim]. Wang et al. 2021, CrossFormer, https://arxiv.org/abs/2108.00154
 */
export const crossScaleStem = defineModule({
  id: 'crossScaleStem',
  title: 'Cross-scale embedding',
  shortTitle: 'Cross-scale',
  kind: 'stem',
  summary:
    'Every token sees its place through small and large windows at once, most channels through the small ones.',
  formula: 'y = Norm([Conv₄,₄(x), Conv₈,₄(x), Conv₁₆,₄(x), Conv₃₂,₄(x)])',
  paper: {
    title: 'CrossFormer: A Versatile Vision Transformer Hinging on Cross-scale Attention',
    authors: 'Wang et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2108.00154',
  },
  inputs: ['x'],
  attrs: {
    dim: int({ label: 'Channels', default: 96, min: 1, max: 8192 }),
    ...scaleFields(4, 4),
    norm: slot({ label: 'Norm', of: 'norm', default: { module: 'layerNorm', attrs: { eps: 1e-5 } } }),
  },
  subtitle: ({ dim, patchSize, scales }) => `${patchSize} to ${patchSize * 2 ** (scales - 1)} → ${dim}`,
  build: (b, [x], { norm, ...attrs }) =>
    b.module(norm, 'norm', crossScale(b, 'crossScaleStem', x, { name: 'projs', ...attrs })),
})
