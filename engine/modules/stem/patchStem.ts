import { conv2d } from '../../nn/conv2d'
import { flag, int, slot } from '../../schema/schema'
import { toTokens } from '../layout'
import { defineModule } from '../module'
import { checkWindow } from '../window'

/**
 * Patch embedding: the picture is cut into p×p patches and each becomes one token, y = flatten(patch)·W + b.
 *
 * x [n, H, W, 3] → tokens [n, (H/p)·(W/p), dim], or a map. Pixels beyond the last whole patch are left out.
 * Dosovitskiy et al. 2020, https://arxiv.org/abs/2010.11929
 */
export const patchStem = defineModule({
  id: 'patchStem',
  title: 'Patch embedding',
  shortTitle: 'Patches',
  kind: 'stem',
  summary: 'Cuts the picture into square patches and turns each into one token.',
  formula: 'y = flatten(patch)·W + b',
  paper: {
    title: 'An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale',
    authors: 'Dosovitskiy et al.',
    year: 2020,
    url: 'https://arxiv.org/abs/2010.11929',
  },
  inputs: ['x'],
  attrs: {
    dim: int({ label: 'Channels', help: 'Width of a token.', default: 768, min: 1, max: 8192 }),
    patchSize: int({ label: 'Patch', help: 'Side of a patch in pixels.', default: 16, min: 1, max: 64 }),
    norm: slot({ label: 'Norm', help: 'After the projection.', of: 'norm', default: 'noNorm' }),
    bias: flag({ label: 'Bias', default: true }),
    flatten: flag({ label: 'As tokens', help: 'Off: a map for convolutions and pooling.', default: true }),
  },
  subtitle: ({ patchSize, dim }) => `${patchSize}×${patchSize} → ${dim}`,
  build(b, [x], { dim, patchSize, norm, bias, flatten }) {
    checkWindow('patchStem', x, patchSize, 0)
    const map = conv2d(b, x, {
      name: 'proj',
      out: dim,
      kernel: patchSize,
      stride: patchSize,
      padding: 0,
      bias,
    })
    return b.module(norm, 'norm', flatten ? toTokens(b, 'patchStem', map) : map)
  },
})
