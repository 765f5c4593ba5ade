/**
 * What scales and shifts channels right before a product with weights goes into the weights:
 * (x g + b) W = x (diag(g) W) + b W. So a norm's affine costs nothing at run time. Only where every reader of the scaled
 * values is such a product: otherwise they are needed anyway.
 */
import { sameShape } from '../graph/graph'
import { numberOf } from './constants'
import { type Contraction, contractionOf } from './contractions'
import {
  type Program,
  type ProgramBuilder,
  rewritten,
  type Term,
  type TermAttributes,
  usersOf,
} from './program'
import { isConstantAlong } from './termViews'

export function foldNorms(program: Program): Program {
  const onlyFeeds = feedsOnlyContractions(program)
  const foldable = new Set<number>()
  return rewritten(program, (b, term, inputs) => {
    const made =
      inputs.length > 0 && (term.op === 'dot' || term.op === 'conv')
        ? b.term(term.op, term.attrs as never, inputs)
        : null
    if (made) return folded(b, made, foldable)
    if (!onlyFeeds[term.id] || !isAffine(term)) return null
    const copy = b.term(term.op, term.attrs as never, inputs)
    foldable.add(copy.id)
    return copy
  })
}

const isAffine = (term: Term): boolean =>
  term.op === 'binary' && (term.attrs.fn === 'mul' || term.attrs.fn === 'add' || term.attrs.fn === 'sub')

/** Per term: every reader, through movements and further scales and shifts, is a contraction with a fixed weight. */
function feedsOnlyContractions(program: Program): boolean[] {
  const { terms, outputs } = program
  const users = usersOf(program)
  const isOutput = new Set(outputs.map(({ term }) => term))
  const answers = Array<boolean>(terms.length).fill(false)
  for (let id = terms.length - 1; id >= 0; id--) {
    answers[id] =
      users[id].length > 0 &&
      !isOutput.has(id) &&
      users[id].every((user) => {
        const reader = terms[user]
        if (isPassable(reader)) return answers[user]
        if (isAffine(reader))
          return answers[user] && reader.inputs.some((input) => input !== id && terms[input].isFixed)
        return contractionOf(terms, reader) !== null
      })
  }
  return answers
}

function folded(b: ProgramBuilder, term: Term, foldable: ReadonlySet<number>): Term {
  const contraction = contractionOf(b.terms, term)
  if (!contraction) return term
  const source = peeled(b, b.terms[term.inputs[contraction.weight === 0 ? 1 : 0]])
  if (!foldable.has(source.term.id) || source.term.op !== 'binary') return term
  const { fn } = source.term.attrs
  const [left, right] = source.term.inputs.map((id) => b.terms[id])
  const isReversed = left.isFixed && fn !== 'sub'
  const [values, vector] = isReversed ? [right, left] : [left, right]
  if (!vector.isFixed || numberOf(b.terms, vector) !== null) return term

  const along = source.moved(vector)
  // One number for all channels is as cheap where it stands, and leaves the weight as it was loaded.
  if (isConstantAlong(b.terms, along, contraction.contracted[0])) return term
  const [summed] = contraction.contracted
  const others = along.shape.map((_, axis) => axis).filter((axis) => !summed.includes(axis))
  if (!isConstantAlong(b.terms, along, others)) return term
  const line = b.slice(
    along,
    along.shape.map(() => 0),
    along.shape.map((size, axis) => (summed.includes(axis) ? size : 1)),
  )
  return b.standingFor([...term.nodes, ...source.nodes], () => {
    if (fn === 'mul') {
      const weight = weightTimes(b, contraction, line)
      return folded(b, withInputs(b, contraction, source.moved(values), weight), foldable)
    }
    if (term.op === 'conv' && hasBorder(term.attrs)) return term
    const shift = shiftOf(b, contraction, line)
    const before = folded(b, withInputs(b, contraction, source.moved(values), null), foldable)
    return b.binary(fn as 'add' | 'sub', before, shift)
  })
}

interface Peeled {
  readonly term: Term
  readonly nodes: readonly number[]
  /** Applies the movements that lay above `term` to another term of its shape. */
  moved(other: Term): Term
}

/** Movements that a scale may be applied before or after. */
const isPassable = ({ op }: Term): boolean => op === 'reshape' || op === 'transpose' || op === 'slice'

function peeled(b: ProgramBuilder, term: Term): Peeled {
  if (!isPassable(term)) return { term, nodes: term.nodes, moved: (other) => other }
  const inner = peeled(b, b.terms[term.inputs[0]])
  return {
    term: inner.term,
    nodes: [...inner.nodes, ...term.nodes],
    moved: (other) => b.term(term.op, term.attrs as never, [inner.moved(other)]),
  }
}

function withInputs(
  b: ProgramBuilder,
  { term, weight }: Contraction,
  values: Term,
  newWeight: Term | null,
): Term {
  const kept = newWeight ?? b.terms[term.inputs[weight]]
  return b.term(term.op, term.attrs as never, weight === 0 ? [kept, values] : [values, kept])
}

/** The weight, scaled along its summed axes by a line that has the shape of the activations with 1 elsewhere. */
function weightTimes(b: ProgramBuilder, contraction: Contraction, line: Term): Term {
  const weight = b.terms[contraction.term.inputs[contraction.weight]]
  return b.binary('mul', weight, alongWeight(b, contraction, line, weight))
}

/** The sum of weight times line, in the shape of the result. */
function shiftOf(b: ProgramBuilder, contraction: Contraction, line: Term): Term {
  const { term, weight: side } = contraction
  const weight = b.terms[term.inputs[side]]
  const product = b.binary('mul', weight, alongWeight(b, contraction, line, weight))
  const [kept, places] = contraction.kept
  const others = weight.shape.map((_, axis) => axis).filter((axis) => !kept.includes(axis))
  const sums = b.reduce('sum', product, others)
  const shape = term.shape.map((_, axis) => {
    const at = places.indexOf(axis)
    return at < 0 ? 1 : weight.shape[kept[at]]
  })
  if (term.op === 'dot' && term.attrs.batch[0].length > 0)
    return b.broadcast(batchedShift(b, contraction, product), term.shape)
  return b.broadcast(b.reshape(sums, shape), term.shape)
}

function batchedShift(b: ProgramBuilder, contraction: Contraction, product: Term): Term {
  const { term, weight: side } = contraction
  if (term.op !== 'dot') return product
  const batch = term.attrs.batch[side]
  const [kept] = contraction.kept
  const sums = b.reduce('sum', product, contraction.contracted[1])
  const ordered = b.transpose(sums, [...batch, ...kept, ...contraction.contracted[1]])
  const middle = term.shape.length - batch.length - kept.length
  const sizes = [...batch, ...kept].map((axis) => product.shape[axis])
  const ones = Array<number>(middle).fill(1)
  return b.reshape(
    ordered,
    side === 0
      ? [...sizes, ...ones]
      : [...sizes.slice(0, batch.length), ...ones, ...sizes.slice(batch.length)],
  )
}

function alongWeight(b: ProgramBuilder, contraction: Contraction, line: Term, weight: Term): Term {
  const [summed, weightAxes] = contraction.contracted
  if (contraction.term.op === 'conv') {
    const { groups } = contraction.term.attrs
    const [out, , , perGroup] = weight.shape
    const lines = b.broadcast(b.reshape(line, [groups, 1, perGroup]), [groups, out / groups, perGroup])
    return b.broadcast(b.reshape(lines, [out, 1, 1, perGroup]), weight.shape)
  }
  // The line's axes in the order in which the weight has them.
  const order = summed.map((_, i) => i).sort((i, j) => weightAxes[i] - weightAxes[j])
  const sizes = summed.map((axis) => line.shape[axis])
  const inOrder = [...summed].sort((i, j) => i - j)
  const compact = b.reshape(
    line,
    inOrder.map((axis) => line.shape[axis]),
  )
  const turned = b.transpose(
    compact,
    order.map((i) => inOrder.indexOf(summed[i])),
  )
  const shape = weight.shape.map((_, axis) => {
    const at = weightAxes.indexOf(axis)
    return at < 0 ? 1 : sizes[at]
  })
  return b.broadcast(b.reshape(turned, shape), weight.shape)
}

function hasBorder({ padding, inputDilation }: TermAttributes['conv']): boolean {
  return !sameShape(padding.flat(), [0, 0, 0, 0]) || !sameShape(inputDilation, [1, 1])
}
