import { evaluate } from '../../ops/evaluate'
import { proceduralWeights } from '../../weights/procedural'
import type { Runner } from './runner'

export const referenceRunner: Runner = {
  name: 'plain evaluation',
  async run(graph, inputs, nodes) {
    const values = evaluate(
      graph,
      { inputs, params: ({ attrs, shape }) => proceduralWeights(attrs.name, shape, attrs) },
      nodes,
    )
    return nodes.map((node) => ({
      shape: graph.nodes[node]?.shape ?? [],
      data: Float32Array.from(values.get(node) ?? []),
    }))
  },
}
