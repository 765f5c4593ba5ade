/**
 * Reverse mode, as a transform of the tensor program: what comes out is a graph like any other, to be evaluated, compiled or
 * differentiated again.
 */
import type { Call, Graph, Node, Value } from '../graph/graph'
import { dependents } from '../graph/traverse'
import { Builder } from '../ops/builder'
import { vjp } from '../ops/vjp'
import { callGradients } from './callGradients'
import { withOwnConstants } from './ownConstants'
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
 * A call is differentiated as its body, unless callGradients.ts knows better. Where a value from inside is needed, the call's
 * name is gone from the result.
 */
export function gradient(
  graph: Graph,
  { output = graph.outputs[0], seed = inputSeed, wrt }: GradientOptions,
): Graph {
  const b = new Builder(graph)
  const { nodes } = graph
  const varies = dependents(graph, wrt)
  const arrived = new Map<number, Value>()
  const passOn = (to: readonly number[], shares: readonly (Value | null)[]) => {
    for (const [index, input] of to.entries()) {
      const share = shares[index]
      if (!share || !varies[input]) continue
      const before = arrived.get(input)
      arrived.set(input, before ? b.add(before, share) : share)
    }
  }
  const wholes = wholeCalls(graph, [output, ...wrt])
  arrived.set(
    output,
    b.inScope(nodes[output].scope, () => seed(b, nodes[output])),
  )
  // Users come after their inputs: on the way back, everything that arrives at a node has been added up before it passes on.
  for (let id = output; id >= 0; id--) {
    const dy = arrived.get(id)
    const node = nodes[id]
    if (!dy || !node.inputs.some((input) => varies[input])) continue
    const call = wholes.get(id)
    const shares = call && b.inScope(call.scope, () => sharesOfCall(b, nodes, call, dy, varies))
    if (call && shares) {
      b.inScope(call.scope, () => passOn(call.inputs, shares))
      // What is inside has passed on its share already.
      id = call.first
      continue
    }
    b.inScope(node.scope, () => {
      const inputs = node.inputs.map((input) => nodes[input])
      passOn(node.inputs, vjp(b, node, inputs, dy))
    })
  }
  const gradients = wrt.map((id) => arrived.get(id) ?? b.number(0, nodes[id]))
  return withoutUnused(withOwnConstants(b.finish(gradients), nodes.length), nodes.length)
}

function inputSeed(b: Builder, { shape }: Value): Value {
  return b.input('seed', shape)
}

/** By output, the calls that have a gradient of their own and of which nobody asks about the inside. */
function wholeCalls({ calls }: Graph, asked: readonly number[]): Map<number, Call> {
  const isWhole = ({ name, first, end, output }: Call) =>
    name in callGradients && asked.every((id) => id === output || id < first || id >= end)
  return new Map(calls.filter(isWhole).map((call) => [call.output, call]))
}

function sharesOfCall(
  b: Builder,
  nodes: readonly Node[],
  { name, attrs, inputs, output }: Call,
  dy: Value,
  varies: readonly boolean[],
): readonly (Value | null)[] | null {
  return callGradients[name](b, {
    attrs,
    inputs: inputs.map((input) => nodes[input]),
    output: nodes[output],
    dy,
    varies: inputs.map((input) => varies[input]),
  })
}
