/** Pooling over the windows of a map [n, h, w, c] -> [n, h', w', c]. */
import { ShapeError } from '../errors'
import { printShape, type Value } from '../graph/graph'
import type { Builder } from '../ops/builder'
import { positions } from '../ops/convolution'

export interface PoolOptions {
  readonly kernel: number
  readonly stride: number
  readonly padding: number
}
export interface AveragePoolOptions extends PoolOptions {
  /** Divide by kernel² everywhere; otherwise only by the elements inside the map. */
  readonly countIncludePad: boolean
}

/** Below every number that occurs: padding never wins, and it survives a shader, which may have no infinity. */
export const LOWEST = -3.4e38

export function averagePool(b: Builder, x: Value, options: AveragePoolOptions): Value {
  const { kernel, countIncludePad, padding } = options
  checkPool('average pool', x, options)
  return b.call('averagePool', { ...options }, [x], (x) => {
    const sum = foldWindows(b, 'sum', x, options, 0)
    if (countIncludePad || padding === 0) return b.mul(sum, 1 / kernel ** 2)
    const rows = insideCounts(x.shape[1], options)
    const columns = insideCounts(x.shape[2], options)
    const weights = rows.flatMap((row) => columns.map((column) => 1 / (row * column)))
    return b.mul(sum, b.constant(weights, [1, rows.length, columns.length, 1]))
  })
}

export function maxPool(b: Builder, x: Value, options: PoolOptions): Value {
  checkPool('max pool', x, options)
  return b.call('maxPool', { ...options }, [x], (x) => foldWindows(b, 'max', x, options, LOWEST))
}

function foldWindows(
  b: Builder,
  fn: 'sum' | 'max',
  x: Value,
  { kernel, stride, padding }: PoolOptions,
  outside: number,
): Value {
  const around = [0, padding, padding, 0]
  const padded = padding > 0 ? b.pad(x, { low: around, high: around, value: outside }) : x
  const windows = b.windows(padded, { kernel: [kernel, kernel], stride: [stride, stride] })
  const [n, height, width, , , c] = windows.shape
  return b.reshape(b.reduce(fn, windows, [3, 4]), [n, height, width, c])
}

/** How many elements of each window lie inside an axis of this size. */
function insideCounts(size: number, { kernel, stride, padding }: PoolOptions): number[] {
  return Array.from({ length: positions(size + 2 * padding, kernel, stride, 1) }, (_, position) => {
    const start = position * stride - padding
    return Math.min(start + kernel, size) - Math.max(start, 0)
  })
}

/** As in PyTorch, every window must touch the map. */
function checkPool(who: string, x: Value, { kernel, padding }: PoolOptions): void {
  if (x.shape.length !== 4) {
    const got = printShape(x.shape)
    throw new ShapeError(
      'RANK',
      `${who}: a map [n, h, w, c] is needed and ${got} has ${x.shape.length} axes`,
      [{ what: 'axes', expected: '[n, h, w, c]', got }],
    )
  }
  const most = Math.floor(kernel / 2)
  if (padding <= most) return
  throw new ShapeError(
    'ATTRIBUTE',
    `${who}: padding ${padding} is more than half of the kernel ${kernel}; choose at most ${most}`,
    [{ what: 'padding', expected: `at most ${most}`, got: String(padding) }],
  )
}
