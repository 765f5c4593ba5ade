/**
 * The tensor program: SSA with static shapes over a small closed set of primitives, plus named calls and scopes.
 * Nodes are plain data; a node's id is its index in `nodes`, and inputs always come before their users.
 */
import type { Op, OpAttributes } from '../ops/attributes'

export type Shape = readonly number[]

/** Where the tokens of a [n, t, c] value lie on a feature map: `prefix` tokens (CLS, registers) come first, then raster. */
export interface Grid {
  readonly height: number
  readonly width: number
  readonly prefix: number
}

/** A node of one kind; tables have one rule per kind. */
export interface NodeOf<O extends Op> {
  readonly id: number
  readonly op: O
  readonly attrs: OpAttributes[O]
  readonly inputs: readonly number[]
  readonly shape: Shape
  /** Index into `Graph.scopes`: the module or part of a module that made this value. */
  readonly scope: number
  readonly grid: Grid | null
}
export type Node = { [O in Op]: NodeOf<O> }[Op]

/** A node in the making; also the handle that modules pass around. */
export type Value = Node

/** A named composite. Its body is the nodes with first <= id < end; ignoring the name never changes a result. */
export interface Call {
  readonly id: number
  readonly name: string
  readonly attrs: CallAttributes
  readonly inputs: readonly number[]
  readonly output: number
  readonly first: number
  readonly end: number
  readonly scope: number
}
export type CallAttributes = { readonly [name: string]: number | string | boolean }

/**
 * A place in the document or inside a module.
 * `path` is the document path of the instance (`stages.2/blocks.3/token_mixer`, then `/q` for parts inside a module);
 * `key` is the state_dict prefix (`stages.2.blocks.3.token_mixer`).
 */
export interface Scope {
  readonly id: number
  readonly parent: number
  readonly path: string
  readonly key: string
  /** What the scope returned, once it is closed. */
  readonly output: number | null
  /** Its values are computed a second time, to spare the memory of keeping them: nobody may take the first ones instead. */
  readonly isAgain?: boolean
}

export interface Graph {
  readonly nodes: readonly Node[]
  readonly calls: readonly Call[]
  readonly scopes: readonly Scope[]
  readonly outputs: readonly number[]
}

export const elements = (shape: Shape): number => shape.reduce((product, size) => product * size, 1)

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis])

/** `14×14×320` without the batch axis, as the interface prints shapes. */
export const printShape = (shape: Shape): string => (shape.length ? shape.join('×') : 'scalar')
