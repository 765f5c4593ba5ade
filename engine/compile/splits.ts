/** Rows of a product that are iterated sample by sample, where operands differ from sample to sample. */
import type { Shape } from '../graph/graph'
import type { Term } from './program'

/** Samples by which the rows of a product may be split; 1 when there is nothing to split. */
export function splitOf(terms: readonly Term[], id: number): number {
  const head = terms[id]
  if (head.shape[0] !== 1 || (head.op !== 'matmul' && head.op !== 'convolve')) return 1
  const x = terms[head.inputs[0]]
  const rows = head.op === 'matmul' && x.op === 'reshape' ? terms[x.inputs[0]] : x
  const samples = rows.shape[0]
  return samples > 1 && head.shape[1] % samples === 0 && head.shape[1] > samples ? samples : 1
}

/** [1, m, ...] as [split, m / split, ...]: the same elements in the same order. */
export function splitShape(shape: Shape, split: number): Shape {
  return split === 1 ? shape : [split, shape[1] / split, ...shape.slice(2)]
}
