/**
 * What a kernel reads, as one expression over stored tensors. Element-wise terms are computed on the way; movements become the
 * views of the operands at the far end.
 */
import type { Expression, Operand, View } from '../kernels/spec'
import { wholeView } from '../kernels/views'
import { numberOf } from './constants'
import { isElementwise, isSource, type Term } from './program'
import { isMovement, movedView } from './termViews'
import { broadcasted, isAllFill, padded } from './views'

/** Thrown when reading needs this term in a tensor of its own; the kernel is then tried again. */
export class NeedsTensor {
  readonly term: number
  constructor(term: number) {
    this.term = term
  }
}

/** Thrown when a region cannot end where it was tried. */
export class CannotFuse {}

/** One movement between a term and the kernel that reads it. */
interface PathStep {
  apply(view: View): View | null
  /** The term that can be stored so that the movement works; null when there is none. */
  readonly remedy: number | null
}

/** How the kernel's iteration looks at a term: movements, the nearest to the term first. */
export interface Path {
  readonly key: string
  readonly steps: readonly PathStep[]
}

export const straight: Path = { key: '', steps: [] }

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

  read(id: number, path: Path = straight): Expression {
    const key = `${id}|${path.key}`
    const known = this.known.get(key)
    if (known) return known
    const made = this.readAnew(id, path)
    this.known.set(key, made)
    return made
  }

  private readAnew(id: number, path: Path): Expression {
    const { terms } = this.sources
    const term = terms[id]
    if (this.epilogue?.head === id) return { kind: 'accumulator' }
    const own = this.epilogue?.pathTo(id)
    if (own) {
      this.terms.add(id)
      return isMovement(term)
        ? this.read(term.inputs[0], this.epilogue?.pathTo(term.inputs[0]) ?? path)
        : this.computed(term, own)
    }
    if (this.sources.isStored(id)) return this.operand(this.sources.placeOf(id), path)
    const number = numberOf(terms, term)
    if (number !== null && Number.isFinite(number)) return { kind: 'number', value: number }
    if (isSource(term)) return this.operand(this.sources.placeOf(id), path)
    if (isMovement(term)) return this.moved(term, path)
    if (term.isFixed && !this.isFixed) throw new NeedsTensor(id)
    if (term.op === 'concat') return this.joined(term, path)
    if (!isElementwise(term)) throw new NeedsTensor(id)
    this.terms.add(id)
    return this.computed(term, path)
  }

  private computed(term: Term, path: Path): Expression {
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
    if (term.op !== 'pad' || this.isPlain(below)) return this.read(below, through(term, path))
    // The padding of a computed value: its operands are guarded, and a guarded 1 says where the value counts.
    const low = term.attrs.low
    const inner = this.read(below, guarded(`pad ${term.id}`, low, term.attrs.high, below, path))
    const inside = this.mask(this.sources.terms[below], low, term.attrs.high, path)
    return { kind: 'select', condition: inside, x: inner, y: { kind: 'number', value: term.attrs.value } }
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
      let value = this.read(id, guarded(`part ${term.id} ${first}`, low, high, id, path))
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
    const one = this.sources.one()
    const ones = inner.shape.map(() => 1)
    const view = padded(broadcasted(wholeView(ones), inner.shape), low, high, 0) as View
    return this.operand({ tensor: one.tensor, view }, path)
  }

  /** Whether a term is read as it lies, through movements only. */
  private isPlain(id: number): boolean {
    const { terms } = this.sources
    const term = terms[id]
    if (this.sources.isStored(id) || isSource(term))
      return numberOf(terms, term) === null || this.sources.isStored(id)
    if (numberOf(terms, term) !== null) return false
    if (term.op === 'pad') return term.attrs.value === 0 && this.isPlain(term.inputs[0])
    if (isMovement(term)) return this.isPlain(term.inputs[0])
    return !isElementwise(term) && term.op !== 'concat'
  }

  private operand({ tensor, view }: Operand, path: Path): Expression {
    let seen = view
    for (const step of path.steps) {
      const next = step.apply(seen)
      if (!next && step.remedy === null) throw new CannotFuse()
      if (!next) throw new NeedsTensor(step.remedy as number)
      seen = next
    }
    if (isAllFill(seen)) return { kind: 'number', value: seen.guard?.fill ?? 0 }
    const same = this.operands.findIndex((other) => other.tensor === tensor && sameView(other.view, seen))
    if (same >= 0) return { kind: 'operand', index: same }
    this.operands.push({ tensor, view: seen })
    return { kind: 'operand', index: this.operands.length - 1 }
  }
}

function through(term: Term, path: Path): Path {
  const step = { apply: (view: View) => movedView(term, view), remedy: term.inputs[0] }
  return { key: `${term.id} ${path.key}`, steps: [step, ...path.steps] }
}

function guarded(
  key: string,
  low: readonly number[],
  high: readonly number[],
  remedy: number,
  path: Path,
): Path {
  const step = { apply: (view: View) => padded(view, low, high, 0), remedy }
  return { key: `${key} ${path.key}`, steps: [step, ...path.steps] }
}

function sameView(one: View, other: View): boolean {
  return (
    one.offset === other.offset &&
    one.strides.every((stride, axis) => stride === other.strides[axis]) &&
    JSON.stringify(one.guard) === JSON.stringify(other.guard)
  )
}
