/** Everything that can be said about a design without running it. */

import { type Cost, type Macs, type Memory, type NodeCost, summarize } from './analysis/summary'
import { findNode, pathOf } from './document/address'
import { findModule } from './document/findModule'
import type { Document } from './document/types'
import { nodeTitle } from './document/wiring'
import type { Shape } from './graph/graph'
import { lower } from './lower/lower'
import type { Lowered } from './lower/lowered'
import type { ModuleKind } from './modules/module'

export interface Analysis {
  readonly lowered: Lowered
  readonly totals: Totals
  /** By document path: a node with all its instances. */
  readonly byNode: ReadonlyMap<string, NodeCost>
  /** By instance path. */
  readonly byInstance: ReadonlyMap<string, Cost>
  /** One row per module of the document that takes part, in execution order. */
  readonly layers: readonly LayerRow[]
}

export interface Totals {
  readonly params: { readonly trainable: number; readonly frozen: number }
  readonly buffers: number
  readonly macs: Macs
  readonly flops: number
  readonly memory: Memory
  /** False while something is missing between picture and output: then the numbers go up to `upTo`. */
  readonly complete: boolean
  /** Title of the outermost node that is not finished: `Stage 3`. */
  readonly upTo?: string
}

export interface LayerRow {
  readonly path: string
  readonly instancePaths: readonly string[]
  readonly title: string
  readonly module: string
  readonly kind: ModuleKind
  readonly inputs: readonly Shape[]
  readonly output: Shape
  readonly instances: number
  /** All instances together; `one` is the first. */
  readonly cost: Cost
  readonly one: Cost
  /** Of all MACs, 0..1. */
  readonly share: number
}

export function analyze(document: Document, options: { readonly batch?: number } = {}): Analysis {
  const lowered = lower(document, options)
  const { whole, memory, byNode, byInstance } = summarize(lowered)
  const upTo = lowered.output === null ? unfinished(lowered) : undefined
  const totals: Totals = {
    params: whole.params,
    buffers: whole.buffers,
    macs: whole.macs,
    flops: whole.flops,
    memory,
    complete: lowered.output !== null,
    ...(upTo === undefined ? {} : { upTo }),
  }
  return { lowered, totals, byNode, byInstance, layers: layerRows(lowered, byNode, whole.macs.total) }
}

function layerRows(lowered: Lowered, byNode: ReadonlyMap<string, NodeCost>, macs: number): LayerRow[] {
  const rows: LayerRow[] = []
  for (const facts of lowered.nodes.values()) {
    const { path, instancePaths, output } = facts
    const node = findNode(lowered.document, pathOf(path))
    const cost = byNode.get(path)
    if (node?.type !== 'module' || !cost || !output || instancePaths.length === 0) continue
    if (facts.status === 'unconnected') continue
    rows.push({
      path,
      instancePaths,
      title: nodeTitle(node),
      module: node.module,
      kind: findModule(node.module)?.kind ?? 'tensor',
      inputs: facts.inputs.flatMap((shape) => (shape ? [shape] : [])),
      output,
      instances: cost.instances,
      cost: cost.all,
      one: cost.one,
      share: macs > 0 ? cost.all.macs.total / macs : 0,
    })
  }
  return rows
}

/** Title of the first node of the whole graph that is not finished. */
function unfinished({ document, nodes }: Lowered): string | undefined {
  const open = document.graph.nodes.find((node) => {
    const status = nodes.get(node.id)?.status
    return status === 'error' || status === 'unknown' || status === 'unconnected'
  })
  return open && nodeTitle(open)
}
