/** Values that are far larger than what they are computed from. */
import { elements } from '../graph/graph'
import { binaryFunctions, unaryFunctions } from '../ops/elementwise'
import type { Term } from './program'
import { isElementwise, isMovement, isSource } from './termKinds'

const timesLarger = 16
const mostFlops = 12

/**
 * Whether a fixed value is computed where it is read rather than kept: a few operations on tensors far smaller than itself. The
 * distances of all pairs of places are; kept, they would fill the memory of a large map.
 */
export function isSpread(terms: readonly Term[], term: Term): boolean {
  const seen = new Set<number>()
  let read = 0
  let flops = 0
  const canCompute = (id: number): boolean => {
    if (seen.has(id)) return true
    seen.add(id)
    const below = terms[id]
    if (isSource(below)) read += elements(below.shape)
    else if (isElementwise(below)) flops += flopsOf(below)
    else if (!isMovement(below)) return false
    return flops <= mostFlops && below.inputs.every(canCompute)
  }
  return canCompute(term.id) && read * timesLarger <= elements(term.shape)
}

function flopsOf(term: Term): number {
  if (term.op === 'unary') return unaryFunctions[term.attrs.fn].flops
  return term.op === 'binary' ? binaryFunctions[term.attrs.fn].flops : 1
}
