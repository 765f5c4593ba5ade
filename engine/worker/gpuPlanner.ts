/** How looks plan where the GPU runs them. */
import { type CompileOptions, compile } from '../compile/compile'
import type { Plan } from '../compile/plan'
import { VertebraError } from '../errors'
import type { Graph } from '../graph/graph'
import { backwardPlan } from './backwardPlan'
import type { Planned, Planner } from './looks/look'

class PlannedForGpu implements Planned {
  readonly graph: Graph
  readonly outputs: readonly number[]
  readonly plan: Plan

  constructor(graph: Graph, outputs: readonly number[], plan: Plan) {
    this.graph = graph
    this.outputs = outputs
    this.plan = plan
  }
}

export const gpuPlanner =
  (device: CompileOptions['device']): Planner =>
  (graph, { outputs = graph.outputs, forward } = {}) => {
    const plan =
      forward === undefined ? compile(graph, { outputs, device }) : backwardPlan(graph, forward, { device })
    return new PlannedForGpu(graph, outputs, plan)
  }

/** What the planner of a GPU made. */
export function planOf(planned: Planned): Plan {
  if (planned instanceof PlannedForGpu) return planned.plan
  throw new VertebraError('internal: this was not planned for a GPU')
}
