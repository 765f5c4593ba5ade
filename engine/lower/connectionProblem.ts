/** Whether an edge can be drawn, and if not why: asked while a link is being dragged. */
import { findBody, type NodePath, pathText } from '../document/address'
import { type Document, type Edge, OUT } from '../document/types'
import { connect, wiringProblem } from '../document/wiring'
import { lower } from './lower'

/** A sentence (a loop, no such input, shapes that do not fit), or null when the edge is fine. */
export function connectionProblem(document: Document, graph: NodePath, edge: Edge): string | null {
  const body = findBody(document, graph)
  if (!body) return 'There is no such group in this design.'
  const problem = wiringProblem(body, edge)
  if (problem !== null || edge.to === OUT) return problem
  const path = pathText([...graph, edge.to])
  const found = lower(connect(document, graph, edge)).diagnostics.find(
    ({ path: at, severity, code }) => at === path && severity === 'error' && code !== 'DANGLING',
  )
  return found?.message ?? null
}
