/** Reverse mode against finite differences, in double precision. */
import type { Graph, NodeOf, Shape } from '../../graph/graph'
import { reachable } from '../../graph/traverse'
import { type Bindings, evaluate, type Floats } from '../../ops/evaluate'
import { randomValues } from '../../ops/testing/randomGraph'
import { gradient } from '../gradient'

export interface Slope {
  /** What moves: an input or a weight, or all of them together. */
  readonly name: string
  readonly analytic: number
  readonly numeric: number
}

/** How differently the two may come out, relative to the size of what is summed. */
const tolerance = 1e-7

/**
 * The slope of a random projection of the output as all inputs and parameters move in random directions: by reverse mode, and by
 * central differences. Where the two differ, the same for each of them alone, to say which is wrong. Where differences over two
 * step lengths disagree, the point lies next to a kink of a function that is smooth in pieces, and another point is taken; null
 * when every point that was tried does.
 */
export function slopes(graph: Graph, { points = 6 } = {}): readonly Slope[] | null {
  const needed = reachable(graph)
  const sources = graph.nodes.filter(isSource).filter(({ id }) => needed.has(id))
  const output = graph.nodes[graph.outputs[0]]
  const backward = gradient(graph, { output: output.id, wrt: sources.map(({ id }) => id) })
  for (let point = 0; point < points; point++) {
    const at = (name: string, shape: Shape, rule = { a: 0, b: 1 }): Floats =>
      Float64Array.from(randomValues(`${name} ${point}`, shape, rule))
    const values = new Map<string, Floats>([['seed', at('seed', output.shape)]])
    for (const { attrs, op, shape } of sources)
      values.set(attrs.name, at(attrs.name, shape, op === 'param' ? attrs : undefined))
    const gradients = evaluate(backward, bound(values))
    const parts = sources.map((node, index) => {
      const direction = at(`direction ${node.attrs.name}`, node.shape)
      const analytic = dot(gradients.get(backward.outputs[index]) ?? [], direction)
      return { name: node.attrs.name, direction, analytic }
    })

    /** The slope when these parts move; null next to a kink. */
    const measured = (name: string, moving: typeof parts): Slope | null => {
      const along = (h: number) => {
        const moved = new Map(values)
        for (const { name, direction } of moving)
          moved.set(
            name,
            (values.get(name) ?? direction).map((value, i) => value + h * direction[i]),
          )
        return dot(evaluate(graph, bound(moved), [output.id]).get(output.id) ?? [], at('seed', output.shape))
      }
      const slope = (h: number) => (along(h) - along(-h)) / (2 * h)
      const analytic = moving.reduce((sum, part) => sum + part.analytic, 0)
      const numeric = slope(1e-6)
      const isSmooth = areClose(analytic, numeric) || areClose(numeric, slope(4e-6))
      return isSmooth ? { name, analytic, numeric } : null
    }
    const together = measured('everything together', parts)
    if (!together) continue
    if (areClose(together.analytic, together.numeric)) return [together]
    return [together, ...parts.flatMap((part) => measured(part.name, [part]) ?? [])]
  }
  return null
}

const bound = (values: ReadonlyMap<string, Floats>): Bindings => ({
  inputs: values,
  params: ({ attrs: { name } }) => values.get(name) ?? new Float64Array(),
})

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
