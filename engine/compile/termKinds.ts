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

/** By kind of attention: which input is added to the scores, and may be computed where they are. */
export const biasInputs: { readonly [op: string]: number } = {
  attention: 3,
  attentionLogSum: 2,
  attentionGradient: 5,
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
    case 'attentionLogSum':
    case 'attentionGradient':
    case 'rowStatistics':
    case 'scan':
      return true
    default:
      return false
  }
}
