/** What every place of a design costs: its own tensors, and the sum of all that lies inside. */
import { elements, type Graph } from '../graph/graph'
import { macKinds, nodeCost } from '../ops/cost'
import { storedBytes } from './memory'

export interface Macs {
  readonly total: number
  readonly conv: number
  readonly linear: number
  /** Every other product: activations by activations, and fixed matrices. */
  readonly matmul: number
}

/** Counts of one place at the batch that was lowered. The conventions are design.md's section 6. */
export interface Cost {
  /** Scalars; shared weights once. */
  readonly params: { readonly trainable: number; readonly frozen: number }
  /** Scalars that are neither: BatchNorm's running statistics. */
  readonly buffers: number
  readonly macs: Macs
  readonly flops: number
  readonly weightBytes: number
  /** Bytes of the results that a run writes here; what is fused away does not count (see memory.ts). */
  readonly activationBytes: number
}

/** A graph and which of its nodes take part; lower's result is one. */
export interface LiveGraph {
  readonly graph: Graph
  readonly isLive: readonly boolean[]
}

/** Cost of each scope of the graph with all scopes inside it; scope 0 is the whole. */
export function costsByScope({ graph, isLive }: LiveGraph): readonly Cost[] {
  const costs = graph.scopes.map(() => new Tally())
  const kinds = macKinds(graph)
  const stored = storedBytes({ graph, isLive })
  for (const node of graph.nodes) {
    const cost = costs[node.scope]
    if (!isLive[node.id] || !cost) continue
    cost.activationBytes += stored[node.id] ?? 0
    if (node.op === 'param') cost.weights[node.attrs.role] += elements(node.shape)
    if (node.op === 'constant' && node.attrs.table)
      cost.weights[node.attrs.table.role] += elements(node.shape)
    const { macs, flops } = nodeCost(graph, node)
    cost.flops += flops
    const kind = kinds.get(node.id)
    if (kind) cost.macs[kind] += macs
  }
  // A scope comes after the one around it.
  for (const { id, parent } of [...graph.scopes].reverse()) {
    if (id !== parent) costs[parent]?.add(costs[id] as Tally)
  }
  return costs.map((cost) => cost.read())
}

export const noCost: Cost = {
  params: { trainable: 0, frozen: 0 },
  buffers: 0,
  macs: { total: 0, conv: 0, linear: 0, matmul: 0 },
  flops: 0,
  weightBytes: 0,
  activationBytes: 0,
}

export function sumCosts(costs: readonly Cost[]): Cost {
  const [first = noCost, ...rest] = costs
  return rest.reduce(
    (a, b) => ({
      params: {
        trainable: a.params.trainable + b.params.trainable,
        frozen: a.params.frozen + b.params.frozen,
      },
      buffers: a.buffers + b.buffers,
      macs: {
        total: a.macs.total + b.macs.total,
        conv: a.macs.conv + b.macs.conv,
        linear: a.macs.linear + b.macs.linear,
        matmul: a.macs.matmul + b.macs.matmul,
      },
      flops: a.flops + b.flops,
      weightBytes: a.weightBytes + b.weightBytes,
      activationBytes: a.activationBytes + b.activationBytes,
    }),
    first,
  )
}

const bytesPerScalar = 4

class Tally {
  readonly weights = { trainable: 0, frozen: 0, buffer: 0 }
  readonly macs = { conv: 0, linear: 0, matmul: 0 }
  flops = 0
  activationBytes = 0

  add(other: Tally): void {
    this.weights.trainable += other.weights.trainable
    this.weights.frozen += other.weights.frozen
    this.weights.buffer += other.weights.buffer
    this.macs.conv += other.macs.conv
    this.macs.linear += other.macs.linear
    this.macs.matmul += other.macs.matmul
    this.flops += other.flops
    this.activationBytes += other.activationBytes
  }

  read(): Cost {
    const { trainable, frozen, buffer } = this.weights
    const { conv, linear, matmul } = this.macs
    return {
      params: { trainable, frozen },
      buffers: buffer,
      macs: { total: conv + linear + matmul, conv, linear, matmul },
      flops: this.flops,
      weightBytes: bytesPerScalar * (trainable + frozen + buffer),
      activationBytes: this.activationBytes,
    }
  }
}
