/** What a kind of look is given to find its answer. */
import type { IsCancelled } from '../../gpu/cancel'
import type { Graph } from '../../graph/graph'
import type { Ready } from '../cpuProcessor'
import type { Stage } from '../protocol'
import type { AnswerOf, LookKind, QuestionOf, Subject } from '../questions'

/** A program as the processor at hand will run it; made by a Planner and understood by nobody else. */
export interface Planned {
  readonly graph: Graph
  readonly outputs: readonly number[]
}

/** `forward`: of a graph that ends in gradients, how many nodes are the design's. Outputs are the graph's own when left out. */
export type Planner = (
  graph: Graph,
  options?: { readonly outputs?: readonly number[]; readonly forward?: number },
) => Planned

export interface LookContext<K extends LookKind> {
  readonly subject: Subject
  readonly plan: Planner
  readonly isCancelled: IsCancelled
  progress(stage: Stage, done: number, total: number): void
  /** An answer that will get better; the last one is returned. */
  tell(answer: AnswerOf<K>): void
  /**
   * What `make` made the last time for the same subject (but for its pictures) and the same `key`; one is kept per kind of look,
   * seat and `slot`.
   */
  kept<T>(slot: string, key: string, make: () => T): T
  /**
   * A program ready to run, with the subject's weights, found by their names in the design's graph; with `isRandom` all by their
   * rule. Throws Cancelled.
   */
  load(planned: Planned, design: Graph, isRandom?: boolean): Promise<Ready>
}

/** Answers one question; throws VertebraError with a sentence where there is no answer. */
export type Answering<K extends LookKind> = (
  question: QuestionOf<K>,
  context: LookContext<K>,
) => Promise<AnswerOf<K>>
