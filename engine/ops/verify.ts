/** The grammar of a graph: what every pass may rely on. */
import { VertebraError } from '../errors'
import { type Call, type Graph, type Node, printShape, sameShape } from '../graph/graph'
import { resultShape } from './shape'

/**
 * Throws an internal error unless: ids are positions, inputs come before their users, shapes are those of the shape table,
 * calls nest and leave only by their output, scopes form a tree.
 */
export function verifyGraph(graph: Graph): void {
  graph.nodes.forEach((node, id) => {
    verifyNode(graph, node, id)
  })
  for (const call of graph.calls) verifyCall(graph, call)
  verifyNesting(graph.calls)
  graph.scopes.forEach((scope, id) => {
    if (scope.id !== id) fail(`scope ${id} calls itself ${scope.id}`)
    if (id > 0 && scope.parent >= id) fail(`scope ${scope.path} comes before its parent`)
    if (scope.output !== null && !graph.nodes[scope.output])
      fail(`scope ${scope.path} returns the unknown node ${scope.output}`)
  })
  for (const id of graph.outputs) if (!graph.nodes[id]) fail(`the output ${id} is no node`)
}

function verifyNode(graph: Graph, node: Node, id: number): void {
  const who = `node ${id} (${node.op})`
  if (node.id !== id) fail(`${who} calls itself ${node.id}`)
  if (node.inputs.some((input) => input < 0 || input >= id))
    fail(`${who} reads a node that does not come before it`)
  if (!graph.scopes[node.scope]) fail(`${who} lies in the unknown scope ${node.scope}`)
  const inputs = node.inputs.map((input) => graph.nodes[input].shape)
  const shape = resultShape(node.op, node.attrs, inputs, node.shape)
  if (!sameShape(shape, node.shape))
    fail(`${who} has shape ${printShape(node.shape)} and should have ${printShape(shape)}`)
}

function verifyCall(graph: Graph, { id, name, first, end, inputs, output }: Call): void {
  const who = `call ${id} (${name})`
  if (graph.calls[id]?.name !== name) fail(`${who} is not in its place`)
  if (first < 0 || end > graph.nodes.length || output < first || output >= end)
    fail(`${who} returns ${output}, which is not in its body`)
  for (const input of inputs)
    if (input >= first) fail(`${who} takes node ${input} of its own body as an input`)
  for (const node of graph.nodes.slice(first, end)) {
    for (const input of node.inputs) {
      if (input < first && !inputs.includes(input))
        fail(`${who} reads node ${input}, which is not among its inputs`)
    }
  }
  for (const node of graph.nodes.slice(end)) {
    for (const input of node.inputs) {
      if (input >= first && input < end && input !== output) fail(`node ${node.id} looks into ${who}`)
    }
  }
}

function verifyNesting(calls: readonly Call[]): void {
  for (const a of calls) {
    for (const b of calls) {
      if (a.first < b.first && b.first < a.end && a.end < b.end) fail(`calls ${a.id} and ${b.id} overlap`)
    }
  }
}

function fail(sentence: string): never {
  throw new VertebraError(`internal: ${sentence}`)
}
