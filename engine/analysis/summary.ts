/** The numbers of a whole design, and of each of its places. */
import { type Cost, costsByScope, type LiveGraph, type Macs, noCost, sumCosts } from './costs'
import { activationMemory } from './memory'

/** A lowered design, as far as counting is concerned. */
export interface CountedDesign extends LiveGraph {
  /** Scope of every instance by its path. */
  readonly scopes: ReadonlyMap<string, number>
  readonly nodes: ReadonlyMap<string, { readonly instancePaths: readonly string[] }>
}

export interface NodeCost {
  /** The first instance. */
  readonly one: Cost
  /** All instances together. */
  readonly all: Cost
  readonly instances: number
}

export interface Summary {
  /** The live part of the graph as a whole. */
  readonly whole: Cost
  readonly memory: Memory
  readonly byNode: ReadonlyMap<string, NodeCost>
  readonly byInstance: ReadonlyMap<string, Cost>
}

export interface Memory {
  readonly weightBytes: number
  /** Peak of live activations, estimated. */
  readonly activationBytes: number
  /** What a backward pass would keep of the activations. */
  readonly trainingBytes: number
}

export type { Cost, Macs }

export function summarize(design: CountedDesign): Summary {
  const costs = costsByScope(design)
  const byInstance = new Map<string, Cost>()
  for (const [path, scope] of design.scopes) byInstance.set(path, costs[scope] ?? noCost)
  const byNode = new Map<string, NodeCost>()
  for (const [path, { instancePaths }] of design.nodes) {
    const each = instancePaths.map((instance) => byInstance.get(instance) ?? noCost)
    byNode.set(path, { one: each[0] ?? noCost, all: sumCosts(each), instances: each.length })
  }
  const whole = costs[0] ?? noCost
  const { peakBytes, trainingBytes } = activationMemory(design)
  return {
    whole,
    memory: { weightBytes: whole.weightBytes, activationBytes: peakBytes, trainingBytes },
    byNode,
    byInstance,
  }
}
