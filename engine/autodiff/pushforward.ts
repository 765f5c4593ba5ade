/** Forward mode: how an output moves when something before it does. */
import type { Graph, Value } from '../graph/graph'
import type { Builder } from '../ops/builder'
import { gradient } from './gradient'
import { withoutUnused } from './unused'

export interface PushforwardOptions {
  /** The node that moves: an input, a parameter, or anything in between. */
  readonly input: number
  /** The node whose motion is asked for; the graph's first output when left out. */
  readonly output?: number
  /** Makes the direction, of the input's shape. An input called `tangent` when left out. */
  readonly tangent?: (b: Builder, input: Value) => Value
}

/**
 * The graph whose one output, of the shape of `output`, is J v: the derivative of `output` along the direction v of `input`.
 * The nodes of the graph keep their ids; of the nodes behind them all are needed.
 *
 * Reverse mode twice: Jᵀ u is linear in u, so its gradient by u, weighted with v, is J v, and u itself is in nobody's way.
 * (Known as the double-backward trick.)
 */
export function pushforward(
  graph: Graph,
  { input, output = graph.outputs[0], tangent = inputTangent }: PushforwardOptions,
): Graph {
  const pulled = gradient(graph, {
    output,
    seed: (b, { shape }) => b.input('cotangent', shape),
    wrt: [input, output],
  })
  // What arrives at the output itself is the seed.
  const [moved, cotangent] = pulled.outputs
  const pushed = gradient(pulled, { output: moved, seed: tangent, wrt: [cotangent] })
  return withoutUnused(pushed, graph.nodes.length)
}

function inputTangent(b: Builder, { shape }: Value): Value {
  return b.input('tangent', shape)
}
