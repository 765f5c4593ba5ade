/** The dot-product test: forward and reverse mode are each other's transpose. */
import type { Graph, Shape } from '../../graph/graph'
import { type Bindings, evaluate, type Floats } from '../../ops/evaluate'
import { randomValues } from '../../ops/testing/randomGraph'
import { gradient } from '../gradient'
import { pushforward } from '../pushforward'

export interface DotProducts {
  /** <J v, u> and <v, Jᵀ u>, for random v and u. */
  readonly forward: number
  readonly backward: number
  /** What the two are sums of, without signs, and at least 1: errors are relative to it. */
  readonly size: number
}

/** By one input or weight of the graph, at its first output. */
export function dotProducts(graph: Graph, input: number, { inputs, params }: Bindings): DotProducts {
  const direction = random('tangent', graph.nodes[input].shape)
  const weights = random('seed', graph.nodes[graph.outputs[0]].shape)
  const bindings = {
    inputs: new Map([...(inputs ?? []), ['tangent', direction], ['seed', weights]]),
    ...(params && { params }),
  }
  const resultOf = (made: Graph) => evaluate(made, bindings).get(made.outputs[0]) as Floats
  const pushed = resultOf(pushforward(graph, { input }))
  const pulled = resultOf(gradient(graph, { wrt: [input] }))
  return {
    forward: dot(pushed, weights),
    backward: dot(pulled, direction),
    size: Math.max(sizeOf(pushed, weights), sizeOf(pulled, direction), 1),
  }
}

const random = (name: string, shape: Shape): Floats =>
  Float64Array.from(randomValues(name, shape, { a: 0, b: 1 }))

function dot(a: Floats, b: Floats): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}

const sizeOf = (a: Floats, b: Floats): number => dot(a.map(Math.abs), b.map(Math.abs))
