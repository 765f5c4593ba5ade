import { ShapeError } from '../../errors'
import type { Value } from '../../graph/graph'
import { conv2d } from '../../nn/conv2d'
import { halfWidth, spectralFilter } from '../../nn/fourier'
import { layerNorm } from '../../nn/layerNorm'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { resize } from '../../nn/resample'
import { autoInt, choice, int, number } from '../../schema/schema'
import { channelsOf, mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { windowPattern } from '../reading'

/**
 * Recursive gated convolution: p₁ = p₀ ⊙ DW(q₀), then pᵢ₊₁ = PW(pᵢ) ⊙ DW(qᵢ) with twice the channels each time. Products of
 * neighbourhoods give the interactions of higher order that attention has.
 *
 * x [n, h, w, c] → the same shape; c must be divisible by 2^(order − 1), else ShapeError. With a global filter DW is half a 3×3
 * convolution and half a filter of waves, channel by channel in turns, with a norm before and after them.
 * Rao et al. 2022, HorNet, https://arxiv.org/abs/2207.14284
 */
export const gatedConv = defineModule({
  id: 'gatedConv',
  title: 'Recursive gated convolution',
  shortTitle: 'gnConv',
  kind: 'mixer',
  summary:
    'Gates itself by ever wider slices of a depthwise convolution: interactions of any order, no softmax.',
  formula: 'pᵢ₊₁ = PW(pᵢ) ⊙ DWₖ(qᵢ)·s',
  paper: {
    title: 'HorNet: Efficient High-Order Spatial Interactions with Recursive Gated Convolutions',
    authors: 'Rao et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2207.14284',
  },
  inputs: ['x'],
  attrs: {
    order: int({ label: 'Order', help: 'Number of products.', default: 3, min: 2, max: 6 }),
    context: choice({
      label: 'Neighbourhood',
      help: 'With a global filter half of the channels see the whole map, by its waves.',
      default: 'window',
      options: [
        { value: 'window', label: 'A window' },
        { value: 'global', label: '3×3 and a global filter' },
      ],
    }),
    kernelSize: int({
      label: 'Kernel',
      help: 'Side of the window.',
      default: 7,
      min: 1,
      max: 31,
      step: 2,
      when: { field: 'context', is: 'window' },
    }),
    filterSize: autoInt({
      label: 'Filter size',
      help: 'Side of the map that the filter is made for; on other maps it is resized.',
      default: null,
      min: 1,
      max: 512,
      auto: 'that of the input',
      when: { field: 'context', is: 'global' },
    }),
    scale: number({
      label: 'Scale',
      help: 'Factor on the convolution; HorNet takes 1/3.',
      default: 1,
      min: 0.001,
      max: 10,
    }),
  },
  pattern: windowPattern(7, (distance) => 1 - 0.6 * distance),
  family: 'convolution',
  subtitle: ({ order, kernelSize, context }) =>
    `order ${order}, ${context === 'global' ? 'global filter' : `${kernelSize}×${kernelSize}`}`,
  build: (b, [x], { order, kernelSize, scale, context, filterSize }) =>
    onMap(b, 'gatedConv', x, (map) => {
      const dim = channelsOf(map)
      if (dim % 2 ** (order - 1) !== 0) throw orderError(dim, order)
      const widths = Array.from({ length: order }, (_, index) => dim / 2 ** (order - 1 - index))
      const narrowest = dim / 2 ** (order - 1)
      const part = (value: typeof map, from: number, width: number) =>
        b.slice(value, { start: [0, 0, 0, from], size: [...value.shape.slice(0, -1), width] })
      const both = conv2d(b, map, { name: 'proj_in', out: 2 * dim, kernel: 1, bias: true })
      const all = 2 * dim - narrowest
      const read =
        context === 'global'
          ? b.part('dwconv', () => localAndGlobal(b, part(both, narrowest, all), filterSize))
          : depthwise(b, part(both, narrowest, all), { name: 'dwconv', kernel: kernelSize, bias: true })
      const q = b.mul(read, scale)
      let p = b.mul(part(both, 0, narrowest), part(q, 0, narrowest))
      let from = narrowest
      for (const [index, width] of widths.slice(1).entries()) {
        const wider = conv2d(b, p, { name: `pws.${index}`, out: width, kernel: 1, bias: true })
        p = b.mul(wider, part(q, from, width))
        from += width
      }
      return conv2d(b, p, { name: 'proj_out', out: dim, kernel: 1, bias: true })
    }),
})

const depthwise = (b: ModuleBuilder, x: Value, options: { name: string; kernel: number; bias: boolean }) =>
  conv2d(b, x, { ...options, out: channelsOf(x), padding: 'same', groups: channelsOf(x) })

/** Norm, then a 3×3 window for the first half of the channels and a global filter for the second, in turns, and a norm again. */
function localAndGlobal(b: ModuleBuilder, x: Value, size: number | null): Value {
  const { n, h, w, c } = mapSizes('gatedConv', x)
  if (c % 2 !== 0) throw halvesError(c)
  const norm = { eps: 1e-6, weight: true, bias: true }
  const normed = layerNorm(b, x, { name: 'pre_norm', ...norm })
  const half = (from: number) => b.slice(normed, { start: [0, 0, 0, from], size: [n, h, w, c / 2] })
  const near = depthwise(b, half(0), { name: 'dw', kernel: 3, bias: false })
  const stored = b.weight('complex_weight', [c / 2, size ?? h, halfWidth(size ?? w), 2], {
    init: { a: 0, b: 0.035 },
  })
  const fitting = { height: h, width: halfWidth(w), mode: 'bilinear', alignCorners: true } as const
  const filter = b.reshape(b.transpose(resize(b, stored, fitting), [3, 1, 2, 0]), [
    2,
    h,
    halfWidth(w),
    1,
    c / 2,
  ])
  const inTurns = [near, spectralFilter(b, half(c / 2), filter)].map((y) => b.reshape(y, [n, h, w, c / 2, 1]))
  const both = b.reshape(b.concat(inTurns, 4), [n, h, w, c])
  return layerNorm(b, both, { name: 'post_norm', ...norm })
}

function halvesError(channels: number): ShapeError {
  return new ShapeError(
    'ATTRIBUTE',
    `gatedConv: ${channels} channels cannot be shared by a window and a global filter; choose a lower order, or channels that can be halved once more`,
    [{ what: 'channels', expected: 'an even number', got: `${channels}` }],
  )
}

function orderError(channels: number, order: number): ShapeError {
  let most = 1
  while (channels % 2 ** most === 0) most++
  return new ShapeError(
    'ATTRIBUTE',
    `gatedConv: ${channels} channels cannot be halved ${order - 1} times; ` +
      (most > 1 ? `choose an order of at most ${most}` : 'choose an even number of channels'),
    [{ what: 'order', expected: `at most ${most}`, got: `${order}` }],
  )
}
