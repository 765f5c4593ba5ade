import type { Graph } from '../graph/graph'
import { gradient } from './gradient'

/** Name of the input that says where: 1 at the place that is asked about, 0 elsewhere. */
export const placeInput = 'place'

/** What is differentiated at the place: the sum of all its channels, or of those that are positive. */
export type FieldRule = 'absolute' | 'positive'

/**
 * What the picture contributes to one place of a node: the gradient of the sum over that place's channels.
 *
 * The result has the picture's input and `place` [n, h, w, 1] or [n, t, 1], and one output, the gradient [n, height,
 * width, channels]. Several places at once add up; so do pictures of a batch, each to its own gradient.
 * Luo et al. 2016, https://arxiv.org/abs/1701.04128; 'positive' sums relu(channel), as Ding et al. 2022 do,
 * https://arxiv.org/abs/2203.06717.
 */
export function effectiveField(graph: Graph, node: number, rule: FieldRule = 'absolute'): Graph {
  const picture = graph.nodes.find(({ op }) => op === 'input')
  return gradient(graph, {
    output: node,
    seed: (b, output) => {
      const place = b.broadcast(b.input(placeInput, [...output.shape.slice(0, -1), 1]), output.shape)
      return rule === 'absolute' ? place : b.mul(place, b.binary('less', 0, output))
    },
    wrt: picture ? [picture.id] : [],
  })
}
