import type { Value } from '../graph/graph'
import { layerNorm } from '../nn/layerNorm'
import { linear } from '../nn/linear'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { relativeBias } from './relativeBias'

/**
 * A bias per head for every pair in a window, computed from the pair's offset by a small MLP of `dim` channels, so that any
 * window will do: → [1, heads, hw, hw].
 *
 * Wang et al. 2021, CrossFormer ("dynamic position bias"), https://arxiv.org/abs/2108.00154
 */
export function offsetBias(
  b: ModuleBuilder,
  { height, width }: { readonly height: number; readonly width: number },
  heads: number,
  dim: number,
): Value {
  const rows = 2 * height - 1
  const columns = 2 * width - 1
  const offsets = Array.from({ length: rows * columns }, (_, index) => [
    Math.floor(index / columns) + 1 - height,
    (index % columns) + 1 - width,
  ])
  const table = b.part('pos', () => {
    const first = linear(b, b.constant(offsets.flat(), [rows * columns, 2]), {
      name: 'pos_proj',
      out: dim,
      bias: true,
    })
    return [1, 2, 3].reduce(
      (y, layer) =>
        b.part(`pos${layer}`, () => {
          const active = b.relu(layerNorm(b, y, { name: '0', eps: 1e-5 }))
          return linear(b, active, { name: '2', out: layer === 3 ? heads : dim, bias: true })
        }),
      first,
    )
  })
  const bias = relativeBias(b, table, height, width)
  return b.reshape(bias, [1, ...bias.shape])
}
