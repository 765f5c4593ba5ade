import type { Graph } from '../../graph/graph'

/** What gathered the whole map, in a word: the call it lies in, or the kind of operation. */
export function reasonOf(graph: Graph, id: number): string {
  const around = graph.calls.filter((call) => call.first <= id && id < call.end)
  // The outermost call is what people know: attention, not the softmax inside it.
  const call = around.reduce<(typeof around)[number] | null>(
    (a, b) => (!a || b.first <= a.first ? b : a),
    null,
  )
  if (call && call.name !== 'linear') return call.name
  const op = graph.nodes[id]?.op
  if (op === 'reduce') return 'mean over the map'
  if (op === 'dot' || op === 'conv') return 'mixing of all tokens'
  if (op === 'scan') return 'recurrence'
  if (op === 'topK' || op === 'gather' || op === 'scatterAdd') return 'choice among all tokens'
  return 'all positions'
}
