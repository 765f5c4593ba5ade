import type { Graph } from '../graph/graph'
import { type ReceptiveField, receptiveField } from './receptiveField'

export interface DepthField {
  readonly instancePath: string
  readonly node: number
  readonly field: ReceptiveField
}

/** The field after each instance, in the order in which they are computed. `scopes`: instance path -> scope, as lower gives it. */
export function fieldsByDepth(graph: Graph, scopes: ReadonlyMap<string, number>): readonly DepthField[] {
  return [...scopes]
    .flatMap(([instancePath, scope]): DepthField[] => {
      const node = graph.scopes[scope]?.output ?? null
      const field = node === null ? null : receptiveField(graph, node)
      return field && node !== null ? [{ instancePath, node, field }] : []
    })
    .sort((a, b) => a.node - b.node)
}
