import {
  Background,
  BackgroundVariant,
  type ConnectionLineComponent,
  type EdgeMouseHandler,
  MiniMap,
  type NodeChange,
  type NodeMouseHandler,
  type OnNodeDrag,
  ReactFlow,
  useStore,
} from '@xyflow/react'
import { type CSSProperties, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { findModule, moveNodes } from '../../engine/index'
import { edit } from '../commands/edit'
import { dropDragged } from '../commands/place'
import { titleOf } from '../commands/subject'
import { roleOf } from '../glyphs/roles'
import { useShownDocument } from '../state/derived'
import { useDocumentStore } from '../state/documentStore'
import { edgeKey, idOf, type PathKey, pathOf } from '../state/paths'
import { useSessionStore } from '../state/sessionStore'
import { PictureNode, PortNode, Tie } from './Backdrops'
import { CanvasEdgeLine } from './CanvasEdgeLine'
import { CanvasMenu } from './CanvasMenu'
import { Block, Lens } from './Container'
import { useCanvasStore } from './canvasStore'
import { DropCard } from './DropCard'
import { type CanvasEdge, type CanvasNode, flowEdges, flowNodes } from './flowNodes'
import { ModuleNode } from './ModuleNode'
import { ProblemNote } from './ProblemNote'
import { StageCard } from './StageCard'
import { SwapStrip } from './SwapStrip'
import { buildScene, nodeAt, positionsOf, type Scene } from './scene'
import { groupAt } from './skeleton'
import { useCamera } from './useCamera'
import { useCanvasKeys } from './useCanvasKeys'
import { useConnections } from './useConnecting'
import { useDropping } from './useDropping'
import { useReveal } from './useReveal'

const nodeTypes = {
  stage: StageCard,
  folded: StageCard,
  module: ModuleNode,
  block: Block,
  lens: Lens,
  tie: Tie,
  picture: PictureNode,
  port: PortNode,
}
const edgeTypes = { canvas: CanvasEdgeLine }
const defaultEdgeOptions = { type: 'canvas' } as const
const adding = ['Control', 'Meta']

export function Flow() {
  const scene = useScene()
  const [nodes, setNodes] = useNodes(scene)
  const edges = useEdges(scene)
  const root = useRef<HTMLDivElement>(null)
  const zoom = useStore((state) => Math.round(state.transform[2] * 20) / 20)
  const role = useDragRole()
  const connections = useConnections(scene)
  useCamera(scene)
  useReveal(scene)
  useEffect(() => useCanvasStore.getState().showEdges(new Set(scene.edges.map((edge) => edge.id))), [scene])
  useDropping(scene, root)
  const onKeyDown = useCanvasKeys(scene, root)

  const onNodesChange = useCallback(
    (changes: NodeChange<CanvasNode>[]) => {
      setNodes((before) =>
        before.map((node) => {
          for (const change of changes) {
            if (change.type === 'position' && change.id === node.id && change.position) {
              return { ...node, position: change.position, dragging: change.dragging ?? false }
            }
            if (
              change.type === 'dimensions' &&
              change.id === node.id &&
              change.dimensions &&
              !node.measured
            ) {
              return { ...node, measured: change.dimensions }
            }
          }
          return node
        }),
      )
      const picks = changes.filter((change) => change.type === 'select')
      if (picks.length === 0) return
      const { selection, select } = useSessionStore.getState()
      const chosen = new Set(selection)
      for (const { id, selected } of picks) {
        if (selected) chosen.add(id)
        else chosen.delete(id)
      }
      if (chosen.size !== selection.length || selection.some((key) => !chosen.has(key))) select([...chosen])
    },
    [setNodes],
  )

  const onNodeClick: NodeMouseHandler<CanvasNode> = useCallback((event, { data: { item } }) => {
    const { select, toggleSelected, openLens, lens, drag, aim } = useSessionStore.getState()
    if (drag?.mode === 'armed') {
      if (drag.over) dropDragged()
      else aim(null, null)
      return
    }
    if (event.target instanceof Element && event.target.closest('.stepper, .pager, .icon-button')) return
    if (item.kind === 'lens' || item.kind === 'block') {
      if (event.ctrlKey || event.metaKey) toggleSelected(item.key)
      else select([item.key])
    }
    useCanvasStore.getState().setFocused(item.key)
    if (item.kind === 'stage' && !event.ctrlKey && !event.metaKey && !event.shiftKey && lens !== item.key)
      openLens(item.key)
  }, [])

  const onNodeDoubleClick: NodeMouseHandler<CanvasNode> = useCallback((event, { data: { item } }) => {
    if (event.target instanceof Element && event.target.closest('.stepper, .pager, .icon-button')) return
    const { root: current, setRoot, wishCamera } = useSessionStore.getState()
    if (item.kind === 'folded') useCanvasStore.getState().openGroup(item.key, true)
    else if (
      (item.kind === 'stage' || item.kind === 'block' || item.kind === 'lens') &&
      current !== item.key
    ) {
      setRoot(item.key)
      wishCamera('fit')
    }
  }, [])

  const onNodeDragStop: OnNodeDrag<CanvasNode> = useCallback(
    (_, __, dragged) => commitMove(scene, dragged),
    [scene],
  )

  const onEdgeClick: EdgeMouseHandler<CanvasEdge> = useCallback((_, edge) => {
    if (edge.data && !useSessionStore.getState().drag)
      useSessionStore.getState().selectEdge(edge.data.edge.ref)
  }, [])
  const onEdgeEnter: EdgeMouseHandler<CanvasEdge> = useCallback((_, edge) => {
    useSessionStore.getState().hoverEdge(edge.data?.edge.ref ?? null)
  }, [])
  const onEdgeLeave = useCallback(() => useSessionStore.getState().hoverEdge(null), [])
  const onNodeEnter: NodeMouseHandler<CanvasNode> = useCallback((_, { data: { item } }) => {
    if (item.kind !== 'port' && item.kind !== 'picture') useSessionStore.getState().hover(item.key)
  }, [])
  const onNodeLeave = useCallback(() => useSessionStore.getState().hover(null), [])
  const onPaneClick = useCallback(() => {
    const { drag, select, selection, selectedEdge } = useSessionStore.getState()
    if (drag?.mode === 'armed') dropDragged()
    else if (selection.length > 0 || selectedEdge) select([])
  }, [])

  return (
    <CanvasMenu>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the nodes inside, which are buttons */}
      <div
        ref={root}
        className="canvas"
        data-lod={zoom < 0.5 ? 'far' : zoom < 0.9 ? 'middle' : 'near'}
        data-dragging={role !== null || undefined}
        style={
          { '--zoom': Math.max(0.1, zoom), '--drag-role': `var(--role-${role ?? 'mixer'})` } as CSSProperties
        }
        onKeyDown={onKeyDown}
      >
        <ReactFlow<CanvasNode, CanvasEdge>
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          defaultEdgeOptions={defaultEdgeOptions}
          onNodesChange={onNodesChange}
          onNodeClick={onNodeClick}
          onNodeDoubleClick={onNodeDoubleClick}
          onNodeDragStop={onNodeDragStop}
          onNodeMouseEnter={onNodeEnter}
          onNodeMouseLeave={onNodeLeave}
          onEdgeClick={onEdgeClick}
          onEdgeMouseEnter={onEdgeEnter}
          onEdgeMouseLeave={onEdgeLeave}
          onPaneClick={onPaneClick}
          {...connections}
          connectionLineComponent={ConnectionLine}
          connectionRadius={24}
          connectOnClick
          minZoom={0.2}
          maxZoom={2.5}
          nodeDragThreshold={4}
          nodeClickDistance={4}
          paneClickDistance={4}
          selectionKeyCode="Shift"
          multiSelectionKeyCode={adding}
          deleteKeyCode={null}
          zoomOnDoubleClick={false}
          elevateNodesOnSelect={false}
          nodesFocusable={false}
          edgesFocusable={false}
          disableKeyboardA11y
          zIndexMode="manual"
          role="group"
          aria-label="Design"
        >
          <Background variant={BackgroundVariant.Dots} gap={16} size={1.8} color="var(--canvas-dots)" />
          <Minimap scene={scene} />
          <ProblemNote scene={scene} />
          <SwapStrip scene={scene} />
          <DropCard scene={scene} />
        </ReactFlow>
      </div>
    </CanvasMenu>
  )
}

/** Where everything is. While something is dragged the picture stands still, whatever a preview would change. */
function useScene(): Scene {
  const document = useDocumentStore((state) => state.document)
  const shown = useShownDocument()
  const isDragging = useSessionStore((state) => state.drag !== null)
  const root = useSessionStore((state) => (groupAt(document, state.root) ? state.root : ''))
  const lens = useSessionStore((state) => (groupAt(document, state.lens ?? '') ? state.lens : null))
  const opened = useCanvasStore((state) => state.opened)
  const isLow = useCanvasStore((state) => state.isLow)
  const previous = useRef<ReturnType<typeof positionsOf>>(new Map())
  // Places of another design mean nothing here.
  const started = useDocumentStore((state) => (state.lastChange.kind === 'open' ? state.document : null))
  const startedBefore = useRef(started)
  const tidied = useCanvasStore((state) => state.tidied)
  const tidiedBefore = useRef(tidied)
  if ((started !== null && startedBefore.current !== started) || tidiedBefore.current !== tidied) {
    if (started !== null) startedBefore.current = started
    tidiedBefore.current = tidied
    previous.current = new Map()
  }
  const drawn = isDragging ? document : shown
  // What tidies up changes how places are found.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const scene = useMemo(
    () => buildScene(drawn, { root, lens, opened, isLow, previous: previous.current }),
    [drawn, root, lens, opened, isLow, tidied],
  )
  useEffect(() => {
    if (drawn === document) previous.current = new Map([...previous.current, ...positionsOf(scene)])
  }, [scene, drawn, document])
  return scene
}

/** Nodes follow the scene, except while a person drags them. */
function useNodes(scene: Scene) {
  const selection = useSessionStore((state) => state.selection)
  const [nodes, setNodes] = useState<CanvasNode[]>(() => flowNodes(scene, [], selection))
  useEffect(() => setNodes((before) => flowNodes(scene, before, selection)), [scene, selection])
  return [nodes, setNodes] as const
}

function useEdges(scene: Scene): CanvasEdge[] {
  const selected = useSessionStore((state) => state.selectedEdge)
  const before = useRef<CanvasEdge[]>([])
  return useMemo(() => {
    before.current = flowEdges(scene, before.current, selected ? edgeKey(selected) : null)
    return before.current
  }, [scene, selected])
}

/** The hue of what is in the hand: of its slots, edges and plus signs. */
function useDragRole(): string | null {
  const dragged = useSessionStore((state) => state.drag?.dragged)
  const document = useDocumentStore((state) => state.document)
  if (!dragged) return null
  if (dragged.kind === 'template') return 'mixer'
  const node = dragged.kind === 'node' ? nodeAt(document, dragged.path) : undefined
  const module = dragged.kind === 'module' ? dragged.module : node?.type === 'module' ? node.module : ''
  const kind = findModule(module)?.kind
  return kind ? roleOf[kind] : 'plain'
}

/** One history entry for a drag, whatever number of nodes it moved. */
function commitMove(scene: Scene, dragged: readonly CanvasNode[]): void {
  const byGraph = new Map<PathKey, Record<string, { x: number; y: number }>>()
  for (const { data, position } of dragged) {
    const { graph, key, rect } = data.item
    const origin = scene.origins.get(graph)
    if (!origin || (position.x === rect.x && position.y === rect.y)) continue
    const moved = byGraph.get(graph) ?? {}
    moved[idOf(key)] = { x: Math.round(position.x - origin.x), y: Math.round(position.y - origin.y) }
    byGraph.set(graph, moved)
  }
  if (byGraph.size === 0) return
  const { document } = useDocumentStore.getState()
  const [first] = dragged
  const node = first && nodeAt(document, first.data.item.key)
  const name = dragged.length === 1 && node ? titleOf(node) : `${dragged.length} nodes`
  edit(`Move ${name}`, (current) =>
    [...byGraph].reduce((moved, [graph, positions]) => moveNodes(moved, pathOf(graph), positions), current),
  )
}

const ConnectionLine: ConnectionLineComponent<CanvasNode> = ({
  fromX,
  fromY,
  toX,
  toY,
  connectionStatus,
}) => (
  <g className="connection-line" data-status={connectionStatus ?? undefined}>
    <path d={`M${fromX} ${fromY}C${(fromX + toX) / 2} ${fromY} ${(fromX + toX) / 2} ${toY} ${toX} ${toY}`} />
    <circle cx={toX} cy={toY} r={4} />
  </g>
)

/** Shown when the row has left the view. */
function Minimap({ scene }: { readonly scene: Scene }) {
  const isOut = useStore(({ transform: [x, y, zoom], width, height }) => {
    const shown = scene.row ?? scene.bounds
    const left = shown.x * zoom + x
    const top = shown.y * zoom + y
    return (
      width > 0 &&
      (left + shown.width * zoom < 80 ||
        left > width - 80 ||
        top + shown.height * zoom < 20 ||
        top > height - 20)
    )
  })
  if (!isOut) return null
  return (
    <MiniMap<CanvasNode>
      className="canvas-minimap"
      style={minimapSize}
      pannable
      zoomable
      ariaLabel="Overview map"
      nodeBorderRadius={6}
      nodeColor={(node) =>
        node.type === 'lens' || node.type === 'block' || node.type === 'tie' ? 'transparent' : 'var(--line-3)'
      }
      nodeStrokeColor={(node) =>
        node.type === 'lens' || node.type === 'block' ? 'var(--line-3)' : 'transparent'
      }
      nodeStrokeWidth={4}
    />
  )
}
const minimapSize = { width: 160, height: 96 } as const
