import type { Value } from '../../graph/graph'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { type AveragePoolOptions, averagePool as pool } from '../../nn/pool'
import { flag } from '../../schema/schema'
import { defineModule } from '../module'
import { autoPadding, checkWindow, kernelField, paddingField, strideField } from '../window'

/** Mean of each window: x [n, h, w, c] → [n, h/s, w/s, c]. */
export const averagePool = defineModule({
  id: 'averagePool',
  title: 'Average pooling',
  shortTitle: 'Avg pool',
  kind: 'tensor',
  summary: 'Replaces each window by its mean.',
  formula: 'y = mean of k×k',
  inputs: ['x'],
  attrs: {
    kernelSize: kernelField(2),
    stride: strideField(2),
    padding: paddingField(),
    countIncludePad: flag({
      label: 'Padding counts',
      help: 'Zeros outside the map enter the mean.',
      default: false,
    }),
    ceil: flag({
      label: 'Round up',
      help: 'A last window that reaches beyond an odd map still counts, by what it holds of the map.',
      default: false,
    }),
  },
  subtitle: ({ kernelSize, stride }) => `${kernelSize}×${kernelSize}, stride ${stride}`,
  build(b, [x], { kernelSize, stride, padding, countIncludePad, ceil }) {
    const pad = padding ?? autoPadding(kernelSize, stride)
    checkWindow('averagePool', x, kernelSize, pad)
    const options = { kernel: kernelSize, stride, padding: pad, countIncludePad }
    return ceil ? ceilPool(b, x, options) : pool(b, x, options)
  },
})

/** Zeros complete the last windows; a factor takes them out of the mean again. */
function ceilPool(b: ModuleBuilder, x: Value, options: AveragePoolOptions): Value {
  const [, height = 1, width = 1] = x.shape
  const [down, right] = [missing(height, options), missing(width, options)]
  if (down === 0 && right === 0) return pool(b, x, options)
  const mean = pool(b, b.pad(x, { low: [0, 0, 0, 0], high: [0, down, right, 0] }), options)
  const rows = shares(height, mean.shape[1] ?? 1, options)
  const columns = shares(width, mean.shape[2] ?? 1, options)
  const factors = rows.flatMap((row) => columns.map((column) => row * column))
  return b.mul(mean, b.constant(factors, [1, rows.length, columns.length, 1]))
}

/** Elements that the last window lacks; none when it would lie beyond the map. */
function missing(size: number, { kernel, stride, padding }: AveragePoolOptions): number {
  const rest = (size + 2 * padding - kernel) % stride
  return rest === 0 || size + padding <= size + 2 * padding - kernel - rest + stride ? 0 : stride - rest
}

/** What the pool divided by, over what it should: the elements of each window inside the map (or its padding). */
function shares(
  size: number,
  count: number,
  { kernel, stride, padding, countIncludePad }: AveragePoolOptions,
): number[] {
  const all = missing(size, { kernel, stride, padding, countIncludePad })
  return Array.from({ length: count }, (_, index) => {
    const start = index * stride - padding
    const inside = (from: number, to: number) => Math.min(start + kernel, to) - Math.max(start, from)
    const divided = countIncludePad || padding === 0 ? kernel : inside(0, size + all)
    return divided / (countIncludePad ? inside(-padding, size + padding) : inside(0, size))
  })
}
