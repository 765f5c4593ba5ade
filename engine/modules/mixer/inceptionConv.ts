import { ShapeError } from '../../errors'
import { conv2d } from '../../nn/conv2d'
import { int, number } from '../../schema/schema'
import { channelsOf, onMap } from '../layout'
import { defineModule } from '../module'
import { crossPattern } from '../reading'

/**
 * Depthwise convolution by groups of channels: most stay as they are, a share sees a small square, a share a row and a
 * share a column, Y = [X₁, DWₖₓₖ X₂, DW₁ₓₗ X₃, DWₗₓ₁ X₄].
 *
 * x [n, h, w, c] → the same shape. Yu et al. 2023, InceptionNeXt, https://arxiv.org/abs/2303.16900
 */
export const inceptionConv = defineModule({
  id: 'inceptionConv',
  title: 'Inception depthwise convolution',
  shortTitle: 'Inception',
  kind: 'mixer',
  summary:
    'An eighth of the channels sees a square, an eighth a row, an eighth a column; the rest stay as they are.',
  formula: 'Y = [X₁, DW₃ₓ₃(X₂), DW₁ₓ₁₁(X₃), DW₁₁ₓ₁(X₄)]',
  paper: {
    title: 'InceptionNeXt: When Inception Meets ConvNeXt',
    authors: 'Yu et al.',
    year: 2023,
    url: 'https://arxiv.org/abs/2303.16900',
  },
  inputs: ['x'],
  attrs: {
    squareKernel: int({ label: 'Square', help: 'Side of the square.', default: 3, min: 1, max: 31, step: 2 }),
    bandKernel: int({
      label: 'Band',
      help: 'Length of row and column.',
      default: 11,
      min: 1,
      max: 63,
      step: 2,
    }),
    ratio: number({
      label: 'Share',
      help: 'Of the channels for each of the three windows.',
      default: 0.125,
      min: 0.01,
      max: 0.33,
    }),
  },
  pattern: crossPattern(1, 8),
  family: 'convolution',
  subtitle: ({ squareKernel, bandKernel }) => `${squareKernel}×${squareKernel}, bands of ${bandKernel}`,
  build: (b, [x], { squareKernel, bandKernel, ratio }) =>
    onMap(b, 'inceptionConv', x, (map) => {
      const dim = channelsOf(map)
      const width = Math.floor(dim * ratio)
      if (width === 0) throw shareError(dim, ratio)
      const kept = dim - 3 * width
      const part = (from: number, size: number) =>
        b.slice(map, { start: [0, 0, 0, from], size: [...map.shape.slice(0, -1), size] })
      const convolve = (name: string, index: number, kernel: readonly [number, number]) =>
        conv2d(b, part(kept + index * width, width), {
          name,
          out: width,
          kernel,
          padding: 'same',
          groups: width,
          bias: true,
        })
      return b.concat(
        [
          part(0, kept),
          convolve('dwconv_hw', 0, [squareKernel, squareKernel]),
          convolve('dwconv_w', 1, [1, bandKernel]),
          convolve('dwconv_h', 2, [bandKernel, 1]),
        ],
        3,
      )
    }),
})

function shareError(channels: number, ratio: number): ShapeError {
  const least = Math.ceil(100 / channels) / 100
  return new ShapeError(
    'ATTRIBUTE',
    `inceptionConv: a share of ${ratio} of ${channels} channels is none; choose at least ${least}`,
    [{ what: 'ratio', expected: `at least ${least}`, got: `${ratio}` }],
  )
}
