import { ShapeError } from '../../errors'
import { conv2d } from '../../nn/conv2d'
import { int, number } from '../../schema/schema'
import { channelsOf, onMap } from '../layout'
import { defineModule } from '../module'
import { windowPattern } from '../reading'

/**
 * Recursive gated convolution: p₁ = p₀ ⊙ DW(q₀), then pᵢ₊₁ = PW(pᵢ) ⊙ DW(qᵢ) with twice the channels each time. Products of
 * neighbourhoods give the interactions of higher order that attention has.
 *
 * x [n, h, w, c] → the same shape; c must be divisible by 2^(order − 1), else ShapeError.
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
    kernelSize: int({ label: 'Kernel', help: 'Side of the window.', default: 7, min: 1, max: 31, step: 2 }),
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
  subtitle: ({ order, kernelSize }) => `order ${order}, ${kernelSize}×${kernelSize}`,
  build: (b, [x], { order, kernelSize, scale }) =>
    onMap(b, 'gatedConv', x, (map) => {
      const dim = channelsOf(map)
      if (dim % 2 ** (order - 1) !== 0) throw orderError(dim, order)
      const widths = Array.from({ length: order }, (_, index) => dim / 2 ** (order - 1 - index))
      const narrowest = dim / 2 ** (order - 1)
      const part = (value: typeof map, from: number, width: number) =>
        b.slice(value, { start: [0, 0, 0, from], size: [...value.shape.slice(0, -1), width] })
      const both = conv2d(b, map, { name: 'proj_in', out: 2 * dim, kernel: 1, bias: true })
      const all = 2 * dim - narrowest
      const q = b.mul(
        conv2d(b, part(both, narrowest, all), {
          name: 'dwconv',
          out: all,
          kernel: kernelSize,
          padding: 'same',
          groups: all,
          bias: true,
        }),
        scale,
      )
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
