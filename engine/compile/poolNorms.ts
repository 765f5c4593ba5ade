/**
 * An average of scaled and shifted values is the scaled and shifted average, as long as all taps share scale and shift. So a
 * norm before pooling moves behind it, into the pool's epilogue, and the normed map is never written.
 */
import { type Program, type ProgramBuilder, rewritten, type Term, type TermOf } from './program'
import { isConstantAlong } from './termViews'

export function poolNorms(program: Program): Program {
  return rewritten(program, (b, term, inputs) =>
    term.op === 'pool' && term.attrs.fn === 'average' ? pooled(b, term, inputs[0]) : null,
  )
}

function pooled(b: ProgramBuilder, pool: TermOf<'pool'>, x: Term): Term {
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
  const inner = pooled(b, pool, values)
  return b.binary(fn, inner, b.broadcast(one, inner.shape))
}
