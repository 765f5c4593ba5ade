/** What dot and conv have in common: axes of the activations and of the weight that are summed, and those that remain. */
import { freeAxes } from '../ops/shape'
import type { Term } from './program'

/** A contraction of activations with a fixed weight. */
export interface Contraction {
  readonly term: Term & { readonly op: 'dot' | 'conv' }
  /** Which input is the weight. */
  readonly weight: 0 | 1
  /** Summed axes, activations and weight side by side. */
  readonly contracted: readonly [readonly number[], readonly number[]]
  /** Weight axes that remain, and where they are in the result. */
  readonly kept: readonly [readonly number[], readonly number[]]
}

/** Null when there is no such weight. */
export function contractionOf(terms: readonly Term[], term: Term): Contraction | null {
  if (term.op !== 'dot' && term.op !== 'conv') return null
  const [x, y] = term.inputs.map((id) => terms[id])
  if (x.isFixed === y.isFixed) return null
  const weight = x.isFixed ? 0 : 1
  if (term.op === 'conv') {
    if (weight === 0) return null
    return { term, weight, contracted: [[3], [3]], kept: [[0], [3]] }
  }
  const { batch, contract } = term.attrs
  const kept = freeAxes(terms[term.inputs[weight]].shape, batch[weight], contract[weight])
  const before = weight === 0 ? batch[0].length : term.shape.length - kept.length
  const other = weight === 0 ? 1 : 0
  return {
    term,
    weight,
    contracted: [contract[other], contract[weight]],
    kept: [kept, kept.map((_, i) => before + i)],
  }
}
