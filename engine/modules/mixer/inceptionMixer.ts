import { ShapeError } from '../../errors'
import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { conv2d } from '../../nn/conv2d'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { averagePool, maxPool } from '../../nn/pool'
import { int } from '../../schema/schema'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'

/**
 * High and low frequencies by different means: some channels pass a convolution and a max pooling, the others attention on
 * a smaller map; a depthwise convolution fuses them, Y = (Z + DW₃(Z))·Wₒ, Z = [Conv, Max, Attention].
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. `heads` heads of c's channels attend, the others are split in half.
 * Si et al. 2022, Inception Transformer, https://arxiv.org/abs/2205.12956
 */
export const inceptionMixer = defineModule({
  id: 'inceptionMixer',
  title: 'Inception mixer',
  shortTitle: 'Inception',
  kind: 'mixer',
  summary: 'Some channels see edges by convolution and max pooling, the others see the whole by attention.',
  formula: 'Y = (Z + DW₃(Z))·Wₒ,  Z = [DW₃(X₁·W), Max₃(X₂)·W, Attn(X₃)]',
  paper: {
    title: 'Inception Transformer',
    authors: 'Si et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2205.12956',
  },
  inputs: ['x'],
  attrs: {
    heads: int({ label: 'Attention heads', help: 'Heads that attend.', default: 1, min: 1, max: 128 }),
    headDim: int({ label: 'Head width', help: 'Channels of one head.', default: 16, min: 1, max: 512 }),
    poolSize: int({
      label: 'Smaller map',
      help: 'Side of the cells that attention sees as one; 1 keeps all positions.',
      default: 2,
      min: 1,
      max: 16,
    }),
  },
  pattern: (row, column) => (Math.max(Math.abs(row - 4), Math.abs(column - 4)) <= 1 ? 1 : 0.3),
  family: 'attention',
  subtitle: ({ heads, headDim }, dim) =>
    dim === null ? `${heads} × ${headDim} attend` : `${heads * headDim} of ${dim} attend`,
  build: (b, [x], { heads, headDim, poolSize }) =>
    onMap(b, 'inceptionMixer', x, (map) => {
      const { n, h, w, c } = mapSizes('inceptionMixer', map)
      const high = c - heads * headDim
      check(c, high, headDim, [h, w], poolSize)
      const part = (start: number, size: number) =>
        b.slice(map, { start: [0, 0, 0, start], size: [n, h, w, size] })
      const edges = b.part('high_mixer', () =>
        highFrequencies(b, part(0, high / 2), part(high / 2, high / 2)),
      )
      const whole = b.part('low_mixer', () =>
        lowFrequencies(b, part(high, c - high), { heads, headDim, poolSize }),
      )
      const all = b.concat([edges, whole], 3)
      const width = all.shape[3] ?? c
      const fused = conv2d(b, all, {
        name: 'conv_fuse',
        out: width,
        kernel: 3,
        padding: 1,
        groups: width,
        bias: false,
      })
      return conv2d(b, b.add(all, fused), { name: 'proj', out: c, kernel: 1, bias: true })
    }),
})

function highFrequencies(b: ModuleBuilder, first: Value, second: Value): Value {
  const out = 2 * (first.shape[3] ?? 1)
  const widened = conv2d(b, first, { name: 'conv1', out, kernel: 1, bias: false })
  const near = conv2d(b, widened, { name: 'proj1', out, kernel: 3, padding: 1, groups: out, bias: false })
  const largest = maxPool(b, second, { kernel: 3, stride: 1, padding: 1 })
  const sharp = conv2d(b, largest, { name: 'proj2', out, kernel: 1, bias: true })
  return b.concat([b.gelu(near), b.gelu(sharp)], 3)
}

/** Attention on cells, each of whose results holds for the whole cell. */
function lowFrequencies(
  b: ModuleBuilder,
  x: Value,
  { heads, headDim, poolSize: cell }: { heads: number; headDim: number; poolSize: number },
): Value {
  const { n, h, w, c } = mapSizes('inceptionMixer', x)
  const [rows, columns] = [h / cell, w / cell]
  const pooling = { kernel: cell, stride: cell, padding: 0, countIncludePad: true }
  const small = cell === 1 ? x : averagePool(b, x, pooling)
  const t = rows * columns
  const qkv = linear(b, b.reshape(small, [n, t, c]), { name: 'qkv', out: 3 * c, bias: true })
  const part = (index: number) =>
    b.reshape(b.slice(qkv, { start: [0, 0, index * c], size: [n, t, c] }), [n, t, heads, headDim])
  const mixed = attend(b, part(0), part(1), part(2), headDim ** -0.5)
  const cells = b.reshape(mixed, [n, rows, 1, columns, 1, c])
  return b.reshape(b.broadcast(cells, [n, rows, cell, columns, cell, c]), [n, h, w, c])
}

function check(
  c: number,
  high: number,
  headDim: number,
  [h, w]: readonly [number, number],
  cell: number,
): void {
  if (high < 2 || high % 2 !== 0) {
    const most = Math.floor((c - 2) / headDim)
    throw new ShapeError(
      'HEADS_DIVIDE',
      `inceptionMixer: ${c - high} of ${c} channels attend and ${high} are left; an even number of at least 2 must be left, so choose at most ${most} heads of ${headDim}`,
      [{ what: 'channels left', expected: 'an even number, at least 2', got: `${high}` }],
    )
  }
  if (h % cell === 0 && w % cell === 0) return
  throw new ShapeError(
    'ATTRIBUTE',
    `inceptionMixer: cells of ${cell} do not divide a map of ${h}×${w}; choose a side that divides both`,
    [{ what: 'smaller map', expected: `a divisor of ${h} and ${w}`, got: `${cell}` }],
  )
}
