import { conv2d } from '../../nn/conv2d'
import { int } from '../../schema/schema'
import { channelsOf, onMap } from '../layout'
import { defineModule } from '../module'

/**
 * Positions from the neighbourhood: Y = X + DWₖ(X). The zeros around the map tell a token how far the border is, and any
 * size of picture will do.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape; class tokens pass. Parameters c·(k² + 1).
 * Chu et al. 2021, Conditional Positional Encodings, https://arxiv.org/abs/2102.10882
 */
export const conditionalPosition = defineModule({
  id: 'conditionalPosition',
  title: 'Conditional position',
  shortTitle: 'CPE',
  kind: 'tensor',
  summary: 'Adds what a depthwise convolution sees around a token; its zero padding tells where borders are.',
  formula: 'Y = X + DWₖ(X)',
  paper: {
    title: 'Conditional Positional Encodings for Vision Transformers',
    authors: 'Chu et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2102.10882',
  },
  inputs: ['x'],
  attrs: {
    kernelSize: int({ label: 'Kernel', help: 'Side of the window.', default: 3, min: 1, max: 31, step: 2 }),
  },
  subtitle: ({ kernelSize }) => `${kernelSize}×${kernelSize} per channel`,
  build: (b, [x], { kernelSize }) =>
    onMap(b, 'conditionalPosition', x, (map) => {
      const dim = channelsOf(map)
      const options = { out: dim, kernel: kernelSize, padding: 'same', groups: dim, bias: true } as const
      return b.add(map, conv2d(b, map, { name: 'proj', ...options }))
    }),
})
