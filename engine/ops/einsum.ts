import type { Shape } from '../graph/graph'
import type { DotAttributes } from './attributes'
import { freeAxes } from './shape'

/** A dot as an Einstein summation, the common language of ONNX, PyTorch and NumPy: `acbd,aebd->abce`. */
export function einsumEquation({ batch, contract }: DotAttributes, [x, y]: readonly Shape[]): string {
  const names = 'abcdefghijklmnopqrstuvwxyz'
  const left = x.map((_size, axis) => names[axis])
  let used = left.length
  const right = y.map((_size, axis) => {
    const inBatch = batch[1].indexOf(axis)
    const inContract = contract[1].indexOf(axis)
    if (inBatch >= 0) return left[batch[0][inBatch]]
    return inContract >= 0 ? left[contract[0][inContract]] : names[used++]
  })
  const result = [
    ...batch[0].map((axis) => left[axis]),
    ...freeAxes(x, batch[0], contract[0]).map((axis) => left[axis]),
    ...freeAxes(y, batch[1], contract[1]).map((axis) => right[axis]),
  ]
  return `${left.join('')},${right.join('')}->${result.join('')}`
}
