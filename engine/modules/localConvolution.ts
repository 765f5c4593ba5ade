import type { Value } from '../graph/graph'
import { conv2d } from '../nn/conv2d'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { dropPrefix, rankError, tokenSizes } from './layout'

/**
 * What a depthwise convolution sees around every token: positions for attention, which knows none. Tokens before the grid have no
 * neighbours and get zeros. x [n, t, c] that lies on `grid` → the same shape.
 */
export function localConvolution(
  b: ModuleBuilder,
  who: string,
  x: Value,
  options: { readonly name: string; readonly kernel: number; readonly grid: Value['grid'] },
): Value {
  const { name, kernel, grid } = options
  const { n, c } = tokenSizes(who, x)
  if (!grid) throw rankError(who, 'a map or tokens that lie on a grid', x.shape)
  const { height, width, prefix } = grid
  const patches = prefix > 0 ? dropPrefix(b, x, prefix) : x
  const map = b.reshape(patches, [n, height, width, c])
  const near = conv2d(b, map, { name, out: c, kernel, padding: 'same', groups: c, bias: true })
  const tokens = b.reshape(near, [n, height * width, c])
  return prefix > 0 ? b.pad(tokens, { low: [0, prefix, 0], high: [0, 0, 0] }) : tokens
}
