/**
 * What is added to a concatenation is added to its parts: the kernels that write the parts do it on the way, as with the position
 * embedding of a class token and patches. Only for weights, and where nobody needs the parts put together without them.
 */
import { isElementwise, type Program, rewritten, type Term, usersOf } from './program'

export function splitConcats(program: Program): Program {
  if (!program.terms.some(({ op }) => op === 'concat')) return program
  const users = usersOf(program)
  const isOutput = new Set(program.outputs.map(({ term }) => term))
  return rewritten(program, (b, term, inputs) => {
    if (!isElementwise(term) || term.isFixed) return null
    const at = inputs.findIndex((input) => !input.isFixed)
    const whole = inputs[at]
    const isPassing = users[term.inputs[at]].length === 1 && !isOutput.has(term.inputs[at])
    if (whole.op !== 'concat' || !isPassing || inputs.some((input, i) => i !== at && !input.isFixed))
      return null
    const { axis } = whole.attrs
    let first = 0
    const parts = whole.inputs.map((id): Term => {
      const part = b.terms[id]
      const start = part.shape.map((_, i) => (i === axis ? first : 0))
      first += part.shape[axis]
      const sliced = inputs.map((input, i) => (i === at ? part : b.slice(input, start, part.shape)))
      return b.term(term.op, term.attrs as never, sliced)
    })
    return b.term('concat', { axis }, parts)
  })
}
