/**
 * Memory of activations, estimated without a plan.
 *
 * The graph is run in its own order. A result is stored unless it is one of these, which a fused run never writes:
 * a view (reshape, transpose, broadcast, slice, pad, reverse), anything inside a named call but its result (attention's
 * scores, a norm's statistics), anything made from weights only, and a result whose only reader is element-wise (a bias,
 * an activation, a residual sum join the kernel before them). The plan of the compiler may do better or worse; it reports
 * its own figure after a run.
 */
import { elements, type Node } from '../graph/graph'
import type { Op } from '../ops/attributes'
import type { LiveGraph } from './costs'

export interface ActivationMemory {
  /** The most that is alive at once. */
  readonly peakBytes: number
  /** Every stored result once: what a backward pass would keep. */
  readonly trainingBytes: number
}

export function activationMemory(live: LiveGraph): ActivationMemory {
  const stored = storedBytes(live)
  const lastUse = lastUses(live, stored)
  const change = new Float64Array(stored.length + 1)
  let trainingBytes = 0
  for (let id = 0; id < stored.length; id++) {
    const bytes = stored[id] as number
    if (bytes === 0) continue
    trainingBytes += bytes
    change[id] = (change[id] as number) + bytes
    const after = (lastUse[id] as number) + 1
    change[after] = (change[after] as number) - bytes
  }
  let alive = 0
  let peakBytes = 0
  for (const bytes of change) {
    alive += bytes
    peakBytes = Math.max(peakBytes, alive)
  }
  return { peakBytes, trainingBytes }
}

/** Per graph node the bytes of its stored result; 0 where nothing is stored. */
export function storedBytes({ graph, isLive }: LiveGraph): Float64Array {
  const { nodes } = graph
  const readers = new Int32Array(nodes.length)
  const joinsReader = new Uint8Array(nodes.length)
  const isFixed = fixedNodes(nodes)
  const isInside = insideCalls({ graph, isLive })
  for (const node of nodes) {
    if (!isLive[node.id] || isFixed[node.id]) continue
    for (const input of node.inputs) {
      readers[input] = (readers[input] as number) + 1
      const isSameSize = elements(nodes[input]?.shape ?? []) === elements(node.shape)
      if (elementwise.has(node.op) && isSameSize && !isInside[node.id]) joinsReader[input] = 1
    }
  }
  const stored = new Float64Array(nodes.length)
  for (const node of nodes) {
    if (!isLive[node.id] || isFixed[node.id] || isInside[node.id] || views.has(node.op)) continue
    if (readers[node.id] === 1 && joinsReader[node.id] === 1 && node.op !== 'input') continue
    stored[node.id] = 4 * elements(node.shape)
  }
  for (const call of graph.calls) {
    // A call that ends in a view still hands over a tensor of its own.
    const { output } = call
    if (!isLive[output] || isFixed[output] || isInside[output] || stored[output]) continue
    if (readers[output] === 1 && joinsReader[output] === 1) continue
    if (views.has((nodes[output] as Node).op)) stored[output] = 4 * elements((nodes[output] as Node).shape)
  }
  return stored
}

const views: ReadonlySet<Op> = new Set([
  'reshape',
  'transpose',
  'broadcast',
  'slice',
  'pad',
  'reverse',
  'windows',
  'stopGradient',
  'tap',
] as const)
const elementwise: ReadonlySet<Op> = new Set(['unary', 'binary', 'select'] as const)

/** Nodes that no picture changes: weights and what is made of them. */
function fixedNodes(nodes: readonly Node[]): Uint8Array {
  const isFixed = new Uint8Array(nodes.length)
  for (const node of nodes) {
    if (node.op !== 'input' && node.inputs.every((input) => isFixed[input])) isFixed[node.id] = 1
  }
  return isFixed
}

/** Nodes inside a call that are not the result of an outermost one. */
function insideCalls({ graph }: LiveGraph): Uint8Array {
  const isInside = new Uint8Array(graph.nodes.length)
  let end = -1
  // Outer calls come after inner ones but begin before them.
  for (const call of [...graph.calls].sort((a, b) => a.first - b.first || b.end - a.end)) {
    if (call.first < end) continue
    end = call.end
    for (let id = call.first; id < call.end; id++) if (id !== call.output) isInside[id] = 1
  }
  return isInside
}

/** For each stored result the last node that reads it, through views and through what is fused. */
function lastUses({ graph, isLive }: LiveGraph, stored: Float64Array): Int32Array {
  const last = new Int32Array(stored.length)
  for (let id = 0; id < stored.length; id++) last[id] = id
  for (const id of graph.outputs) last[id] = stored.length - 1
  for (let id = graph.nodes.length - 1; id >= 0; id--) {
    if (!isLive[id]) continue
    // What is not stored is computed when it is read: its inputs must last as long as it does.
    const until = stored[id] ? id : (last[id] as number)
    for (const input of graph.nodes[id]?.inputs ?? []) last[input] = Math.max(last[input] as number, until)
  }
  return last
}
