/** Rows and columns of the Jacobian of a part of a graph, position by position, from one probe at a time. */
import { elements, type Graph, type Node } from '../graph/graph'
import { dependents } from '../graph/traverse'
import { Builder } from '../ops/builder'
import { cut } from './cut'
import { gradient } from './gradient'
import { pushforward } from './pushforward'

/**
 * `reads`: what a position of the output reads, Jᵀ v for a probe v on the output.
 * `readBy`: who reads a position of the input, J v for a probe v on the input.
 */
export type MixingDirection = 'reads' | 'readBy'

/** The input that probes come in by. */
export const probeInput = 'probe'

export interface MixingProgram {
  /**
   * Once per probe: inputs `probe`, of the shape of what is asked about, and those called as in `kept`. Two outputs [n, ..., 1]: at
   * every position of the other side, the sum over channels of squares, and of the numbers themselves.
   */
  readonly perProbe: Graph
  /** Once per picture: the same inputs as the part; its outputs are the values that `perProbe` takes, in the order of `kept`. */
  readonly once: Graph
  readonly kept: readonly string[]
}

/** Values of the forward that are kept for all probes; more are computed anew with each. */
const mostKept = 2 ** 24

/** Of the first output of `part` by `input`, one of its inputs. */
export function mixingProgram(part: Graph, input: number, direction: MixingDirection): MixingProgram {
  const probe = (b: Builder, { shape }: Node) => b.input(probeInput, shape)
  const derived =
    direction === 'reads'
      ? gradient(part, { wrt: [input], seed: probe })
      : pushforward(part, { input, tangent: probe })
  const graph = withSums(derived)
  const most = 4 * Math.max(elements(part.nodes[input].shape), elements(part.nodes[part.outputs[0]].shape))
  const modest = keptValues(graph, ({ shape }) => elements(shape) <= most)
  const total = modest.reduce((sum, id) => sum + elements(graph.nodes[id].shape), 0)
  const values = total <= mostKept ? modest : keptValues(graph, () => false)
  const names = new Map(values.map((id) => [id, nameOf(graph.nodes[id])]))
  return {
    perProbe: cut(graph, { inputs: names, outputs: graph.outputs }),
    once: cut(graph, { inputs: new Map(), outputs: values }),
    kept: [...names.values()],
  }
}

const nameOf = (node: Node): string => (node.op === 'input' ? node.attrs.name : `kept ${node.id}`)

function withSums(graph: Graph): Graph {
  const b = new Builder(graph)
  const found = graph.nodes[graph.outputs[0]]
  const last = [found.shape.length - 1]
  return b.finish([b.sum(b.square(found), last), b.sum(found, last)])
}

/** The nodes at the border of what a probe changes, as far as they are worth keeping; inputs are where they are not. */
function keptValues(graph: Graph, isWorthKeeping: (node: Node) => boolean): readonly number[] {
  const inputs = graph.nodes.filter(({ op }) => op === 'input').map(({ id }) => id)
  const probes = inputs.filter((id) => nameOf(graph.nodes[id]) === probeInput)
  const changes = dependents(graph, probes)
  const isVariable = dependents(graph, inputs)
  // A call that a kernel serves stays whole.
  const isInside = graph.nodes.map(() => false)
  for (const { first, end, output } of graph.calls) if (changes[output]) isInside.fill(true, first, end)
  const kept: number[] = []
  const isNeeded = graph.nodes.map(() => false)
  for (const id of graph.outputs) isNeeded[id] = true
  for (const node of [...graph.nodes].reverse()) {
    const { id, op, inputs } = node
    if (!isNeeded[id] || !isVariable[id]) continue
    const isBorder = !changes[id] && !isInside[id] && !isMovement(node) && isWorthKeeping(node)
    if (op === 'input') {
      if (!changes[id]) kept.push(id)
    } else if (isBorder) kept.push(id)
    else for (const input of inputs) isNeeded[input] = true
  }
  return kept.reverse()
}

/** Costs nothing to do again. */
function isMovement({ op }: Node): boolean {
  return ['reshape', 'transpose', 'broadcast', 'slice', 'pad', 'windows', 'reverse', 'tap'].includes(op)
}
