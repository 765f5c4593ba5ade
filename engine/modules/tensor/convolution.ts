import { ShapeError } from '../../errors'
import { conv2d } from '../../nn/conv2d'
import { autoInt, flag, int, number } from '../../schema/schema'
import { divisorChoice } from '../divisors'
import { mapSizes } from '../layout'
import { defineModule } from '../module'
import { autoPadding, checkWindow, kernelField, paddingField, strideField } from '../window'

/**
 * A 2-D convolution; in the language of papers a cross-correlation.
 *
 * x [n, h, w, c] → [n, h/s, w/s, dim]. Parameters k²·(c/g)·dim (+ dim). Width is set as a number or, where that is
 * left to the input, as a multiple of its channels. Throws ShapeError when the groups divide neither side.
 */
export const convolution = defineModule({
  id: 'convolution',
  title: 'Convolution',
  kind: 'tensor',
  summary: 'Slides one window over the map; each output channel is a weighted sum of what lies under it.',
  formula: 'y[i, j, o] = Σ K[o, a, b, c]·x[s·i+a, s·j+b, c]',
  paper: {
    title: 'Gradient-Based Learning Applied to Document Recognition',
    authors: 'LeCun et al.',
    year: 1998,
    url: 'https://doi.org/10.1109/5.726791',
  },
  inputs: ['x'],
  attrs: {
    dim: autoInt({ label: 'Channels', default: null, min: 1, max: 16384, auto: 'input × width factor' }),
    ratio: number({
      label: 'Width factor',
      help: 'Output channels as a multiple of the input’s.',
      default: 1,
      min: 0.015625,
      max: 64,
      when: { field: 'dim', is: null },
    }),
    kernelSize: kernelField(3),
    stride: strideField(1),
    padding: paddingField(),
    dilation: int({
      label: 'Dilation',
      help: 'Gap between the taps of the window.',
      default: 1,
      min: 1,
      max: 32,
    }),
    groups: int({
      label: 'Groups',
      help: 'Must divide input and output channels.',
      default: 1,
      min: 1,
      max: 16384,
    }),
    bias: flag({ label: 'Bias', default: true }),
  },
  subtitle: ({ kernelSize, stride, dim, ratio }, width) => {
    const out = dim ?? (width === null ? `×${ratio}` : outWidth(width, null, ratio))
    return `${kernelSize}×${kernelSize}${stride > 1 ? `, stride ${stride}` : ''} → ${out}`
  },
  build(b, [x], { dim, ratio, kernelSize, stride, padding, dilation, groups, bias }) {
    const { c } = mapSizes('convolution', x)
    const out = outWidth(c, dim, ratio)
    for (const channels of [c, out]) if (channels % groups !== 0) throw groupsError(channels, groups)
    const pad = padding ?? autoPadding(kernelSize, stride, dilation)
    checkWindow('convolution', x, dilation * (kernelSize - 1) + 1, pad)
    return conv2d(b, x, { name: '', out, kernel: kernelSize, stride, padding: pad, dilation, groups, bias })
  },
})

const outWidth = (width: number, dim: number | null, ratio: number): number =>
  dim ?? Math.max(1, Math.round(width * ratio))

function groupsError(channels: number, groups: number): ShapeError {
  return new ShapeError(
    'GROUPS_DIVIDE',
    `convolution: ${channels} channels do not split into ${groups} groups; choose ${divisorChoice(channels, groups)} groups`,
    [{ what: 'groups', expected: `a divisor of ${channels}`, got: `${groups}` }],
  )
}
