import { ShapeError } from '../../errors'
import type { Value } from '../../graph/graph'
import { conv2d } from '../../nn/conv2d'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { choice, flag, int, number, slot } from '../../schema/schema'
import { divisorChoice } from '../divisors'
import { globalAverage } from '../globalPooling'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { windowPattern } from '../reading'

/**
 * Depthwise convolution whose weights are computed from what it looks at: a small MLP makes one kernel per position for every group
 * of channels (involution), or one per channel for the whole picture, from its mean (D-DWNet). What attention does without scores.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape.
 * Li et al. 2021, Involution, https://arxiv.org/abs/2103.06255; Han et al. 2021, On the Connection between Local Attention and Dynamic
 * Depth-wise Convolution, https://arxiv.org/abs/2106.04263
 */
export const dynamicConv = defineModule({
  id: 'dynamicConv',
  title: 'Dynamic depthwise convolution',
  shortTitle: 'Dynamic DW',
  kind: 'mixer',
  summary: 'A depthwise convolution that makes its own weights, for every position or for the whole picture.',
  formula: 'Yᵢ = Σⱼ Kᵢ[j−i] ⊙ Xⱼ,  K = W₂·σ(BN(W₁·X))',
  paper: {
    title: 'Involution: Inverting the Inherence of Convolution for Visual Recognition',
    authors: 'Li et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2103.06255',
  },
  inputs: ['x'],
  attrs: {
    kernelSize: int({ label: 'Kernel', help: 'Side of the window.', default: 7, min: 1, max: 31, step: 2 }),
    weights: choice({
      label: 'Weights',
      help: 'What a kernel is made for.',
      default: 'position',
      options: [
        { value: 'position', label: 'Per position (involution)' },
        { value: 'picture', label: 'Per picture (D-DWNet)' },
      ],
    }),
    groupDim: int({
      label: 'Group width',
      help: 'Channels that share a kernel.',
      default: 16,
      min: 1,
      max: 1024,
      when: { field: 'weights', is: 'position' },
    }),
    ratio: number({
      label: 'Ratio',
      help: 'Hidden width of the MLP as a share of the channels.',
      default: 0.25,
      min: 0.03125,
      max: 4,
    }),
    norm: slot({ label: 'Norm', help: 'Of the hidden layer.', of: 'norm', default: 'batchNorm' }),
    act: slot({ label: 'Activation', of: 'activation', default: 'relu' }),
    bias: flag({
      label: 'Bias',
      help: 'One learned number per channel, whatever the picture.',
      default: false,
      when: { field: 'weights', is: 'picture' },
    }),
  },
  pattern: windowPattern(7, (distance) => 1 - 0.4 * distance),
  family: 'convolution',
  subtitle: ({ kernelSize, weights }) => `${kernelSize}×${kernelSize} per ${weights}`,
  build: (b, [x], attrs) =>
    onMap(b, 'dynamicConv', x, (map) => {
      const { n, c } = mapSizes('dynamicConv', map)
      const { kernelSize: k, ratio, norm, act } = attrs
      const kernels = (read: Value, out: number) => {
        const hidden = Math.max(1, Math.floor(c * ratio))
        const first = conv2d(b, read, { name: 'conv1', out: hidden, kernel: 1, bias: false })
        const active = b.module(act, 'act', b.module(norm, 'bn', first))
        return conv2d(b, active, { name: 'conv2', out, kernel: 1, bias: true })
      }
      if (attrs.weights === 'position') return byPosition(b, map, k, attrs.groupDim, kernels)
      const mean = b.reshape(globalAverage(b, 'dynamicConv', map), [n, 1, 1, c])
      const y = byPicture(b, map, k, b.reshape(kernels(mean, c * k * k), [n * c, k, k, 1]))
      return attrs.bias ? b.add(y, b.weight('bias', [c], { init: 'bias' })) : y
    }),
})

/** Pictures lie side by side as channels, each with kernels of its own. */
function byPicture(b: ModuleBuilder, map: Value, k: number, kernels: Value): Value {
  const { n, h, w, c } = mapSizes('dynamicConv', map)
  const pad = Math.floor(k / 2)
  const padding = [
    [pad, pad],
    [pad, pad],
  ] as const
  const together = b.reshape(b.transpose(map, [1, 2, 0, 3]), [1, h, w, n * c])
  const mixed = b.conv(together, kernels, { padding, groups: n * c })
  return b.transpose(b.reshape(mixed, [h, w, n, c]), [2, 0, 1, 3])
}

function byPosition(
  b: ModuleBuilder,
  map: Value,
  k: number,
  groupDim: number,
  kernels: (read: Value, out: number) => Value,
): Value {
  const { n, h, w, c } = mapSizes('dynamicConv', map)
  const groups = Math.max(1, Math.floor(c / groupDim))
  if (c % groups !== 0) {
    throw new ShapeError(
      'GROUPS_DIVIDE',
      `dynamicConv: ${c} channels do not split into ${groups} groups; choose a group width that gives ${divisorChoice(c, groups)} groups`,
      [{ what: 'groups', expected: `a divisor of ${c}`, got: `${groups}` }],
    )
  }
  const pad = Math.floor(k / 2)
  const around = [0, pad, pad, 0]
  const windows = b.windows(b.pad(map, { low: around, high: around }), { kernel: [k, k], stride: [1, 1] })
  const weights = b.transpose(
    b.reshape(kernels(map, groups * k * k), [n, h, w, groups, k * k]),
    [0, 1, 2, 4, 3],
  )
  const weighed = b.mul(
    b.reshape(windows, [n, h, w, k * k, groups, c / groups]),
    b.reshape(weights, [n, h, w, k * k, groups, 1]),
  )
  return b.reshape(b.sum(weighed, [3]), [n, h, w, c])
}
