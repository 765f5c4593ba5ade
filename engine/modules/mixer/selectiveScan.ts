import type { Value } from '../../graph/graph'
import { conv2d } from '../../nn/conv2d'
import { layerNorm } from '../../nn/layerNorm'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { selectiveScan as scanSelectively } from '../../nn/selectiveScan'
import { int, number } from '../../schema/schema'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'

/**
 * Selective scan over a map (SS2D): every channel keeps a few states, which fade, are written and are read as the tokens on the way
 * say; the map is walked along rows and along columns, there and back, and the four walks are summed. A second branch gates the result.
 *
 * x [n, h, w, c] → the same shape, on maps of any size; work and memory are linear in the number of tokens.
 * Liu et al. 2024, VMamba: Visual State Space Model, https://arxiv.org/abs/2401.10166; Gu and Dao 2023, https://arxiv.org/abs/2312.00752
 */
export const selectiveScan = defineModule({
  id: 'selectiveScan',
  title: 'Selective scan',
  shortTitle: 'SS2D',
  kind: 'mixer',
  summary:
    'Walks the map along rows and columns, there and back, with states that tokens write and read: linear cost.',
  formula: 'hₜ = exp(Δₜ·A)·hₜ₋₁ + Δₜ·Bₜ·xₜ,  yₜ = Cₜ·hₜ + D·xₜ,  Y = (Σ of 4 walks) ⊙ SiLU(Z)',
  paper: {
    title: 'VMamba: Visual State Space Model',
    authors: 'Liu et al.',
    year: 2024,
    url: 'https://arxiv.org/abs/2401.10166',
  },
  keywords: ['Mamba', 'state space'],
  inputs: ['x'],
  attrs: {
    expand: number({
      label: 'Expansion',
      help: 'Channels that are scanned, as a multiple of the input’s.',
      default: 2,
      min: 0.25,
      max: 8,
    }),
    stateSize: int({ label: 'States', help: 'Per channel.', default: 16, min: 1, max: 256 }),
    kernelSize: int({
      label: 'Kernel',
      help: 'Side of the depthwise convolution before the scan.',
      default: 3,
      min: 1,
      max: 31,
      step: 2,
    }),
  },
  // Rows and columns through the query first, then what they have gathered.
  pattern: (row, column) => {
    const [y, x] = [Math.abs(row - 4), Math.abs(column - 4)]
    return Math.max(Math.min(y, x) === 0 ? Math.exp(-(y + x) / 5) : 0, 0.5 * Math.exp(-(y + x) / 5))
  },
  family: 'fixed',
  subtitle: ({ stateSize }) => `4 walks, ${stateSize === 1 ? 'one state' : `${stateSize} states`}`,
  build: (b, [x], { expand, stateSize, kernelSize }) =>
    onMap(b, 'selectiveScan', x, (map) => {
      const { n, h, w, c } = mapSizes('selectiveScan', map)
      const width = Math.max(1, Math.floor(c * expand))
      const both = linear(b, map, { name: 'in_proj', out: 2 * width, bias: false })
      const half = (from: number) => b.slice(both, { start: [0, 0, 0, from], size: [n, h, w, width] })
      const kernel = { kernel: kernelSize, padding: 'same', groups: width, bias: true } as const
      const read = b.silu(conv2d(b, half(0), { name: 'conv2d', out: width, ...kernel }))
      const walks = walked(b, read, { rank: Math.ceil(c / 16), stateSize })
      const normed = layerNorm(b, walks, { name: 'out_norm', eps: 1e-5, weight: true, bias: true })
      return linear(b, b.mul(normed, b.silu(half(width))), { name: 'out_proj', out: c, bias: false })
    }),
})

/** The sum of the scans along rows and along columns, forwards and backwards, each with weights of its own. */
function walked(
  b: ModuleBuilder,
  map: Value,
  { rank, stateSize }: { rank: number; stateSize: number },
): Value {
  const { n, h, w, c } = mapSizes('selectiveScan', map)
  const read = rank + 2 * stateSize
  const stored = {
    project: b.weight('x_proj_weight', [4, read, c], { init: 'weight', fanIn: c }),
    step: b.weight('dt_projs_weight', [4, c, rank], { init: 'weight', fanIn: rank }),
    shift: b.weight('dt_projs_bias', [4, c], { init: { a: -4.6, b: 2.3 } }),
    fade: b.weight('A_logs', [4 * c, stateSize], { init: { a: 1.4, b: 1.4 } }),
    skip: b.weight('Ds', [4 * c], { init: 'one' }),
  }
  const rows = b.reshape(map, [n, h * w, c])
  const columns = b.reshape(b.transpose(map, [0, 2, 1, 3]), [n, w * h, c])
  const walk = (index: number): Value => {
    const tokens = index % 2 === 0 ? rows : columns
    const own = (weight: Value, shape: readonly number[]) => {
      const count = (weight.shape[0] ?? 4) / 4
      const start = weight.shape.map((_, axis) => (axis === 0 ? index * count : 0))
      return b.reshape(b.slice(weight, { start, size: [count, ...weight.shape.slice(1)] }), shape)
    }
    const said = b.dot(tokens, own(stored.project, [read, c]), { contract: [[2], [1]] })
    const part = (from: number, size: number) =>
      b.slice(said, { start: [0, 0, from], size: [n, h * w, size] })
    const steps = b.dot(part(0, rank), own(stored.step, [c, rank]), { contract: [[2], [1]] })
    const y = scanSelectively(
      b,
      {
        u: tokens,
        delta: b.add(steps, own(stored.shift, [c])),
        a: b.neg(b.exp(own(stored.fade, [c, stateSize]))),
        writes: part(rank, stateSize),
        reads: part(rank + stateSize, stateSize),
        skip: own(stored.skip, [c]),
      },
      { reverse: index > 1 },
    )
    return index % 2 === 0
      ? b.reshape(y, [n, h, w, c])
      : b.transpose(b.reshape(y, [n, w, h, c]), [0, 2, 1, 3])
  }
  return [1, 2, 3].reduce((sum, index) => b.add(sum, walk(index)), walk(0))
}
