/** The plan that gives, for any place of one node, what the picture contributes to it. */
import { effectiveField, type FieldRule, placeInput } from '../../autodiff/effectiveField'
import type { Document } from '../../document/types'
import { elements, type Graph, type Shape } from '../../graph/graph'
import { lower } from '../../lower/lower'
import { DesignError } from '../designError'
import type { Planned, Planner } from './look'

export interface FieldPlan {
  /** Of the design itself. */
  readonly graph: Graph
  readonly plan: Planned
  /** Of the node that is asked about. */
  readonly shape: Shape
}

/** `path`: of the instance. Throws DesignError when there is no such place in the design. */
export function fieldPlan(
  document: Document,
  { path, rule }: { readonly path: string; readonly rule: FieldRule },
  planner: Planner,
): FieldPlan {
  const lowered = lower(document, { batch: 1 })
  const { graph, scopes } = lowered
  const node = graph.scopes[scopes.get(path) ?? -1]?.output
  if (node === null || node === undefined)
    throw new DesignError(`There is no ${path} that gives anything in this design.`)
  const field = effectiveField(graph, node, rule)
  const plan = planner(field, { forward: graph.nodes.length })
  return { graph, plan, shape: graph.nodes[node]?.shape ?? [] }
}

/** The input that says where: 1 at one place, 0 elsewhere. */
export function placeOf({ shape }: FieldPlan, place: number): readonly [name: string, values: Float32Array] {
  const values = new Float32Array(elements(shape.slice(0, -1)))
  values[Math.min(place, values.length - 1)] = 1
  return [placeInput, values]
}
