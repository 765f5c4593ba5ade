/** Prints fused expressions as WGSL. */
import { KernelError } from '../errors'
import {
  type BinaryFunction,
  binaryFunctions,
  type UnaryFunction,
  unaryFunctions,
  wgslPrelude,
} from '../ops/elementwise'
import type { Expression } from './spec'

/** How the parts of an expression are written where it stands. */
export interface Names {
  readonly accumulator: string
  readonly operand: (index: number) => string
}

/** Statements that compute an expression, and the name or number that then holds it. Shared parts are computed once. */
export interface PrintedExpression {
  readonly statements: readonly string[]
  readonly result: string
}

export function printExpression(expression: Expression, names: Names): PrintedExpression {
  const statements: string[] = []
  const known = new Map<Expression, string>()
  return { result: print(expression), statements }

  function print(part: Expression): string {
    const before = known.get(part)
    if (before !== undefined) return before
    const text = atom(part) ?? keep(compound(part))
    known.set(part, text)
    return text
  }

  function keep(text: string): string {
    const name = `t${statements.length}`
    statements.push(`let ${name} = ${text};`)
    return name
  }

  function atom(part: Expression): string | null {
    if (part.kind === 'accumulator') return names.accumulator
    if (part.kind === 'operand') return names.operand(part.index)
    return part.kind === 'number' ? floatLiteral(part.value) : null
  }

  function compound(part: Expression): string {
    switch (part.kind) {
      case 'unary':
        return unaryFunctions[part.fn].wgsl(print(part.x))
      case 'binary':
        return binaryFunctions[part.fn].wgsl(print(part.x), print(part.y))
      case 'select':
        return `select(${print(part.y)}, ${print(part.x)}, ${print(part.condition)} != 0.0)`
      default:
        throw new KernelError(`internal: an expression of kind '${part.kind}' is not a compound one.`)
    }
  }
}

/** WGSL functions that the expressions call, each once. */
export function preludeOf(expressions: readonly Expression[]): string {
  const functions = new Set<UnaryFunction | BinaryFunction>()
  for (const part of partsOf(expressions))
    if (part.kind === 'unary' || part.kind === 'binary') functions.add(part.fn)
  return wgslPrelude(functions)
}

/** Functions applied per element: an estimate of what a fused expression costs beside its loads. */
export function operationsIn(expression: Expression): number {
  return [...partsOf([expression])].filter((part) => childrenOf(part).length > 0).length
}

/** All parts of expressions, those that are shared once. */
export function partsOf(expressions: readonly Expression[]): ReadonlySet<Expression> {
  const found = new Set<Expression>()
  const visit = (part: Expression): void => {
    if (found.has(part)) return
    found.add(part)
    childrenOf(part).forEach(visit)
  }
  expressions.forEach(visit)
  return found
}

function childrenOf(part: Expression): readonly Expression[] {
  if (part.kind === 'unary') return [part.x]
  if (part.kind === 'binary') return [part.x, part.y]
  return part.kind === 'select' ? [part.condition, part.x, part.y] : []
}

/** A number that WGSL reads as f32 without doubt. */
export function floatLiteral(value: number): string {
  const rounded = Math.fround(value)
  if (!Number.isFinite(rounded))
    throw new KernelError(`internal: ${value} cannot stand in a shader; it must be a finite 32-bit number.`)
  const text = /[.e]/.test(String(rounded)) ? String(rounded) : `${rounded}.0`
  return rounded < 0 ? `(${text})` : text
}
