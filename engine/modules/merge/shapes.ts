import { ShapeError } from '../../errors'
import { printShape, sameShape, type Value } from '../../graph/graph'

/** Throws SHAPE_MISMATCH that names the first input which differs from input 0. */
export function checkSameShape(who: string, inputs: readonly Value[]): void {
  const [first, ...others] = inputs as readonly [Value, ...Value[]]
  const index = others.findIndex((other) => !sameShape(first.shape, other.shape))
  const other = others[index]
  if (!other) return
  const expected = printShape(first.shape.slice(1))
  const got = printShape(other.shape.slice(1))
  throw new ShapeError(
    'SHAPE_MISMATCH',
    `${who}: the inputs must have one shape, but input 1 is ${expected} and input ${index + 2} is ${got}; ` +
      'bring both to the same size',
    [
      { what: 'input 1', expected, got: expected },
      { what: `input ${index + 2}`, expected, got },
    ],
  )
}
