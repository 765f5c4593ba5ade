/** Reverse mode against finite differences, in double precision. */
import type { Graph, NodeOf, Shape } from '../../graph/graph'
import { reachable } from '../../graph/traverse'
import { evaluate, type Floats } from '../../ops/evaluate'
import { randomValues } from '../../ops/testing/randomGraph'
import { gradient } from '../gradient'

export interface Slope {
  /** The input or weight that moves. */
  readonly name: string
  readonly analytic: number
  readonly numeric: number
}

/** How differently the two may come out, relative to the size of what is summed. */
const tolerance = 1e-7

/**
 * For every input and parameter that the output depends on, the slope of a random projection of the output along a random
 * direction: by reverse mode, and by central differences. Where differences over two step lengths disagree, the point lies next
 * to a kink of a function that is smooth in pieces, and another point is taken; null when every point that was tried does.
 */
export function slopes(graph: Graph, { points = 6 } = {}): readonly Slope[] | null {
  const needed = reachable(graph)
  const sources = graph.nodes.filter(isSource).filter(({ id }) => needed.has(id))
  const output = graph.nodes[graph.outputs[0]]
  const backward = gradient(graph, { output: output.id, wrt: sources.map(({ id }) => id) })
  for (let point = 0; point < points; point++) {
    const at = (name: string, shape: Shape, rule = { a: 0, b: 1 }): Floats =>
      Float64Array.from(randomValues(`${name} ${point}`, shape, rule))
    const values = new Map(
      sources.map((node) => [
        node.attrs.name,
        at(node.attrs.name, node.shape, node.op === 'param' ? node.attrs : undefined),
      ]),
    )
    const seed = at('seed', output.shape)
    const run = (which: Graph, wanted: readonly number[], moved: ReadonlyMap<string, Floats>) =>
      evaluate(
        which,
        {
          inputs: new Map([...values, ...moved, ['seed', seed]]),
          params: ({ attrs: { name } }) => moved.get(name) ?? values.get(name) ?? new Float64Array(),
        },
        wanted,
      )
    const gradients = run(backward, backward.outputs, new Map())
    const found = sources.map((node, index): Slope | null => {
      const { name } = node.attrs
      const direction = at(`direction ${name}`, node.shape)
      const along = (h: number) => {
        const x = values.get(name) ?? new Float64Array()
        const moved = new Map([[name, x.map((value, i) => value + h * direction[i])]])
        return dot(run(graph, [output.id], moved).get(output.id) ?? [], seed)
      }
      const slope = (h: number) => (along(h) - along(-h)) / (2 * h)
      const analytic = dot(gradients.get(backward.outputs[index]) ?? [], direction)
      const numeric = slope(1e-6)
      if (!areClose(analytic, numeric) && !areClose(numeric, slope(4e-6))) return null
      return { name, analytic, numeric }
    })
    if (found.every((slope) => slope !== null)) return found
  }
  return null
}

export function areClose(one: number, other: number): boolean {
  return Math.abs(one - other) <= tolerance * Math.max(1, Math.abs(one), Math.abs(other))
}

const isSource = (node: Graph['nodes'][number]): node is NodeOf<'input'> | NodeOf<'param'> =>
  node.op === 'input' || node.op === 'param'

function dot(a: Floats | readonly number[], b: Floats): number {
  let sum = 0
  for (let i = 0; i < b.length; i++) sum += (a[i] ?? 0) * b[i]
  return sum
}
