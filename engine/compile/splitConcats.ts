/**
 * What is added to a concatenation is added to its parts: the kernels that write the parts do it on the way, as with the position
 * embedding of a class token and patches. Only for weights, and where nobody needs the parts put together without them.
 */

import { type Program, type ProgramBuilder, rewritten, type Term, usersOf } from './program'
import { isElementwise } from './termKinds'

export function splitConcats(program: Program): Program {
  if (!program.terms.some(({ op }) => op === 'concat')) return program
  const users = usersOf(program)
  const isOutput = new Set(program.outputs.map(({ term }) => term))
  const isPassing = (id: number) => users[id].length === 1 && !isOutput.has(id)
  return rewritten(program, (b, term, inputs) => {
    if (term.op === 'concat') return flattened(b, term, inputs, isPassing)
    if (!isElementwise(term) || term.isFixed) return null
    const at = inputs.findIndex((input) => !input.isFixed)
    const whole = inputs[at]
    const isAlone = inputs.every((input, i) => i === at || input.isFixed)
    if (whole.op !== 'concat' || !isAlone || !isPassing(term.inputs[at])) return null
    const { axis } = whole.attrs
    let first = 0
    const parts = whole.inputs.map((id): Term => {
      const part = b.terms[id]
      const start = part.shape.map((_, i) => (i === axis ? first : 0))
      first += part.shape[axis]
      const operands = inputs.map((input, i) => (i === at ? part : b.slice(input, start, part.shape)))
      return b.term(term.op, term.attrs as never, operands)
    })
    return b.inPlaceOf(whole, () => b.term('concat', { axis }, parts))
  })
}

/** Parts that are concatenations along the same axis lend their own parts. */
function flattened(
  b: ProgramBuilder,
  { attrs, inputs: before }: Term & { readonly op: 'concat' },
  inputs: readonly Term[],
  isPassing: (id: number) => boolean,
): Term {
  const at = inputs.findIndex(
    (part, i) => part.op === 'concat' && part.attrs.axis === attrs.axis && isPassing(before[i]),
  )
  const inner = inputs[at]
  if (!inner) return b.term('concat', attrs, inputs)
  const parts = inputs.toSpliced(at, 1, ...inner.inputs.map((id) => b.terms[id]))
  return b.inPlaceOf(inner, () => b.term('concat', attrs, parts))
}
