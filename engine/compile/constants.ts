/** What is known of a term while compiling: one number everywhere, or a small table of numbers. */
import { elements } from '../graph/graph'
import type { View } from '../kernels/spec'
import { wholeView } from '../kernels/views'
import type { Term } from './program'
import { movedView } from './termViews'

/** Beyond this many elements a constant is left to the GPU. */
const largestTable = 2 ** 20

/** The number that a term holds in every element, or null. */
export function numberOf(terms: readonly Term[], term: Term): number | null {
  switch (term.op) {
    case 'constant':
      return term.attrs.data.every((value) => value === term.attrs.data[0]) ? term.attrs.data[0] : null
    case 'reshape':
    case 'transpose':
    case 'broadcast':
    case 'slice':
    case 'reverse':
    case 'windows':
    case 'gather':
      return numberOf(terms, terms[term.inputs[0]])
    case 'pad': {
      const inner = numberOf(terms, terms[term.inputs[0]])
      return inner === term.attrs.value ? inner : null
    }
    default:
      return null
  }
}

/** The elements of a constant seen through movements, row by row, or null. */
export function tableOf(terms: readonly Term[], term: Term): Float32Array | null {
  if (elements(term.shape) > largestTable) return null
  if (term.op === 'constant') return term.attrs.data
  const seen = throughMovements(terms, term)
  return seen && gathered(seen.data, seen.view)
}

function throughMovements(terms: readonly Term[], term: Term): { data: Float32Array; view: View } | null {
  if (term.op === 'constant') return { data: term.attrs.data, view: wholeView(term.shape) }
  if (term.inputs.length !== 1) return null
  const inner = throughMovements(terms, terms[term.inputs[0]])
  if (!inner) return null
  const view = movedView(term, inner.view)
  if (view) return { data: inner.data, view }
  if (term.op !== 'reshape' && term.op !== 'windows' && term.op !== 'pad') return null
  if (elements(inner.view.shape) > largestTable) return null
  const again = movedView(term, wholeView(inner.view.shape))
  return again && { data: gathered(inner.data, inner.view), view: again }
}

function gathered(data: Float32Array, { shape, strides, offset, guard }: View): Float32Array {
  const out = new Float32Array(elements(shape))
  const index = shape.map(() => 0)
  for (let i = 0; i < out.length; i++) {
    const isInside =
      !guard || guard.ranges.every(([first, end], axis) => index[axis] >= first && index[axis] < end)
    let at = offset
    for (let axis = 0; axis < shape.length; axis++) at += index[axis] * strides[axis]
    out[i] = isInside ? data[at] : (guard?.fill ?? 0)
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0
  }
  return out
}
