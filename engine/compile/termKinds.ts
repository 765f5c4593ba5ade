/** What kinds of terms there are. */
import type { Term } from './program'

/** No inputs: weights, constants and what is fed in. */
export const isSource = (term: Term): boolean => term.inputs.length === 0

/** One element of the result from one element of each input. */
export const isElementwise = (term: Term): boolean =>
  term.op === 'unary' || term.op === 'binary' || term.op === 'select'

/** Terms that only say where elements lie. */
export function isMovement(term: Term): boolean {
  switch (term.op) {
    case 'reshape':
    case 'transpose':
    case 'broadcast':
    case 'slice':
    case 'pad':
    case 'reverse':
    case 'windows':
      return true
    default:
      return false
  }
}

/** Terms that a kernel of their own computes. */
export function isHead(term: Term): boolean {
  switch (term.op) {
    case 'matmul':
    case 'convolve':
    case 'depthwise':
    case 'fold':
    case 'pool':
    case 'softmax':
    case 'attention':
    case 'rowStatistics':
    case 'scan':
      return true
    default:
      return false
  }
}
