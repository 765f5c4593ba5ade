import type { NodeOf } from '../graph/graph'
import type { Op } from './attributes'

/** A complete table over the primitives: one rule per op, typed by that op's attributes. */
export type Rules<Arguments extends readonly unknown[], Result> = {
  readonly [O in Op]: (node: NodeOf<O>, ...rest: Arguments) => Result
}

/** The rule of the node's own kind. */
export function applyRule<O extends Op, Arguments extends readonly unknown[], Result>(
  rules: Rules<Arguments, Result>,
  node: NodeOf<O>,
  ...rest: Arguments
): Result {
  return rules[node.op](node, ...rest)
}
