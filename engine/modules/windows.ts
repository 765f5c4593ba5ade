/** Maps cut into windows, each of which is attended by itself. */
import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { mapSizes } from './layout'

export interface Window {
  readonly height: number
  readonly width: number
  /** Distance of neighbours in a window, down and to the right: 1 unless a window spreads over others. */
  readonly step?: readonly [down: number, right: number]
}

const together = [1, 1] as const

/** Zeros at the bottom and the right until whole windows fit. */
export function padToWindows(b: ModuleBuilder, x: Value, { height, width, step = together }: Window): Value {
  const { h, w } = mapSizes('windows', x)
  const [down, right] = [missing(h, height * step[0]), missing(w, width * step[1])]
  return down + right === 0 ? x : b.pad(x, { low: [0, 0, 0, 0], high: [0, down, right, 0] })
}

const missing = (size: number, side: number): number => (side - (size % side)) % side

/** [n, h, w, c] → [n·windows, height·width, c], windows row by row; those that interleave one after the other. */
export function toWindows(b: ModuleBuilder, x: Value, { height, width, step = together }: Window): Value {
  const { n, h, w, c } = mapSizes('windows', x)
  const [down, right] = step
  const [rows, columns] = [h / (height * down), w / (width * right)]
  const count = n * rows * columns * down * right
  const cut = b.reshape(x, [n, rows, height, down, columns, width, right, c])
  return b.reshape(b.transpose(cut, [0, 1, 4, 3, 6, 2, 5, 7]), [count, height * width, c])
}

/** The inverse of toWindows, for a map of h × w; windows may be tokens or small maps. */
export function fromWindows(
  b: ModuleBuilder,
  x: Value,
  { height, width, step = together }: Window,
  [h, w]: readonly [number, number],
): Value {
  const [all = 1, c = 1] = [x.shape[0], x.shape.at(-1)]
  const [down, right] = step
  const [rows, columns] = [h / (height * down), w / (width * right)]
  const n = all / (rows * columns * down * right)
  const cut = b.reshape(x, [n, rows, columns, down, right, height, width, c])
  return b.reshape(b.transpose(cut, [0, 1, 5, 3, 2, 6, 4, 7]), [n, h, w, c])
}

/** −10⁶ for keys that are padding beyond a map of h × w: [1, windows, 1, 1, height·width]; nothing without padding. */
export function paddingMask(
  b: ModuleBuilder,
  window: Window,
  [h, w]: readonly [number, number],
): Value | undefined {
  const places = padToWindows(b, b.constant(new Float32Array(h * w).fill(1), [1, h, w, 1]), window)
  if (places.shape[1] === h && places.shape[2] === w) return undefined
  const isMap = toWindows(b, places, window)
  const [count = 1, t = 1] = isMap.shape
  return b.reshape(b.mul(b.sub(1, isMap), -1e6), [1, count, 1, 1, t])
}

/** Runs `body` on the tokens of every window; zeros fill the last windows, and what became of them is cut off. */
export function insideWindows(
  b: ModuleBuilder,
  map: Value,
  window: Window,
  body: (tokens: Value) => Value,
): Value {
  const { n, h, w } = mapSizes('windows', map)
  const padded = padToWindows(b, map, window)
  const mixed = body(toWindows(b, padded, window))
  const laid = fromWindows(b, mixed, window, [padded.shape[1] ?? h, padded.shape[2] ?? w])
  return b.slice(laid, { start: [0, 0, 0, 0], size: [n, h, w, laid.shape[3] ?? 1] })
}
