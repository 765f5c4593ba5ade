/** Kernel, stride and padding of convolutions and pools, as the forms offer them. */
import { ShapeError } from '../errors'
import type { Value } from '../graph/graph'
import type { Pair } from '../ops/attributes'
import { autoInt, choice, int } from '../schema/schema'
import { mapSizes } from './layout'

/** Rows of the form that several modules share. */
export const kernelField = (value: number) =>
  int({ label: 'Kernel', help: 'Side of the window in pixels.', default: value, min: 1, max: 63 })
export const strideField = (value: number) =>
  int({
    label: 'Stride',
    help: 'Step between windows; 2 halves height and width.',
    default: value,
    min: 1,
    max: 32,
  })
export const paddingField = () =>
  autoInt({
    label: 'Padding',
    help: 'Zeros around the map.',
    default: null,
    min: 0,
    max: 64,
    auto: 'as much as keeps input ÷ stride positions',
  })

export const alignmentField = () =>
  choice({
    label: 'Alignment',
    help: 'Where padding goes when it cannot be even: TensorFlow’s “same” begins at the top left pixel.',
    default: 'centre',
    options: [
      { value: 'centre', label: 'Centred' },
      { value: 'tensorflow', label: 'As TensorFlow' },
    ],
    when: { field: 'padding', is: null },
  })

/** The padding that makes the output input ÷ stride (for odd kernels and divisible sizes). */
export function autoPadding(kernel: number, stride: number, dilation = 1): number {
  const span = dilation * (kernel - 1) + 1
  return Math.max(0, Math.floor((span - stride + 1) / 2))
}

/** Throws TOO_SMALL when not a single window fits: on the smaller side, or along axis 0 (height) or 1 (width). */
export function checkWindow(who: string, x: Value, span: number, padding: number, axis?: number): void {
  const { h, w } = mapSizes(who, x)
  const side = axis === undefined ? Math.min(h, w) : [h, w][axis]
  const smaller = (side ?? 1) + 2 * padding
  if (span <= smaller) return
  throw new ShapeError(
    'TOO_SMALL',
    `${who}: a ${span}×${span} window does not fit on a ${h}×${w} map${padding ? ` with padding ${padding}` : ''}; ` +
      `choose a window of at most ${smaller} or stride less before it`,
    [{ what: 'window', expected: `at most ${smaller}`, got: `${span}` }],
  )
}

/** As many as give ⌈size ÷ stride⌉ positions, the odd one after the map. */
export function tensorflowPadding(size: number, kernel: number, stride: number, dilation = 1): Pair {
  const span = dilation * (kernel - 1) + 1
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + span - size, 0)
  return [Math.floor(total / 2), Math.ceil(total / 2)]
}
