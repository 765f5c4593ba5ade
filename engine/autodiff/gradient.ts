/**
 * Reverse mode, as a transform of the tensor program: what comes out is a graph like any other, to be evaluated, compiled or
 * differentiated again.
 */
import type { Graph, Value } from '../graph/graph'
import { dependents } from '../graph/traverse'
import { Builder } from '../ops/builder'
import { vjp } from '../ops/vjp'
import { withoutUnused } from './unused'

export interface GradientOptions {
  /** The node that is differentiated; the graph's first output when left out. */
  readonly output?: number
  /**
   * Makes the gradient at the output, of the output's shape: what the output is weighted with before it is summed. An input
   * called `seed` when left out.
   */
  readonly seed?: (b: Builder, output: Value) => Value
  /** The nodes by which it is differentiated: inputs, parameters, or anything in between. */
  readonly wrt: readonly number[]
}

/**
 * The graph whose outputs are the gradients, one for each node of `wrt`, of that node's shape; zeros where the output does not
 * depend on it. The nodes of the graph keep their ids, so that values on the way can be asked for too; of the nodes behind them
 * all are needed. Each lies in the scope of the node whose gradient rule made it.
 *
 * A call is differentiated as its body. Where that needs a value from inside, the call's name is gone from the result.
 */
export function gradient(
  graph: Graph,
  { output = graph.outputs[0], seed = inputSeed, wrt }: GradientOptions,
): Graph {
  const b = new Builder(graph)
  const { nodes } = graph
  const varies = dependents(graph, wrt)
  const arrived = new Map<number, Value>()
  arrived.set(
    output,
    b.inScope(nodes[output].scope, () => seed(b, nodes[output])),
  )
  // Users come after their inputs: on the way back, everything that arrives at a node has been added up before it passes on.
  for (let id = output; id >= 0; id--) {
    const dy = arrived.get(id)
    const node = nodes[id]
    if (!dy || !node.inputs.some((input) => varies[input])) continue
    b.inScope(node.scope, () => {
      const inputs = node.inputs.map((input) => nodes[input])
      vjp(b, node, inputs, dy).forEach((share, index) => {
        const { id: input } = inputs[index]
        if (!share || !varies[input]) return
        const before = arrived.get(input)
        arrived.set(input, before ? b.add(before, share) : share)
      })
    })
  }
  const gradients = wrt.map((id) => arrived.get(id) ?? b.number(0, nodes[id]))
  return withoutUnused(b.finish(gradients), nodes.length)
}

function inputSeed(b: Builder, { shape }: Value): Value {
  return b.input('seed', shape)
}
