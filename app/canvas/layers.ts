/**
 * Places of the nodes of any acyclic graph, from left to right. Dagre does it well and is large: it comes after the first
 * drawing, and until then nodes stand in plain columns.
 */
import { later } from '../later'
import { useCanvasStore } from './canvasStore'
import type { Point } from './geometry'

export interface LayeredNode {
  readonly id: string
  readonly width: number
  readonly height: number
}

export interface LayeredEdge {
  readonly from: string
  readonly to: string
}

const rowGap = 28

/** The centre of each node; layers are `gap` apart. */
export type Arrange = (
  nodes: readonly LayeredNode[],
  edges: readonly LayeredEdge[],
  gap: number,
) => ReadonlyMap<string, Point>

let byDagre: Arrange | null = null

export const loadDagre = later(async () => {
  byDagre = (await import('./dagre')).byDagre
  useCanvasStore.getState().tidyUp()
})

export const arrange: Arrange = (nodes, edges, gap) => (byDagre ?? inColumns)(nodes, edges, gap)

/** Each node in the column after the last of those that lead to it, columns centred on one line. */
export const inColumns: Arrange = (nodes, edges, gap) => {
  const columns = columnsOf(nodes, edges)
  const centres = new Map<string, Point>()
  let x = 0
  for (const column of columns) {
    const width = Math.max(...column.map((node) => node.width))
    const height = column.reduce((sum, node) => sum + node.height + rowGap, -rowGap)
    let y = -height / 2
    for (const node of column) {
      centres.set(node.id, { x: x + width / 2, y: y + node.height / 2 })
      y += node.height + rowGap
    }
    x += width + gap
  }
  return centres
}

function columnsOf(
  nodes: readonly LayeredNode[],
  edges: readonly LayeredEdge[],
): readonly (readonly LayeredNode[])[] {
  const columnOf = new Map(nodes.map(({ id }) => [id, 0]))
  // A design with a loop has no last column: as many rounds as nodes are enough for all others.
  for (let round = 0; round < nodes.length; round++) {
    let hasMoved = false
    for (const { from, to } of edges) {
      const least = (columnOf.get(from) ?? 0) + 1
      if ((columnOf.get(to) ?? 0) >= least || least >= nodes.length) continue
      columnOf.set(to, least)
      hasMoved = true
    }
    if (!hasMoved) break
  }
  const columns = nodes.map((_, column) => nodes.filter(({ id }) => columnOf.get(id) === column))
  return columns.filter((column) => column.length > 0)
}
