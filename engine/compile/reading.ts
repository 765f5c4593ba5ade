/**
 * What a kernel reads, as one expression over stored tensors. Element-wise terms are computed on the way; movements become the
 * views of the operands at the far end.
 */

import type { Shape } from '../graph/graph'
import type { Expression, Operand, View } from '../kernels/spec'
import { wholeView } from '../kernels/views'
import { numberOf } from './constants'
import type { Term } from './program'
import { isSpread } from './spreads'
import { isElementwise, isMovement, isSource } from './termKinds'
import { movedView } from './termViews'
import { broadcasted, gathered, isAllFill, padded, reshaped } from './views'

/** Thrown when reading needs this term in a tensor of its own; the kernel is then tried again. */
export class NeedsTensor {
  readonly term: number
  /** Axes that strides can say, where they cannot say those of the kernel: iterating over these might do. */
  readonly axes: Shape | null
  constructor(term: number, axes: Shape | null = null) {
    this.term = term
    this.axes = axes
  }
  get isAboutViews(): boolean {
    return this.axes !== null
  }
}

/** Thrown when a region cannot end where it was tried. */
export class CannotFuse {
  readonly isAboutViews: boolean
  constructor(isAboutViews: boolean) {
    this.isAboutViews = isAboutViews
  }
}

/** One movement between a term and the kernel that reads it. */
interface PathStep {
  apply(view: View): View | null
  /** The term that can be stored so that the movement works; null when there is none. */
  readonly remedy: number | null
  /** The movement keeps the order of elements: only the last of several in a row counts. */
  readonly isReshape?: true
}

/** How the kernel's iteration looks at a term: movements, the nearest to the term first. */
export interface Path {
  readonly key: string
  readonly steps: readonly PathStep[]
}

export const straight: Path = { key: '', steps: [] }

/** `path` behind one more movement, which comes first. */
export function behind(step: PathStep, key: number | string, path: Path): Path {
  if (step.isReshape && path.steps[0]?.isReshape) return path
  return { key: `${key} ${path.key}`, steps: [step, ...path.steps] }
}

/** To look at something as if it had this shape. */
export function reshaping(shape: Shape, remedy: number | null): PathStep {
  return { apply: (view) => reshaped(view, shape), remedy, isReshape: true }
}

/** Null when strides cannot say it. */
export function along({ steps }: Path, view: View): View | null {
  let seen: View | null = view
  for (const step of steps) seen = seen && step.apply(seen)
  return seen
}

/** Where values come from while a program is scheduled. */
export interface Sources {
  readonly terms: readonly Term[]
  isStored(id: number): boolean
  /** The tensor of a stored term or a source, in the term's shape. */
  placeOf(id: number): Operand
  /** A tensor that holds the number 1. */
  one(): Operand
}

/** Terms that an epilogue computes from what its kernel has summed. */
export interface EpilogueTerms {
  readonly head: number
  /** The path from the kernel's result to this member; null for terms outside. */
  pathTo(id: number): Path | null
}

export class Reading {
  readonly operands: Operand[] = []
  /** Terms computed or passed on the way. */
  readonly terms = new Set<number>()
  private readonly sources: Sources
  private readonly isFixed: boolean
  private readonly epilogue: EpilogueTerms | null
  private readonly known = new Map<string, Expression>()

  /** `isFixed`: the kernel runs once, before the first forward, and computes what depends on weights only. */
  constructor(sources: Sources, isFixed: boolean, epilogue: EpilogueTerms | null = null) {
    this.sources = sources
    this.isFixed = isFixed
    this.epilogue = epilogue
  }

  /** The value of a term: from its tensor when it has one. Throws NeedsTensor and CannotFuse. */
  read(id: number, path: Path = straight): Expression {
    const key = `${id}|${path.key}`
    const known = this.known.get(key)
    if (known) return known
    const made = this.readAnew(id, path)
    this.known.set(key, made)
    return made
  }

  /** The value of a term from its inputs, although it has a tensor: for the kernel that writes that tensor. */
  compute(id: number, path: Path = straight): Expression {
    const term = this.sources.terms[id]
    const number = numberOf(this.sources.terms, term)
    if (number !== null && Number.isFinite(number)) return { kind: 'number', value: number }
    if (isMovement(term)) return this.moved(term, path)
    if (term.op === 'concat') return this.joined(term, path)
    if (term.op === 'gather') return this.gathered(term, path)
    if (!isElementwise(term)) throw new NeedsTensor(id)
    this.terms.add(id)
    return this.elementwise(term, path)
  }

  private readAnew(id: number, path: Path): Expression {
    const { sources, epilogue } = this
    const term = sources.terms[id]
    if (epilogue?.head === id) return { kind: 'accumulator' }
    const member = epilogue?.pathTo(id)
    if (member) return this.ofEpilogue(term, member)
    if (sources.isStored(id)) return this.operand(sources.placeOf(id), path)
    if (isSource(term) && numberOf(sources.terms, term) === null)
      return this.operand(sources.placeOf(id), path)
    const isComputed = !isMovement(term) && !isSource(term)
    if (isComputed && term.isFixed && !this.isFixed && !isSpread(sources.terms, term))
      throw new NeedsTensor(id)
    return this.compute(id, path)
  }

  private ofEpilogue(term: Term, path: Path): Expression {
    this.terms.add(term.id)
    if (!isMovement(term)) return this.elementwise(term, path)
    const [below] = term.inputs
    return this.read(below, this.epilogue?.pathTo(below) ?? path)
  }

  private elementwise(term: Term, path: Path): Expression {
    const [x, y, z] = term.inputs.map((input) => this.read(input, path))
    switch (term.op) {
      case 'unary':
        return { kind: 'unary', fn: term.attrs.fn, x }
      case 'binary':
        return { kind: 'binary', fn: term.attrs.fn, x, y }
      default:
        return { kind: 'select', condition: x, x: y, y: z }
    }
  }

  private moved(term: Term, path: Path): Expression {
    this.terms.add(term.id)
    const [below] = term.inputs
    if (term.op === 'reshape') return this.read(below, behind(reshaping(term.shape, below), term.id, path))
    if (term.op !== 'pad' || this.isPlain(below)) {
      return this.read(
        below,
        behind({ apply: (view) => movedView(term, view), remedy: below }, term.id, path),
      )
    }
    // The padding of a computed value: its operands are guarded, and a guarded 1 says where the value counts.
    const { low, high, value } = term.attrs
    const inner = this.read(below, guarded(below, low, high, path))
    const inside = this.mask(this.sources.terms[below], low, high, path)
    return { kind: 'select', condition: inside, x: inner, y: { kind: 'number', value } }
  }

  private gathered(term: Term & { readonly op: 'gather' }, path: Path): Expression {
    const [below, index] = term.inputs
    this.terms.add(term.id)
    const numbers = new Reading(this.sources, this.isFixed)
    const expression = numbers.read(index)
    const [place] = numbers.operands
    if (expression.kind !== 'operand' || place.view.guard || place.view.indirect) throw new NeedsTensor(index)
    for (const id of numbers.terms) this.terms.add(id)
    const apply = (view: View) => gathered(view, term.attrs, place)
    return this.read(below, behind({ apply, remedy: below }, term.id, path))
  }

  /** Parts behind guards: outside of its place a part is 0. */
  private joined(term: Term & { readonly op: 'concat' }, path: Path): Expression {
    const { terms } = this.sources
    this.terms.add(term.id)
    const { axis } = term.attrs
    let sum: Expression | null = null
    let first = 0
    for (const id of term.inputs) {
      const part = terms[id]
      const low = part.shape.map((_, at) => (at === axis ? first : 0))
      const high = part.shape.map((size, at) => (at === axis ? term.shape[axis] - first - size : 0))
      first += part.shape[axis]
      let value = this.read(id, guarded(id, low, high, path))
      if (!this.isPlain(id)) {
        const inside = this.mask(part, low, high, path)
        value = { kind: 'select', condition: inside, x: value, y: { kind: 'number', value: 0 } }
      }
      sum = sum ? { kind: 'binary', fn: 'add', x: sum, y: value } : value
    }
    return sum as Expression
  }

  /** 1 inside, 0 in the padding. */
  private mask(inner: Term, low: readonly number[], high: readonly number[], path: Path): Expression {
    const ones = inner.shape.map(() => 1)
    const view = padded(broadcasted(wholeView(ones), inner.shape), low, high, 0) as View
    return this.operand({ tensor: this.sources.one().tensor, view }, path)
  }

  /** Whether a term is read as it lies, through movements only. */
  private isPlain(id: number): boolean {
    const { terms } = this.sources
    const term = terms[id]
    if (this.sources.isStored(id)) return true
    if (numberOf(terms, term) !== null) return false
    if (isSource(term)) return true
    if (isMovement(term)) return (term.op !== 'pad' || term.attrs.value === 0) && this.isPlain(term.inputs[0])
    if (term.op === 'gather') return this.isPlain(term.inputs[0])
    return !isElementwise(term) && term.op !== 'concat'
  }

  private operand({ tensor, view }: Operand, path: Path): Expression {
    let seen = view
    for (const step of path.steps) {
      const next = step.apply(seen)
      if (!next && step.remedy === null) throw new CannotFuse(true)
      if (!next) throw new NeedsTensor(step.remedy as number, seen.shape)
      seen = next
    }
    if (isAllFill(seen)) return { kind: 'number', value: seen.guard?.fill ?? 0 }
    const same = this.operands.findIndex((other) => other.tensor === tensor && sameView(other.view, seen))
    if (same >= 0) return { kind: 'operand', index: same }
    this.operands.push({ tensor, view: seen })
    return { kind: 'operand', index: this.operands.length - 1 }
  }
}

function guarded(id: number, low: readonly number[], high: readonly number[], path: Path): Path {
  return behind({ apply: (view) => padded(view, low, high, 0), remedy: id }, `${id}+${low}+${high}`, path)
}

function sameView(one: View, other: View): boolean {
  return (
    one.offset === other.offset &&
    one.strides.every((stride, axis) => stride === other.strides[axis]) &&
    JSON.stringify([one.guard, one.indirect]) === JSON.stringify([other.guard, other.indirect])
  )
}
