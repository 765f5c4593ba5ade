/**
 * The compiler's own form of a computation: terms in execution order, no scopes, no calls, no dead code.
 * A term is a graph primitive or one of the forms that kernels take. Passes are functions from program to program.
 */
import { elements, type Shape } from '../graph/graph'
import type { OpAttributes, Pair, ReduceFunction } from '../ops/attributes'
import type { BinaryFunction, UnaryFunction } from '../ops/elementwise'
import { resultShape } from '../ops/shape'
import { simplified } from './simplify'

/** What kernels take. Shapes are those of kernels/spec.ts. */
export interface KernelAttributes {
  /** a [b, m, k], b [b, n, k] -> [b, m, n]. */
  matmul: Record<never, never>
  /** x [n, h, w, c], w [groups, o / groups, kh kw c / groups] -> [groups, n h' w', o / groups]. */
  convolve: ConvolveAttributes
  /** x [n, h, w, c], w [kh, kw, c] -> [n, h', w', c]. */
  depthwise: SlideAttributes
  /** x [outer, length, inner] -> [outer, inner]. */
  fold: { readonly fn: ReduceFunction }
  /** x [n, h, w, c] -> [n, h', w', c]. */
  pool: PoolAttributes
  /** x [rows, length], over the last axis. */
  softmax: Record<never, never>
  /** q [b, h, t, d], k [b, h, s, d], v [b, h, s, e] and perhaps what is added to the scores [b, h, t, s] -> [b, h, t, e]. */
  attention: { readonly scale: number }
  /** q [b, h, t, d], k [b, h, s, d] and perhaps what is added to the scores -> [b, h, t, 1]. */
  attentionLogSum: { readonly scale: number }
  /** q, k, v, the gradient of the result, statistics [b, h, t, 2], perhaps what is added -> [b, h, t, d] or [b, s, h (d + e)]. */
  attentionGradient: { readonly scale: number; readonly of: 'queries' | 'keys' }
  /** x [rows, length] -> [rows, 2]: mean and 1 / sqrt(var + eps). */
  rowStatistics: { readonly kind: 'layer' | 'rms' | 'merge'; readonly eps: number }
}

/** A kernel that slides over a map; padding is at the top and on the left. */
export interface SlideAttributes {
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: Pair
  readonly dilation: Pair
  /** Height and width of the result. */
  readonly output: Pair
}
export interface ConvolveAttributes extends SlideAttributes {
  readonly groups: number
}
export interface PoolAttributes {
  readonly fn: 'average' | 'max'
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: Pair
  readonly output: Pair
  readonly countIncludePad: boolean
}

/** A weight, or the rows of one from `first` on that the term's shape holds. */
type WeightAttributes = OpAttributes['param'] & { readonly first?: number }

export type TermAttributes = Omit<OpAttributes, 'param' | 'iota' | 'stopGradient' | 'tap'> & {
  readonly param: WeightAttributes
} & KernelAttributes
export type TermOp = keyof TermAttributes

export interface TermOf<O extends TermOp> {
  readonly id: number
  readonly op: O
  readonly attrs: TermAttributes[O]
  readonly inputs: readonly number[]
  readonly shape: Shape
  /** Depends on weights and constants only: computed once, before the first run. */
  readonly isFixed: boolean
  /** Graph nodes that this term stands for. */
  readonly nodes: readonly number[]
  /** Computed a second time on purpose: never the same term as the first one. */
  readonly isAgain: boolean
}
export type Term = { [O in TermOp]: TermOf<O> }[TermOp]

export interface Program {
  readonly terms: readonly Term[]
  /** Term ids in the order asked for; `node` is the graph's. */
  readonly outputs: readonly { readonly node: number; readonly term: number }[]
}

/** Writes a program. Equal terms become one, and each verb first asks the rules of simplify.ts. */
export class ProgramBuilder {
  readonly terms: Term[] = []
  private readonly known = new Map<string, Term>()
  private origin: readonly number[] = []
  private isAgain = false

  /** Terms made inside `body` stand for these graph nodes. */
  standingFor<T>(nodes: readonly number[], body: () => T): T {
    const outer = this.origin
    this.origin = nodes
    try {
      return body()
    } finally {
      this.origin = outer
    }
  }

  /** Terms made inside `body` are computed again, or for the first time. */
  again<T>(isAgain: boolean, body: () => T): T {
    const outer = this.isAgain
    this.isAgain = isAgain
    try {
      return body()
    } finally {
      this.isAgain = outer
    }
  }

  /** Terms made inside `body` also stand for what this term stood for: they take its place. */
  inPlaceOf<T>(term: Term, body: () => T): T {
    return this.standingFor([...new Set([...term.nodes, ...this.origin])], body)
  }

  source<O extends 'input' | 'param'>(op: O, attrs: TermAttributes[O], shape: Shape): Term {
    return this.append(op, attrs, [], shape)
  }

  constant(data: Float32Array, shape: Shape): Term {
    return this.append('constant', { data }, [], shape)
  }

  /** One number, repeated. */
  number(value: number, shape: Shape): Term {
    const one = this.constant(
      Float32Array.of(value),
      shape.map(() => 1),
    )
    return this.broadcast(one, shape)
  }

  unary(fn: UnaryFunction, x: Term): Term {
    return this.term('unary', { fn }, [x])
  }
  binary(fn: BinaryFunction, x: Term, y: Term): Term {
    return this.term('binary', { fn }, [x, y])
  }
  /** With a number that is repeated to the shape of x. */
  withNumber(fn: BinaryFunction, x: Term, value: number): Term {
    return this.binary(fn, x, this.number(value, x.shape))
  }
  reshape(x: Term, shape: Shape): Term {
    return this.term('reshape', { shape }, [x])
  }
  transpose(x: Term, axes: readonly number[]): Term {
    return this.term('transpose', { axes }, [x])
  }
  broadcast(x: Term, shape: Shape): Term {
    return this.term('broadcast', { shape }, [x])
  }
  slice(
    x: Term,
    start: readonly number[],
    size: readonly number[],
    step: readonly number[] = start.map(() => 1),
  ): Term {
    return this.term('slice', { start, size, step }, [x])
  }
  pad(x: Term, low: readonly number[], high: readonly number[], value = 0): Term {
    return this.term('pad', { low, high, value }, [x])
  }
  reduce(fn: ReduceFunction, x: Term, axes: readonly number[]): Term {
    return this.term('reduce', { fn, axes }, [x])
  }

  /** Any term with inputs: what the rules make of it, or the term itself. */
  term<O extends TermOp>(op: O, attrs: TermAttributes[O], inputs: readonly Term[]): Term {
    return simplified(this, op, attrs, inputs) ?? this.append(op, attrs, inputs, shapeOf(op, attrs, inputs))
  }

  /** Keeps what the outputs need. */
  finish(outputs: Program['outputs']): Program {
    return withoutDeadTerms({ terms: this.terms, outputs })
  }

  private append<O extends TermOp>(
    op: O,
    attrs: TermAttributes[O],
    inputs: readonly Term[],
    shape: Shape,
  ): Term {
    const isFixed = op !== 'input' && inputs.every((input) => input.isFixed)
    // What depends on weights alone is made before the first run and kept anyway.
    const isAgain = this.isAgain && !isFixed && inputs.length > 0
    const key = `${isAgain ? 'again ' : ''}${keyOf(op, attrs, inputs, shape)}`
    const known = this.known.get(key)
    if (known) {
      this.remember(known)
      return known
    }
    const made: TermOf<O> = {
      id: this.terms.length,
      op,
      attrs,
      inputs: inputs.map((input) => input.id),
      shape,
      isFixed,
      nodes: this.origin,
      isAgain,
    }
    // The compiler does not see that TermOf<O> is one of the union's members for every O.
    const term = made as unknown as Term
    this.terms.push(term)
    this.known.set(key, term)
    return term
  }

  /** A known term now stands for further graph nodes. */
  remember(term: Term): void {
    const { origin } = this
    if (term.inputs.length === 0 || term.nodes === origin) return
    const added = origin.filter((node) => !term.nodes.includes(node))
    // Terms are changed in this place only, and only while their builder is at work.
    if (added.length > 0) Object.assign(term, { nodes: [...term.nodes, ...added] })
  }
}

/** Rebuilds every term; `rule` may answer another one for it. */
export function rewritten(
  program: Program,
  rule: (
    builder: ProgramBuilder,
    term: Term,
    inputs: readonly Term[],
    become: ReadonlyMap<number, Term>,
  ) => Term | null,
): Program {
  const builder = new ProgramBuilder()
  const become = new Map<number, Term>()
  for (const term of program.terms) {
    const inputs = term.inputs.map((id) => become.get(id) as Term)
    const written = () => {
      const made = rule(builder, term, inputs, become) ?? copied(builder, term, inputs)
      builder.remember(made)
      return made
    }
    const made = builder.again(term.isAgain, () => builder.standingFor(term.nodes, written))
    become.set(term.id, made)
  }
  return builder.finish(
    program.outputs.map(({ node, term }) => ({ node, term: (become.get(term) as Term).id })),
  )
}

function copied(builder: ProgramBuilder, term: Term, inputs: readonly Term[]): Term {
  if (term.op === 'input' || term.op === 'param') return builder.source(term.op, term.attrs, term.shape)
  if (term.op === 'constant') return builder.constant(term.attrs.data, term.shape)
  return builder.term(term.op, term.attrs, inputs)
}

function withoutDeadTerms({ terms, outputs }: Program): Program {
  const isLive = new Uint8Array(terms.length)
  for (const { term } of outputs) isLive[term] = 1
  for (let id = terms.length - 1; id >= 0; id--) {
    if (isLive[id]) for (const input of terms[id].inputs) isLive[input] = 1
  }
  const renumbered = new Int32Array(terms.length)
  const kept: Term[] = []
  for (const term of terms) {
    if (!isLive[term.id]) continue
    renumbered[term.id] = kept.length
    kept.push({ ...term, id: kept.length, inputs: term.inputs.map((id) => renumbered[id]) })
  }
  return { terms: kept, outputs: outputs.map(({ node, term }) => ({ node, term: renumbered[term] })) }
}

/** Ids of the terms that read each term, without repetition. */
export function usersOf({ terms }: Program): number[][] {
  const users = terms.map((): number[] => [])
  for (const term of terms) for (const id of new Set(term.inputs)) users[id].push(term.id)
  return users
}

function shapeOf<O extends TermOp>(op: O, attrs: TermAttributes[O], inputs: readonly Term[]): Shape {
  const shapes = inputs.map((input) => input.shape)
  const rule = kernelShapes[op as keyof KernelAttributes] as
    | ((attrs: TermAttributes[O], shapes: readonly Shape[]) => Shape)
    | undefined
  if (rule) return rule(attrs, shapes)
  return resultShape(op as keyof OpAttributes, attrs as OpAttributes[keyof OpAttributes], shapes)
}

const kernelShapes: {
  readonly [O in keyof KernelAttributes]: (attrs: KernelAttributes[O], shapes: readonly Shape[]) => Shape
} = {
  matmul: (_attrs, [[batch, m], [, n]]) => [batch, m, n],
  convolve: ({ output }, [[n], [groups, perGroup]]) => [groups, n * elements(output), perGroup],
  depthwise: ({ output }, [[n, , , c]]) => [n, ...output, c],
  fold: (_attrs, [[outer, , inner]]) => [outer, inner],
  pool: ({ output }, [[n, , , c]]) => [n, ...output, c],
  softmax: (_attrs, [x]) => x,
  attention: (_attrs, [[b, h, t], , [, , , e]]) => [b, h, t, e],
  attentionLogSum: (_attrs, [[b, h, t]]) => [b, h, t, 1],
  attentionGradient: ({ of }, [[b, h, t, d], [, , s], [, , , e]]) =>
    of === 'queries' ? [b, h, t, d] : [b, s, h * (d + e)],
  rowStatistics: (_attrs, [[rows]]) => [rows, 2],
}

/** Two terms with one key compute the same. */
function keyOf(op: TermOp, attrs: object, inputs: readonly Term[], shape: Shape): string {
  if (op === 'constant') return `constant ${shape} ${contentsKey((attrs as TermAttributes['constant']).data)}`
  let key: string = op
  for (const input of inputs) key += ` ${input.id}`
  if (op === 'input' || op === 'param') {
    const { name, first } = attrs as { readonly name: string; readonly first?: number }
    return first === undefined ? `${key} ${name}` : `${key} ${name} ${first} ${shape}`
  }
  for (const name in attrs) key += `;${name}=${attrs[name as keyof typeof attrs]}`
  return key
}

const contentsKeys = new WeakMap<Float32Array, string>()

/** Equal numbers have equal keys. */
export function contentsKey(data: Float32Array): string {
  if (data.length === 1) return `${data[0]}`
  const known = contentsKeys.get(data)
  if (known) return known
  const key = data.length <= 64 ? data.join() : hashed(data)
  contentsKeys.set(data, key)
  return key
}

/** Two independent 32-bit sums and the length: enough for the handful of tables in a graph. */
function hashed(data: Float32Array): string {
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length)
  let low = 0x811c9dc5
  let high = 0x9747b28c
  for (const word of words) {
    low = Math.imul(low ^ word, 0x01000193)
    high = Math.imul(high ^ word, 0x85ebca6b) ^ (high >>> 15)
  }
  return `${data.length}:${low >>> 0}:${high >>> 0}`
}
