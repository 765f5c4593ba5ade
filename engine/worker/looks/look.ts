/** What a kind of look is given to find its answer. */
import type { CompileOptions } from '../../compile/compile'
import type { Plan } from '../../compile/plan'
import type { IsCancelled } from '../../gpu/cancel'
import type { LoadedPlan } from '../../gpu/loadedPlan'
import type { Graph } from '../../graph/graph'
import type { Stage } from '../protocol'
import type { AnswerOf, LookKind, QuestionOf, Subject } from '../questions'

export interface LookContext<K extends LookKind> {
  readonly subject: Subject
  readonly device: NonNullable<CompileOptions['device']>
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
   * A plan on the device, with the subject's weights, found by their names in the graph; with `isRandom` all by their rule.
   * Throws Cancelled.
   */
  load(plan: Plan, graph: Graph, isRandom?: boolean): Promise<LoadedPlan>
}

/** Answers one question; throws VertebraError with a sentence where there is no answer. */
export type Answering<K extends LookKind> = (
  question: QuestionOf<K>,
  context: LookContext<K>,
) => Promise<AnswerOf<K>>
