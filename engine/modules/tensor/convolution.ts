import { ShapeError } from '../../errors'
import { conv2d } from '../../nn/conv2d'
import type { Pair } from '../../ops/attributes'
import { autoInt, flag, int, number } from '../../schema/schema'
import { divisorChoice } from '../divisors'
import { mapSizes } from '../layout'
import { defineModule } from '../module'
import {
  alignmentField,
  autoPadding,
  checkWindow,
  kernelField,
  paddingField,
  strideField,
  tensorflowPadding,
} from '../window'

/**
 * A 2-D convolution; in the language of papers a cross-correlation.
 *
 * x [n, h, w, c] → [n, h/s, w/s, dim]. Parameters k²·(c/g)·dim (+ dim). Width is set as a number or, where that is
 * left to the input, as a multiple of its channels. Throws ShapeError when the groups divide neither side.
 */
export const convolution = defineModule({
  id: 'convolution',
  title: 'Convolution',
  shortTitle: 'Conv',
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
    kernelWidth: autoInt({
      label: 'Kernel width',
      help: 'For windows that are not square.',
      default: null,
      min: 1,
      max: 63,
      auto: 'as its height',
    }),
    stride: strideField(1),
    padding: paddingField(),
    alignment: alignmentField(),
    dilation: int({
      label: 'Dilation',
      help: 'Gap between the taps of the window.',
      default: 1,
      min: 1,
      max: 32,
    }),
    groups: autoInt({
      label: 'Groups',
      help: 'Must divide input and output channels.',
      default: 1,
      min: 1,
      max: 16384,
      auto: 'one per input channel',
    }),
    bias: flag({ label: 'Bias', default: true }),
    standardize: flag({
      label: 'Standardised weights',
      help: 'Each output’s weights get mean 0 and variance 1 before they are used: what GroupNorm needs in BiT.',
      default: false,
    }),
    gain: flag({
      label: 'Gain of the weights',
      help: 'A learned factor per output on standardised weights, over √fan-in: networks without norms.',
      default: false,
      when: { field: 'standardize', is: true },
    }),
    gamma: number({
      label: 'Gamma',
      help: 'What the gain is multiplied by, to make up for what an activation takes from the variance.',
      default: 1,
      min: 0,
      max: 16,
      when: { field: 'gain', is: true },
    }),
    weightEps: number({
      label: 'Epsilon of the weights',
      help: 'Added to their variance before the root. BiT uses 1e-8, timm by default 1e-6.',
      default: 1e-8,
      min: 0,
      max: 1,
      when: { field: 'standardize', is: true },
    }),
  },
  subtitle: ({ kernelSize, kernelWidth, stride, groups, dim, ratio }, width) => {
    const out = dim ?? (width === null ? `×${ratio}` : outWidth(width, null, ratio))
    const window = `${kernelSize}×${kernelWidth ?? kernelSize}`
    return `${window}${groups === null ? ' per channel' : ''}${stride > 1 ? `, stride ${stride}` : ''} → ${out}`
  },
  build(b, [x], attrs) {
    const { dim, ratio, kernelSize, kernelWidth, stride, padding, alignment, dilation, bias } = attrs
    const { h, w, c } = mapSizes('convolution', x)
    const out = outWidth(c, dim, ratio)
    const groups = attrs.groups ?? c
    for (const channels of [c, out]) if (channels % groups !== 0) throw groupsError(channels, groups)
    const kernel: Pair = [kernelSize, kernelWidth ?? kernelSize]
    const sides = (size: number, side: number): Pair => {
      if (padding === null && alignment === 'tensorflow')
        return tensorflowPadding(size, side, stride, dilation)
      const pad = padding ?? autoPadding(side, stride, dilation)
      return [pad, pad]
    }
    const pads = [sides(h, kernel[0]), sides(w, kernel[1])] as const
    for (const [axis, side] of kernel.entries()) {
      const [before, after] = pads[axis] ?? [0, 0]
      checkWindow('convolution', x, dilation * (side - 1) + 1, (before + after) / 2, axis)
    }
    const gain = attrs.gain ? { gain: attrs.gamma } : {}
    const weights = attrs.standardize ? { standardize: attrs.weightEps, ...gain } : {}
    return conv2d(b, x, { name: '', out, kernel, stride, padding: pads, dilation, groups, bias, ...weights })
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
