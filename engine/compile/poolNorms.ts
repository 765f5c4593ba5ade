/**
 * An average of scaled and shifted values is the scaled and shifted average, as long as all taps share scale and shift. So a
 * norm before pooling moves behind it, into the pool's epilogue, and the normed map is never written.
 */

import { type Program, type ProgramBuilder, rewritten, type Term, type TermOf, usersOf } from './program'
import { isElementwise } from './termKinds'
import { isConstantAlong } from './termViews'

export function poolNorms(program: Program): Program {
  if (!program.terms.some(isAveragePool)) return program
  const users = usersOf(program)
  // New terms that are read once: below a norm they are part of it, anything else is a value of its own.
  const isReadOnce = new Set<number>()
  return rewritten(program, (b, term, inputs) => {
    if (inputs.length === 0) return null
    const isFree =
      isAveragePool(term) &&
      users[term.inputs[0]].every((id) => id === term.id || isElementwise(program.terms[id]))
    const made = isFree
      ? pooled(b, term, inputs[0], isReadOnce)
      : b.term(term.op, term.attrs as never, inputs)
    if (users[term.id].length === 1) isReadOnce.add(made.id)
    return made
  })
}

const isAveragePool = (term: Term): term is TermOf<'pool'> =>
  term.op === 'pool' && term.attrs.fn === 'average'

function pooled(b: ProgramBuilder, pool: TermOf<'pool'>, x: Term, isReadOnce: ReadonlySet<number>): Term {
  const asItIs = () => b.term('pool', pool.attrs, [x])
  if (x.op !== 'binary') return asItIs()
  const { fn } = x.attrs
  const [values, other] = x.inputs.map((id) => b.terms[id])
  const { padding, countIncludePad } = pool.attrs
  const weighsOne = !countIncludePad || (padding[0] === 0 && padding[1] === 0)
  const isAffine = fn === 'mul' || fn === 'div' || (weighsOne && (fn === 'add' || fn === 'sub'))
  if (!isAffine || !isConstantAlong(b.terms, other, [1, 2])) return asItIs()
  const [n, , , c] = x.shape
  const one = b.slice(other, [0, 0, 0, 0], [n, 1, 1, c])
  const inner = isReadOnce.has(values.id)
    ? pooled(b, pool, values, isReadOnce)
    : b.term('pool', pool.attrs, [values])
  return b.binary(fn, inner, b.broadcast(one, inner.shape))
}
