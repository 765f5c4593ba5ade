/** Sizes along height and width, as people give them. */
import type { Pair } from '../ops/attributes'
import { spread } from '../ops/convolution'

/** All sides; [height, width]; [[top, bottom], [left, right]]; or what keeps the size at stride 1 (more at bottom, right). */
export type Padding = number | Pair | readonly [Pair, Pair] | 'same'

export const pairOf = (size: number | Pair): Pair => (typeof size === 'number' ? [size, size] : size)

export function paddingOf(padding: Padding, kernel: Pair, dilation: Pair): readonly [Pair, Pair] {
  if (padding === 'same') return [sameSides(kernel[0], dilation[0]), sameSides(kernel[1], dilation[1])]
  const [vertical, horizontal] = typeof padding === 'number' ? pairOf(padding) : padding
  return [pairOf(vertical), pairOf(horizontal)]
}

function sameSides(kernel: number, dilation: number): Pair {
  const total = spread(kernel, dilation) - 1
  return [Math.floor(total / 2), Math.ceil(total / 2)]
}
