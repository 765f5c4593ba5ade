import type { Graph } from '../graph/graph'
import { gradient } from './gradient'

/** Name of the input that says where: 1 at the place that is asked about, 0 elsewhere. */
export const placeInput = 'place'

/**
 * What the picture contributes to one place of a node: the gradient of the sum over that place's channels.
 *
 * The result has the picture's input and `place` [n, h, w, 1] or [n, t, 1], and one output, the gradient [n, height,
 * width, channels]. Several places at once add up; so do pictures of a batch, each to its own gradient.
 * Luo et al. 2016, https://arxiv.org/abs/1701.04128
 */
export function effectiveField(graph: Graph, node: number): Graph {
  const picture = graph.nodes.find(({ op }) => op === 'input')
  return gradient(graph, {
    output: node,
    seed: (b, output) => b.broadcast(b.input(placeInput, [...output.shape.slice(0, -1), 1]), output.shape),
    wrt: picture ? [picture.id] : [],
  })
}
