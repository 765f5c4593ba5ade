/** Movements of a program as views. */

import type { View } from '../kernels/spec'
import { wholeView } from '../kernels/views'
import type { Term } from './program'
import { isElementwise, isMovement } from './termKinds'
import { broadcasted, padded, reshaped, reversed, sliced, transposed, windowed } from './views'

/** What a movement makes of the view of its input. Null when strides cannot say it, or the term is no movement. */
export function movedView(term: Term, view: View): View | null {
  switch (term.op) {
    case 'reshape':
      return reshaped(view, term.attrs.shape)
    case 'transpose':
      return transposed(view, term.attrs.axes)
    case 'broadcast':
      return broadcasted(view, term.attrs.shape)
    case 'slice':
      return sliced(view, term.attrs.start, term.attrs.size, term.attrs.step)
    case 'pad':
      return padded(view, term.attrs.low, term.attrs.high, term.attrs.value)
    case 'reverse':
      return reversed(view, term.attrs.axes)
    case 'windows':
      return windowed(view, term.attrs)
    default:
      return null
  }
}

/** The elements of a term as they lie in the nearest term below it that is not a movement; null when strides cannot say it. */
export function viewOf(
  terms: readonly Term[],
  term: Term,
): { readonly base: Term; readonly view: View } | null {
  if (term.inputs.length !== 1) return { base: term, view: wholeView(term.shape) }
  const inner = viewOf(terms, terms[term.inputs[0]])
  const view = inner && movedView(term, inner.view)
  if (view) return { base: inner.base, view }
  return isMovement(term) ? null : { base: term, view: wholeView(term.shape) }
}

/** How the tensors below a term lie, when element-wise terms with a single reader are computed where they are read. */
export function viewsUnder(
  terms: readonly Term[],
  users: readonly (readonly number[])[],
  term: Term,
): View[] {
  const isComputed = isElementwise(term) && users[term.id].length === 1
  if (isComputed) return term.inputs.flatMap((id) => viewsUnder(terms, users, terms[id]))
  if (!isMovement(term)) return [wholeView(term.shape)]
  const below = viewsUnder(terms, users, terms[term.inputs[0]])
  return below.map((view) => movedView(term, view) ?? wholeView(term.shape))
}

/** Whether every element along these axes is the same, as far as movements show it. */
export function isConstantAlong(terms: readonly Term[], term: Term, axes: readonly number[]): boolean {
  const seen = viewOf(terms, term)
  return (
    seen !== null &&
    !seen.view.guard &&
    axes.every((axis) => term.shape[axis] === 1 || seen.view.strides[axis] === 0)
  )
}
