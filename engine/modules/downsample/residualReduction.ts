import { ShapeError } from '../../errors'
import type { Value } from '../../graph/graph'
import { conv2d } from '../../nn/conv2d'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { averagePool } from '../../nn/pool'
import { autoInt, flag, slot } from '../../schema/schema'
import { channelsOf, isMap, mapSizes, onGrid, tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * Downsampling with a shortcut: a norm and a strided convolution beside the plain mean of each 2×2 neighbours, whose missing channels
 * are zeros. Tokens before the map pass a linear layer, with the same shortcut.
 *
 * x [n, h, w, c] → [n, h/2, w/2, dim], or tokens on a grid, which stay tokens. Throws ShapeError for odd maps and for fewer channels.
 * Liao et al. 2021, Searching for Efficient Multi-Stage Vision Transformers, https://arxiv.org/abs/2109.00642
 */
export const residualReduction = defineModule({
  id: 'residualReduction',
  title: 'Residual spatial reduction',
  shortTitle: 'Residual ÷2',
  kind: 'downsample',
  summary:
    'Halves height and width by a convolution, and adds the mean of what it replaces so that gradients pass.',
  formula: 'y = Conv₃,₂(Norm(x)) + P + [AvgPool₂(x), 0]',
  paper: {
    title: 'Searching for Efficient Multi-Stage Vision Transformers',
    authors: 'Liao et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2109.00642',
  },
  inputs: ['x'],
  attrs: {
    dim: autoInt({ label: 'Channels', default: null, min: 1, max: 8192, auto: 'twice the input' }),
    norm: slot({ label: 'Norm', of: 'norm', default: 'layerNorm' }),
    positions: flag({ label: 'Positions', help: 'Adds a learned vector per new position.', default: true }),
  },
  subtitle: ({ dim }, width) => `2×2 → ${dim ?? (width === null ? 'twice' : 2 * width)}`,
  build(b, [x], { dim, norm, positions }) {
    const c = channelsOf(x)
    const out = dim ?? 2 * c
    const kept = onGrid(b, 'residualReduction', x)
    check(kept, out)
    const normed = b.module(norm, 'norm', x)
    const grid = onGrid(b, 'residualReduction', normed)
    const conv = conv2d(b, grid, { name: 'patch_reduce', out, kernel: 3, stride: 2, padding: 1, bias: true })
    const mean = averagePool(b, kept, { kernel: 2, stride: 2, padding: 0, countIncludePad: true })
    const { n, h, w } = mapSizes('residualReduction', conv)
    const placed = positions
      ? b.add(
          conv,
          b.reshape(b.weight('pos_embed', [1, h * w, out], { init: { a: 0, b: 0.035 } }), [1, h, w, out]),
        )
      : conv
    const map = b.add(placed, widened(b, mean, out))
    if (isMap(x)) return map
    const patches = b.reshape(map, [n, h * w, out])
    const prefix = x.grid?.prefix ?? 0
    if (prefix === 0) return patches
    const first = (y: Value) =>
      b.slice(y, { start: [0, 0, 0], size: [tokenSizes('residualReduction', y).n, prefix, c] })
    const token = linear(b, first(normed), { name: 'token_transform', out, bias: true })
    return b.concat([b.add(token, widened(b, first(x), out)), patches], 1)
  },
})

/** Zeros as further channels. */
function widened(b: ModuleBuilder, x: Value, out: number): Value {
  const around = x.shape.map(() => 0)
  const more = out - channelsOf(x)
  return more === 0 ? x : b.pad(x, { low: around, high: [...around.slice(1), more] })
}

function check(map: Value, out: number): void {
  const { h, w, c } = mapSizes('residualReduction', map)
  if (h % 2 || w % 2) {
    throw new ShapeError(
      'ATTRIBUTE',
      `residualReduction: a map of ${h}×${w} does not part into 2×2 neighbours; choose an input size that gives an even one`,
      [{ what: 'map', expected: 'even sides', got: `${h}×${w}` }],
    )
  }
  if (out >= c) return
  throw new ShapeError(
    'ATTRIBUTE',
    `residualReduction: the shortcut keeps ${c} channels and ${out} are wanted; choose at least ${c}`,
    [{ what: 'channels', expected: `at least ${c}`, got: `${out}` }],
  )
}
