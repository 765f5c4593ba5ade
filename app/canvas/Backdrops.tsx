import { Handle, type NodeProps, Position } from '@xyflow/react'
import { memo, useEffect, useRef } from 'react'
import { IN } from '../../engine/index'
import { idOf } from '../state/paths'
import { useRunStore } from '../state/runStore'
import type { CanvasNode } from './flowNodes'
import { Ports } from './Ports'
import { useConnectLook } from './useConnecting'

/** Two hairlines from the stage to the lens that it opened. */
export const Tie = memo(function Tie({ data: { item }, positionAbsoluteX: left }: NodeProps<CanvasNode>) {
  const { from, to } = item.tie ?? { from: [0, 0], to: [0, 0] }
  const height = item.rect.height
  return (
    <svg className="tie" aria-hidden="true">
      {[0, 1].map((side) => {
        const [x1, x2] = [(from[side] ?? 0) - left, (to[side] ?? 0) - left]
        // Ends inside the rounded corners of both.
        const inset = side === 0 ? 8 : -8
        return <path key={side} d={`M${x1 + inset / 2} 0L${x2 + inset} ${height}`} />
      })}
    </svg>
  )
})

/** What goes in: the picture as the network sees it. */
export const PictureNode = memo(function PictureNode({ data: { item } }: NodeProps<CanvasNode>) {
  const picture = useRunStore((state) => state.picture)
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!picture || !context || !canvas.current) return
    canvas.current.width = picture.view.width
    canvas.current.height = picture.view.height
    context.putImageData(picture.view, 0, 0)
  }, [picture])
  return (
    <>
      <div
        className="picture"
        role="img"
        aria-label={picture ? `Picture: ${picture.name}` : 'Picture: none yet'}
      >
        {picture ? <canvas ref={canvas} /> : <PatchGrid />}
      </div>
      <span className="row-caption">Picture</span>
      <Ports item={item} sides="out" />
    </>
  )
})

const PatchGrid = () => (
  <svg className="picture-empty" viewBox="0 0 50 50" fill="none" stroke="currentColor" aria-hidden="true">
    <path d="M10 0v50M20 0v50M30 0v50M40 0v50M0 10h50M0 20h50M0 30h50M0 40h50" />
  </svg>
)

/** Where a graph begins and ends. */
export const PortNode = memo(function PortNode({ data: { item } }: NodeProps<CanvasNode>) {
  const look = useConnectLook(item)
  const isIn = idOf(item.key) === IN
  return isIn ? (
    <Handle id="out" type="source" position={Position.Right} className="port" />
  ) : (
    <Handle id="in0" type="target" position={Position.Left} className="port" data-look={look} />
  )
})
