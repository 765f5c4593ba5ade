/** Graph -> program: what the outputs need, with the named calls that kernels serve as single terms. */
import type { Call, Graph, Node } from '../graph/graph'
import { type Match, matches } from './matches'
import { type Program, ProgramBuilder, type Term, type TermAttributes, type TermOp } from './program'

export function lifted(graph: Graph, outputs: readonly number[], matchCalls: boolean): Program {
  const calls = matchCalls ? matchedCalls(graph, outputs) : new Map<number, Matched>()
  const isLive = liveNodes(graph, outputs, calls)
  const builder = new ProgramBuilder()
  const become = new Map<number, Term>()
  const termOf = (id: number) => become.get(id) as Term
  for (const node of graph.nodes) {
    if (!isLive[node.id]) continue
    const matched = calls.get(node.id)
    const write = () => {
      const term = matched
        ? matched.match.write(builder, matched.call, matched.call.inputs.map(termOf))
        : written(builder, node, node.inputs.map(termOf))
      builder.remember(term)
      become.set(node.id, term)
    }
    const origin = matched ? idsOf(matched.call) : [node.id]
    builder.again(graph.scopes[node.scope].isAgain === true, () => builder.standingFor(origin, write))
  }
  return builder.finish(outputs.map((node) => ({ node, term: termOf(node).id })))
}

interface Matched {
  readonly call: Call
  readonly match: Match
}

/** By output node: outermost calls that a kernel serves and of which nobody needs an inner value. */
function matchedCalls(graph: Graph, outputs: readonly number[]): Map<number, Matched> {
  const lastUser = new Int32Array(graph.nodes.length)
  for (const node of graph.nodes) for (const input of node.inputs) lastUser[input] = node.id
  for (const output of outputs) lastUser[output] = graph.nodes.length
  const found = new Map<number, Matched>()
  let covered = 0
  for (const call of [...graph.calls].sort((x, y) => x.first - y.first || y.end - x.end)) {
    const match = matches[call.name]
    if (!match || call.first < covered) continue
    if (match.isBetter?.(call.inputs.map((id) => graph.nodes[id].shape)) === false) continue
    if (idsOf(call).some((id) => id !== call.output && lastUser[id] >= call.end)) continue
    found.set(call.output, { call, match })
    covered = call.end
  }
  return found
}

function liveNodes(
  graph: Graph,
  outputs: readonly number[],
  calls: ReadonlyMap<number, Matched>,
): Uint8Array {
  const isLive = new Uint8Array(graph.nodes.length)
  for (const output of outputs) isLive[output] = 1
  for (let id = graph.nodes.length - 1; id >= 0; id--) {
    if (!isLive[id]) continue
    for (const input of calls.get(id)?.call.inputs ?? graph.nodes[id].inputs) isLive[input] = 1
  }
  return isLive
}

const idsOf = ({ first, end }: Call): number[] => Array.from({ length: end - first }, (_, i) => first + i)

function written(b: ProgramBuilder, node: Node, inputs: readonly Term[]): Term {
  switch (node.op) {
    case 'input':
    case 'param':
      return b.source(node.op, node.attrs, node.shape)
    case 'constant':
      return b.constant(node.attrs.data, node.shape)
    case 'iota': {
      const { axis } = node.attrs
      const line = Float32Array.from({ length: node.shape[axis] }, (_, i) => i)
      return b.broadcast(
        b.constant(
          line,
          node.shape.map((size, at) => (at === axis ? size : 1)),
        ),
        node.shape,
      )
    }
    case 'tap':
    case 'stopGradient':
      return inputs[0]
    default:
      // The compiler does not see that op and attrs of one node belong together.
      return b.term(node.op as TermOp, node.attrs as TermAttributes[TermOp], inputs)
  }
}
