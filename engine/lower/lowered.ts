/** What lowering a document gives: the tensor program, and what became of every node. */
import type { Document } from '../document/types'
import type { Graph, Grid, Shape } from '../graph/graph'
import type { Diagnostic } from './diagnostics'

export interface Lowered {
  readonly document: Document
  /** Everything that could be built; without errors its only output is what reaches OUT. */
  readonly graph: Graph
  /** The graph node that reaches OUT, or null when nothing does yet. */
  readonly output: number | null
  /** Facts by document path, in execution order, a group before what it holds. */
  readonly nodes: ReadonlyMap<string, NodeFacts>
  /** The graph scope of every instance that was built: `stages.2/blocks.3/token_mixer` -> index into graph.scopes. */
  readonly scopes: ReadonlyMap<string, number>
  /** The graph nodes that each of these instances reads, by its inputs; a group has one. */
  readonly inputs: ReadonlyMap<string, readonly number[]>
  /** For every graph node, whether it takes part: what is not connected or failed half-way does not. */
  readonly isLive: readonly boolean[]
  readonly diagnostics: readonly Diagnostic[]
}

export type NodeStatus =
  | 'ok'
  /** Something is wrong here (in a group: inside). */
  | 'error'
  /** Fine by itself, but what it reads is missing: see `waitsFor`. */
  | 'waiting'
  /** An input is open, or the output goes nowhere: left out of all totals. */
  | 'unconnected'
  /** No such module in this version. */
  | 'unknown'

export interface NodeFacts {
  /** Document path: `stages.2/blocks.0/token_mixer`, whatever the repeat. */
  readonly path: string
  /** Paths of the instances that were built: `stages.2/blocks.3/token_mixer`. */
  readonly instancePaths: readonly string[]
  /** Shapes of the first instance, by input; null where nothing comes. */
  readonly inputs: readonly (Shape | null)[]
  readonly output: Shape | null
  /** Where tokens lie on the map, when the output is tokens with a place. */
  readonly grid: Grid | null
  readonly status: NodeStatus
  /** The node in the same graph, or around it, that this one waits for. */
  readonly waitsFor?: string
}
