/**
 * What scales the result of a product with weights, channel by channel, goes into the weights: (x W + b) s = x (W s) + b s.
 * So a BatchNorm after a convolution costs one bias. A plain learned scale stays where it is when the weight would
 * otherwise be used as it was loaded: it rides along for free, a second copy of the weight does not.
 */

import { numberOf } from './constants'
import { type Contraction, contractionOf } from './contractions'
import { type Program, type ProgramBuilder, rewritten, type Term, usersOf } from './program'
import { isMovement } from './termKinds'
import { isConstantAlong } from './termViews'

export function foldScales(program: Program): Program {
  const isOutput = new Set(program.outputs.map(({ term }) => term))
  const users = usersOf(program)
  // New terms that nobody but the next reader needs.
  const isPassing = new Set<number>()
  return rewritten(program, (b, term, inputs) => {
    let made: Term | null = null
    if (term.op === 'binary' && term.attrs.fn === 'mul') {
      const [x, y] = inputs
      made = y.isFixed ? scaled(b, x, y, isPassing) : x.isFixed ? scaled(b, y, x, isPassing) : null
      made ??= b.binary('mul', x, y)
    } else if (inputs.length > 0) made = b.term(term.op, term.attrs as never, inputs)
    if (made && users[term.id].length === 1 && !isOutput.has(term.id)) isPassing.add(made.id)
    return made
  })
}

/** x times scale with the scale inside of x's weights, or null when it does not get there. */
function scaled(b: ProgramBuilder, x: Term, scale: Term, isPassing: ReadonlySet<number>): Term | null {
  if (x.isFixed || !isPassing.has(x.id) || numberOf(b.terms, scale) !== null) return null
  if (x.op === 'binary' && (x.attrs.fn === 'add' || x.attrs.fn === 'sub')) {
    const [left, right] = x.inputs.map((id) => b.terms[id])
    if (!right.isFixed) return null
    const inner = scaled(b, left, scale, isPassing)
    return inner && b.inPlaceOf(x, () => b.binary(x.attrs.fn, inner, b.binary('mul', right, scale)))
  }
  if (x.op === 'reshape') {
    const below = b.terms[x.inputs[0]]
    const inner = scaled(b, below, b.reshape(scale, below.shape), isPassing)
    return inner && b.reshape(inner, x.shape)
  }
  const contraction = contractionOf(b.terms, x)
  return contraction && scaledWeights(b, contraction, scale)
}

function scaledWeights(b: ProgramBuilder, contraction: Contraction, scale: Term): Term | null {
  const { term, weight: side } = contraction
  const weight = b.terms[term.inputs[side]]
  const [kept, places] = contraction.kept
  if (isAsLoaded(b, weight) && isAsLoaded(b, scale)) return null
  const others = term.shape.map((_, axis) => axis).filter((axis) => !places.includes(axis))
  if (!isConstantAlong(b.terms, scale, others)) return null
  const line = b.slice(
    scale,
    term.shape.map(() => 0),
    term.shape.map((size, axis) => (places.includes(axis) ? size : 1)),
  )
  const shape = weight.shape.map((size, axis) => (kept.includes(axis) ? size : 1))
  const product = b.binary('mul', weight, b.broadcast(b.reshape(line, shape), weight.shape))
  const values = b.terms[term.inputs[side === 0 ? 1 : 0]]
  return b.inPlaceOf(term, () =>
    b.term(term.op, term.attrs as never, side === 0 ? [product, values] : [values, product]),
  )
}

/** A parameter, at most seen through a view that a product reads directly. */
function isAsLoaded(b: ProgramBuilder, term: Term): boolean {
  if (term.op === 'param') return true
  return isMovement(term) && term.op !== 'transpose' && isAsLoaded(b, b.terms[term.inputs[0]])
}
