/**
 * A weight that is larger than the adapter binds is cut along an axis of the result: each part gets a product of its own, which
 * writes its share. Parts of a parameter are parameters too, of which only these rows are ever made.
 */
import { elements } from '../graph/graph'
import type { DeviceTraits } from '../kernels/kernel'
import { contractionOf } from './contractions'
import { type Program, type ProgramBuilder, rewritten, type Term } from './program'
import { isElementwise } from './termKinds'

export function splitWeights(program: Program, { limits }: DeviceTraits): Program {
  const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize) / 4
  if (program.terms.every(({ shape, isFixed }) => !isFixed || elements(shape) <= most)) return program
  return rewritten(program, (b, term, inputs) => {
    if (term.op !== 'dot' && term.op !== 'conv') return null
    const whole = b.term(term.op, term.attrs as never, inputs)
    return inParts(b, whole, most) ?? whole
  })
}

function inParts(b: ProgramBuilder, term: Term, most: number): Term | null {
  const contraction = contractionOf(b.terms, term)
  if (!contraction || (term.op === 'conv' && term.attrs.groups > 1)) return null
  const weight = b.terms[term.inputs[contraction.weight]]
  const [[axis], [place]] = contraction.kept
  if (axis === undefined || elements(weight.shape) <= most) return null
  const values = b.terms[term.inputs[1 - contraction.weight]]
  const parts = rowsOfParts(weight.shape[axis], elements(weight.shape), most).map((rows) => {
    const part = partOf(b, weight, axis, rows)
    const inputs = contraction.weight === 0 ? [part, values] : [values, part]
    return part && b.term(term.op, term.attrs as never, inputs as readonly Term[])
  })
  if (!parts.every((part) => part !== null)) return null
  return b.inPlaceOf(term, () => b.term('concat', { axis: place }, parts))
}

interface Rows {
  readonly first: number
  readonly count: number
}

/** Parts of equal length, a multiple of four rows, so that kernels read and write them in fours. */
function rowsOfParts(rows: number, size: number, most: number): Rows[] {
  const perPart = Math.max(4, Math.floor((most * rows) / size / 4) * 4)
  const parts = Math.ceil(rows / perPart)
  const even = Math.ceil(rows / parts / 4) * 4
  return Array.from({ length: Math.ceil(rows / even) }, (_, i) => ({
    first: i * even,
    count: Math.min(even, rows - i * even),
  }))
}

/** These rows of a weight along an axis, from the same rows of what it is made of; null when they are not apart there. */
function partOf(b: ProgramBuilder, term: Term, axis: number, rows: Rows): Term | null {
  const inputs = term.inputs.map((id) => b.terms[id])
  const cut = (list: readonly number[], value: number) => list.map((n, at) => (at === axis ? value : n))
  if (term.op === 'param') {
    if (axis !== 0) return null
    return b.source(
      'param',
      { ...term.attrs, first: (term.attrs.first ?? 0) + rows.first },
      cut(term.shape, rows.count),
    )
  }
  if (term.op === 'transpose') {
    const part = partOf(b, inputs[0], term.attrs.axes[axis], rows)
    return part && b.transpose(part, term.attrs.axes)
  }
  if (term.op === 'broadcast') {
    const isRepeated = inputs[0].shape[axis] === 1
    const part = isRepeated ? inputs[0] : partOf(b, inputs[0], axis, rows)
    return part && b.broadcast(part, cut(term.shape, rows.count))
  }
  if (term.op === 'reshape') {
    const before = elements(term.shape.slice(0, axis))
    const [x] = inputs
    const at = x.shape.findIndex(
      (size, i) => size === term.shape[axis] && elements(x.shape.slice(0, i)) === before,
    )
    const part = at < 0 ? null : partOf(b, x, at, rows)
    return part && b.reshape(part, cut(term.shape, rows.count))
  }
  if (isElementwise(term) || (term.op === 'reduce' && !term.attrs.axes.includes(axis))) {
    const parts = inputs.map((input) => partOf(b, input, axis, rows))
    return parts.every((part) => part !== null) ? b.term(term.op, term.attrs as never, parts) : null
  }
  return b.slice(
    term,
    cut(
      term.shape.map(() => 0),
      rows.first,
    ),
    cut(term.shape, rows.count),
  )
}
