/** Maps cut into windows, each of which is attended by itself. */
import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { mapSizes } from './layout'

export interface Window {
  readonly height: number
  readonly width: number
}

/** Zeros at the bottom and the right until whole windows fit. */
export function padToWindows(b: ModuleBuilder, x: Value, { height, width }: Window): Value {
  const { h, w } = mapSizes('windows', x)
  const [down, right] = [missing(h, height), missing(w, width)]
  return down + right === 0 ? x : b.pad(x, { low: [0, 0, 0, 0], high: [0, down, right, 0] })
}

const missing = (size: number, side: number): number => (side - (size % side)) % side

/** [n, h, w, c] → [n·windows, height·width, c], windows row by row. */
export function toWindows(b: ModuleBuilder, x: Value, { height, width }: Window): Value {
  const { n, h, w, c } = mapSizes('windows', x)
  const cut = b.reshape(x, [n, h / height, height, w / width, width, c])
  return b.reshape(b.transpose(cut, [0, 1, 3, 2, 4, 5]), [n * (h / height) * (w / width), height * width, c])
}

/** The inverse of toWindows, for a map of h × w; windows may be tokens or small maps. */
export function fromWindows(
  b: ModuleBuilder,
  x: Value,
  { height, width }: Window,
  [h, w]: readonly [number, number],
): Value {
  const [all = 1, c = 1] = [x.shape[0], x.shape.at(-1)]
  const [rows, columns] = [h / height, w / width]
  const n = all / (rows * columns)
  const laid = b.transpose(b.reshape(x, [n, rows, columns, height, width, c]), [0, 1, 3, 2, 4, 5])
  return b.reshape(laid, [n, h, w, c])
}
