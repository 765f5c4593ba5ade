import type { Value } from '../graph/graph'
import type { Builder } from '../ops/builder'
import type { CallGradient } from './callGradients'

/** Below every number that occurs, as in the pool itself. */
const lowest = -3.4e38
/** Beyond this many elements of a window its body is better: it has no expression for each of them. */
const mostTaps = 25

/**
 * The gradient goes to the largest element of each window, to the first in raster order where several are: PyTorch's choice. (The
 * body, a maximum like any other, divides it among them.)
 */
export const maxPoolGradient: CallGradient = (b, { attrs, inputs: [x], dy }) => {
  const [kernel, stride, padding] = [attrs.kernel, attrs.stride, attrs.padding].map(Number)
  if (kernel * kernel > mostTaps) return null
  const around = [0, padding, padding, 0]
  const padded = padding > 0 ? b.pad(x, { low: around, high: around, value: lowest }) : x
  const first = firstLargest(b, tapsOf(b, padded, dy, kernel, stride))
  const rows = range(kernel).map((ky) => {
    const places = range(kernel).map((kx) =>
      asWindow(b, b.mul(dy, b.binary('equal', first, ky * kernel + kx))),
    )
    return b.concat(places, 4)
  })
  const spread = b.overlapAdd(b.concat(rows, 3), {
    kernel: [kernel, kernel],
    stride: [stride, stride],
    dilation: [1, 1],
    height: padded.shape[1],
    width: padded.shape[2],
  })
  return [padding > 0 ? b.slice(spread, { start: around, size: x.shape }) : spread]
}

/** The elements of all windows, a map of each, in raster order. */
function tapsOf(b: Builder, padded: Value, { shape }: Value, kernel: number, stride: number): Value[] {
  return range(kernel * kernel).map((tap) =>
    b.slice(padded, {
      start: [0, Math.floor(tap / kernel), tap % kernel, 0],
      size: shape,
      step: [1, stride, stride, 1],
    }),
  )
}

/** Which of these is the largest, counted from 0. */
function firstLargest(b: Builder, [tap, ...others]: readonly Value[]): Value {
  let largest = tap
  let number = b.number(0, tap)
  for (const [index, other] of others.entries()) {
    number = b.select(b.binary('less', largest, other), index + 1, number)
    largest = b.max(largest, other)
  }
  return number
}

/** [n, h, w, c] -> [n, h, w, 1, 1, c]. */
function asWindow(b: Builder, map: Value): Value {
  const [n, h, w, c] = map.shape
  return b.reshape(map, [n, h, w, 1, 1, c])
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
