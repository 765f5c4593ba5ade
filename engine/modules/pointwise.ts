import type { Value } from '../graph/graph'
import { conv2d } from '../nn/conv2d'
import { linear } from '../nn/linear'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { choice } from '../schema/schema'
import { isMap } from './layout'

/** How a form asks for the storage of `pointwise`. */
export const weightsField = (usual: 'linear' | 'conv' = 'linear') =>
  choice({
    label: 'Weights',
    help: 'How a checkpoint stores them; the computation is the same.',
    default: usual,
    options: [
      { value: 'linear', label: 'Linear' },
      { value: 'conv', label: '1×1 convolution' },
    ],
  })

/**
 * One linear map for every position. `linear` keeps its weight as [out, in], `conv` as a 1×1 convolution
 * [out, in, 1, 1]: the same numbers, counted and stored as their reference does.
 */
export function pointwise(
  b: ModuleBuilder,
  x: Value,
  options: { name: string; out: number; bias: boolean; weights: 'linear' | 'conv' },
): Value {
  const { name, out, bias, weights } = options
  if (weights === 'linear') return linear(b, x, { name, out, bias })
  const convolve = (map: Value) => conv2d(b, map, { name, out, kernel: 1, stride: 1, padding: 0, bias })
  if (isMap(x)) return convolve(x)
  const sizes = x.shape.slice(0, -1)
  const row = b.reshape(x, [
    x.shape[0] ?? 1,
    1,
    x.shape.slice(1, -1).reduce((a, s) => a * s, 1),
    x.shape.at(-1) ?? 1,
  ])
  return b.reshape(convolve(row), [...sizes, out])
}
