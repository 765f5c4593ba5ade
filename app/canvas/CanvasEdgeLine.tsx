import { EdgeLabelRenderer, type EdgeProps, useInternalNode } from '@xyflow/react'
import { Plus } from 'lucide-react'
import { memo } from 'react'
import { type Diagnostic, IN, OUT } from '../../engine/index'
import { dropDragged } from '../commands/place'
import { titleOf } from '../commands/subject'
import { problemsByPath, useAnalysis, useShownAnalysis, useShownDocument } from '../state/derived'
import { childOf, edgeKey } from '../state/paths'
import { useSessionStore } from '../state/sessionStore'
import { formatBytes, formatShape, formatShapeShort } from '../ui/formatNumber'
import './CanvasEdgeLine.css'
import { bytesOf, isTokens, shapeFrom } from './describe'
import { edgeLine } from './edgeLine'
import type { CanvasEdge, CanvasNode } from './flowNodes'
import { middleOf, type Point, roundedPath } from './geometry'
import { nodeAt, type SceneEdge } from './scene'
import { useIsInsertTarget } from './useDropState'

/** One link: spine, rib or free, with what flows through it. */
export const CanvasEdgeLine = memo(function CanvasEdgeLine({ data, selected }: EdgeProps<CanvasEdge>) {
  const edge = data?.edge
  const source = useInternalNode<CanvasNode>(edge?.source ?? '')
  const target = useInternalNode<CanvasNode>(edge?.target ?? '')
  if (!edge || !source || !target) return null
  const from = shift(source.internals.positionAbsolute, edge.sourceOffset)
  const to = shift(target.internals.positionAbsolute, edge.targetOffset)
  return <DrawnEdge edge={edge} from={from} to={to} isSelected={selected ?? false} />
})

const shift = (point: Point, by: Point): Point => ({ x: point.x + by.x, y: point.y + by.y })

interface DrawnEdgeProps {
  readonly edge: SceneEdge
  readonly from: Point
  readonly to: Point
  readonly isSelected: boolean
}

function DrawnEdge({ edge, from, to, isSelected }: DrawnEdgeProps) {
  const document = useShownDocument()
  const analysis = useShownAnalysis()
  const committed = useAnalysis()
  const isHovered = useSessionStore(
    (state) => state.hoveredEdge !== null && edgeKey(state.hoveredEdge) === edge.id,
  )
  const isAimed = useSessionStore(
    ({ drag }) => drag?.over?.kind === 'insert' && edgeKey(drag.over) === edge.id,
  )
  const isDragging = useSessionStore((state) => state.drag !== null)
  const isLit = useIsInsertTarget(edge.id)
  const { graph, edge: wire } = edge.ref
  const shape = shapeFrom(document, analysis, graph, wire.from)
  const line = edgeLine(edge.kind, from, to, edge.forkBefore)
  const target = childOf(graph, wire.to)
  const isBroken = breaks(problemsByPath(committed).get(target), wire.port ?? 0, edge)
  const isWaiting = shape === null
  const state = isBroken ? 'broken' : isWaiting ? 'waiting' : isDragging ? (isLit ? 'lit' : 'dimmed') : 'ok'
  const look = edge.kind === 'spine' ? (edge.isOnRow ? 'row' : 'spine') : isTokens(shape) ? 'tokens' : 'map'
  const start = line[0] as Point
  const middle = middleOf(line)
  // The stub behind the last node of the row goes nowhere that a person could see.
  if (edge.isOnRow && wire.to === OUT && !isSelected && !isHovered) return null
  const isActive = isHovered || isSelected
  const label = isBroken || isActive || edge.isOnRow ? null : entryLabel(edge, line, shape, document)
  const isNarrow = Math.abs(to.x - from.x) < 60 && edge.kind !== 'join'
  return (
    <>
      <g
        className="edge"
        data-edge={`${wire.from}->${wire.to}`}
        data-graph={graph}
        data-look={look}
        data-state={state}
        data-selected={isActive || undefined}
        data-aimed={isAimed || undefined}
      >
        <path className="edge-hit react-flow__edge-interaction" d={roundedPath(line, 10)} />
        <path className="edge-line react-flow__edge-path" d={roundedPath(line, 10)} />
        {edge.kind === 'fork' && <circle className="edge-fork" cx={start.x} cy={start.y} r={4} />}
        {edge.kind === 'join' && <path className="edge-arrow" d={`M${to.x - 4} ${to.y + 7}l4 -6l4 6`} />}
        {edge.isOnRow && !isDragging && edge.kind === 'spine' && (
          <circle className="edge-joint" cx={middle.x} cy={middle.y} r={3.5} />
        )}
      </g>
      <EdgeLabelRenderer>
        {edge.isOnRow && shape && edge.kind === 'spine' && wire.to !== OUT && !isActive && (
          <Ruler x={middle.x} y={middle.y} text={formatShapeShort(shape)} />
        )}
        {label && shape && <Label at={label} text={formatShapeShort(shape)} align="start" look="shape" />}
        {isBroken && shape && (
          <Label
            at={isNarrow ? { x: middle.x, y: middle.y - 24 } : middle}
            text={formatShapeShort(shape)}
            align="center"
            look="broken"
          />
        )}
        {isActive && !isBroken && (
          <Label
            at={
              isNarrow || edge.kind === 'spine' || edge.kind === 'line'
                ? { x: middle.x, y: middle.y - 14 }
                : middle
            }
            text={shape ? `${formatShape(shape)}, ${formatBytes(bytesOf(shape))}` : 'nothing yet'}
            align="center"
            look="hover"
          />
        )}
        {isLit && <InsertPlus edge={edge} at={middle} isAimed={isAimed} />}
      </EdgeLabelRenderer>
    </>
  )
}

/** The inputs that a node with a problem names as wrong; a merge without rows blames its ribs. */
function breaks(problems: readonly Diagnostic[] | undefined, port: number, edge: SceneEdge): boolean {
  const problem = problems?.find((candidate) => candidate.severity === 'error')
  if (!problem || (problem.code !== 'SHAPE_MISMATCH' && problem.code !== 'RANK')) return false
  const rows = problem.expected
  const wrong = rows.flatMap((row, index) => (row.expected !== row.got ? [index] : []))
  if (wrong.length > 0 && wrong.length < rows.length) return rows[port] !== undefined && wrong.includes(port)
  return rows.length <= 1 || edge.kind === 'join' || edge.kind === 'free'
}

/** Shapes are printed where they enter a graph and where they change. */
function entryLabel(
  edge: SceneEdge,
  line: readonly Point[],
  shape: readonly number[] | null,
  document: Parameters<typeof nodeAt>[0],
): Point | null {
  const { graph, edge: wire } = edge.ref
  const [start, end] = [line[0] as Point, line.at(-1) as Point]
  if (!shape || edge.kind === 'fork' || edge.kind === 'join') return null
  if (wire.from !== IN || graph === '') return null
  const next = nodeAt(document, childOf(graph, wire.to))
  // A group prints the shape at its own entry.
  if (next?.type === 'group') return null
  const isShort = end.x - start.x < 70
  const isInLens = !graph.includes('/')
  // In a block the header is above: there is no room beside a node that stands close.
  if (isShort && !isInLens) return null
  return isShort ? { x: start.x + 8, y: start.y - 44 } : { x: start.x + 38, y: start.y - 12 }
}

/** The tensor between two nodes of the row, above it. */
function Ruler({ x, y, text }: { readonly x: number; readonly y: number; readonly text: string }) {
  return (
    <div className="ruler" style={{ transform: `translate(${x}px, ${y - 82}px)` }} aria-hidden="true">
      <span className="ruler-text">{text}</span>
      <span className="ruler-drop" />
    </div>
  )
}

interface LabelProps {
  readonly at: Point
  readonly text: string
  readonly align: 'start' | 'center'
  readonly look: 'shape' | 'hover' | 'broken'
}

function Label({ at, text, align, look }: LabelProps) {
  return (
    <div
      className="edge-label"
      data-look={look}
      style={{
        transform: `translate(${at.x}px, ${at.y}px) translate(${align === 'center' ? '-50%' : '0'}, -50%)`,
      }}
    >
      {text}
    </div>
  )
}

/** The plus in the middle of an edge that takes what is in the hand. */
function InsertPlus({
  edge,
  at,
  isAimed,
}: {
  readonly edge: SceneEdge
  readonly at: Point
  readonly isAimed: boolean
}) {
  const document = useShownDocument()
  const isArmed = useSessionStore((state) => state.drag?.mode === 'armed')
  const aim = useSessionStore((state) => state.aim)
  const { graph, edge: wire } = edge.ref
  const named = (id: string, end: string) => {
    const node = nodeAt(document, childOf(graph, id))
    return node ? titleOf(node) : end
  }
  const target = { kind: 'insert', ...edge.ref } as const
  return (
    <button
      type="button"
      className="insert-plus nodrag nopan"
      data-aimed={isAimed || undefined}
      data-edge={`${wire.from}->${wire.to}`}
      data-graph={graph}
      style={{ transform: `translate(${at.x}px, ${at.y}px) translate(-50%, -50%)` }}
      aria-label={`Insert between ${named(wire.from, 'input')} and ${named(wire.to, 'output')}`}
      tabIndex={isArmed ? 0 : -1}
      onFocus={() => isArmed && aim(target, null)}
      onPointerEnter={() => isArmed && aim(target, null)}
      onPointerLeave={() => isArmed && aim(null, null)}
      onClick={(event) => {
        event.stopPropagation()
        if (!isArmed) return
        aim(target, null)
        dropDragged()
      }}
    >
      <Plus size={11} strokeWidth={2} aria-hidden="true" />
    </button>
  )
}
