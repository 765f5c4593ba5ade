import type { Graph } from '../../graph/graph'
import type { Tensor } from './compare'

/** Something that runs graphs: the GPU or the plain evaluation. */
export interface Runner {
  /** For people: the adapter's name, or `plain evaluation`. */
  readonly name: string
  /** The values of these nodes, in this order. */
  run(
    graph: Graph,
    inputs: ReadonlyMap<string, Float32Array>,
    nodes: readonly number[],
  ): Promise<readonly Tensor[]>
}
