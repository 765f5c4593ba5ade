/** Numbers of a graph that follow from no picture and no weight. */
import type { Graph, Node } from '../../graph/graph'
import { evaluate, type Floats } from '../../ops/evaluate'
import { type Span, tableSpan } from './span'

export interface Constants {
  /** Row-major; null where the node follows from a picture or a weight. */
  readonly values: (node: number) => Floats | null
  /** 1 where the condition holds and 0 elsewhere, as a table whose repeated axes are of one. */
  readonly table: (node: number, condition: Condition) => Span | null
}

type Condition = (value: number, largest: number) => boolean

export function constantsOf(graph: Graph): Constants {
  const isFixed: boolean[] = []
  for (const { op, inputs } of graph.nodes)
    isFixed.push(op !== 'input' && op !== 'param' && inputs.every((input) => isFixed[input]))
  const known = new Map<number, Floats>()
  const values = (node: number): Floats | null => {
    if (!isFixed[node]) return null
    const found = known.get(node) ?? evaluateAlone(graph, node)
    known.set(node, found)
    return found
  }
  return {
    values,
    table: (node, condition) => {
      // Before it is written out: most are a single number.
      let source = graph.nodes[node]
      while (source.op === 'broadcast') source = graph.nodes[source.inputs[0]]
      const numbers = values(source.id)
      if (!numbers) return null
      let largest = 0
      for (const value of numbers) largest = Math.max(largest, Math.abs(value))
      return tableSpan(
        source.shape,
        Array.from(numbers, (value) => (condition(value, largest) ? 1 : 0)),
      )
    },
  }
}

/** Without looking at the rest of the graph, which may be large. */
function evaluateAlone({ nodes }: Graph, wanted: number): Floats {
  const needed = new Set([wanted])
  for (const id of needed) for (const input of nodes[id].inputs) needed.add(input)
  const order = [...needed].sort((a, b) => a - b)
  const placeOf = new Map(order.map((id, place) => [id, place]))
  const alone = order.map((id, place): Node => {
    const inputs = nodes[id].inputs.map((input) => placeOf.get(input) ?? 0)
    return { ...nodes[id], id: place, inputs, scope: 0 }
  })
  const last = order.length - 1
  const values = evaluate({ nodes: alone, calls: [], scopes: [], outputs: [last] }, {})
  return values.get(last) ?? new Float64Array()
}
