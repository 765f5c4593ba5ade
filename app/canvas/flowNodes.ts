/** The scene as React Flow wants it. What did not change keeps its identity, so that nothing is drawn twice. */
import type { Edge, Node } from '@xyflow/react'
import type { Item, Scene, SceneEdge } from './scene'

export type CanvasNode = Node<{ readonly item: Item }, Item['kind']>
export type CanvasEdge = Edge<{ readonly edge: SceneEdge }, 'canvas'>

const layers: { readonly [K in Item['kind']]: number } = {
  tie: -2,
  lens: -1,
  block: 0,
  picture: 3,
  port: 3,
  module: 3,
  stage: 3,
  folded: 3,
}
const edgeLayer = 2

export function flowNodes(
  scene: Scene,
  before: readonly CanvasNode[],
  selection: readonly string[],
): CanvasNode[] {
  const known = new Map(before.map((node) => [node.id, node]))
  return scene.items.map((item) => {
    const isSelectable = item.kind === 'module' || item.kind === 'stage' || item.kind === 'folded'
    const selected = isSelectable && selection.includes(item.key)
    const old = known.get(item.id)
    if (
      old &&
      old.selected === selected &&
      !old.dragging &&
      isSameItem(old.data.item, item) &&
      isAt(old, item)
    )
      return old
    const canMove = isSelectable
    return {
      ...(old?.measured ? { measured: { width: item.rect.width, height: item.rect.height } } : {}),
      id: item.id,
      type: item.kind,
      position: { x: item.rect.x, y: item.rect.y },
      width: item.rect.width,
      height: item.rect.height,
      data: { item: old && isSameItem(old.data.item, item) ? old.data.item : item },
      selected,
      selectable: isSelectable,
      draggable: canMove,
      connectable: true,
      focusable: false,
      zIndex: layers[item.kind],
      className: classOf(item),
      ariaRole: 'presentation',
      domAttributes: plainNode,
    }
  })
}

/** React Flow's own role description says nothing here: the node inside has a role and a name. */
const plainNode = { 'aria-roledescription': undefined, 'aria-describedby': undefined } as const

/** The same wires are read in the outline; here they are a drawing. */
const plainEdge = { ...plainNode, 'aria-label': undefined, 'aria-hidden': true } as const

export function flowEdges(
  scene: Scene,
  before: readonly CanvasEdge[],
  selected: string | null,
): CanvasEdge[] {
  const known = new Map(before.map((edge) => [edge.id, edge]))
  return scene.edges.map((edge) => {
    const old = known.get(edge.id)
    const isSelected = edge.id === selected
    if (old?.data && old.selected === isSelected && isSameEdge(old.data.edge, edge)) return old
    return {
      id: edge.id,
      type: 'canvas',
      source: edge.source,
      target: edge.target,
      sourceHandle: 'out',
      targetHandle: 'in0',
      data: { edge },
      selected: isSelected,
      focusable: false,
      interactionWidth: 22,
      zIndex: edgeLayer,
      ariaRole: 'presentation',
      domAttributes: plainEdge,
    }
  })
}

/** Cards inside the lens show their handles; elsewhere they appear under the pointer. */
const withPorts: ReadonlySet<Item['moduleKind']> = new Set(['mixer', 'mlp', 'tensor'])

function classOf({ kind, moduleKind, isOnRow }: Item): string {
  if (kind === 'tie' || kind === 'lens' || kind === 'block') return 'canvas-backdrop'
  return !isOnRow && withPorts.has(moduleKind) ? 'canvas-item-ports' : ''
}

const isAt = (node: CanvasNode, { rect }: Item): boolean =>
  node.position.x === rect.x && node.position.y === rect.y

const isSameItem = (a: Item, b: Item): boolean =>
  a.id === b.id &&
  a.kind === b.kind &&
  a.graph === b.graph &&
  a.axis === b.axis &&
  a.moduleKind === b.moduleKind &&
  a.rect.x === b.rect.x &&
  a.rect.y === b.rect.y &&
  a.rect.width === b.rect.width &&
  a.rect.height === b.rect.height

const isSameEdge = (a: SceneEdge, b: SceneEdge): boolean =>
  a.source === b.source &&
  a.target === b.target &&
  a.kind === b.kind &&
  a.forkBefore === b.forkBefore &&
  a.sourceOffset.x === b.sourceOffset.x &&
  a.sourceOffset.y === b.sourceOffset.y &&
  a.targetOffset.x === b.targetOffset.x &&
  a.targetOffset.y === b.targetOffset.y &&
  a.ref.edge === b.ref.edge
