import type { NodeProps } from '@xyflow/react'
import { type CSSProperties, memo, useRef } from 'react'
import { BlockBars, vertebraWidth } from '../glyphs/Vertebrae'
import { factsAt, problemsInside, useAnalysis, useShownAnalysis, useShownDocument } from '../state/derived'
import { useSessionStore } from '../state/sessionStore'
import { tintOf } from './costs'
import { groupTitle, mixerWord } from './describe'
import type { CanvasNode } from './flowNodes'
import { Ports } from './Ports'
import { type StageSkeleton, stageSkeleton, vertebraOf } from './skeleton'
import './StageCard.css'
import { useDropLook } from './useDropState'
import { stateOf, useSubject } from './useSubject'

/** A stage of the row, or a closed group inside: its blocks as bars on the spine. */
export const StageCard = memo(function StageCard({ data: { item } }: NodeProps<CanvasNode>) {
  const subject = useSubject(item.key)
  const drop = useDropLook(item)
  const document = useShownDocument()
  const analysis = useShownAnalysis()
  const committed = useAnalysis()
  const isOpen = useSessionStore((state) => state.lens === item.key)
  const { node, costs, isSelected, isTabStop, label, facts } = subject
  // What waits for another node keeps the height it had.
  const known = useRef(new Map<string, number>())
  if (node?.type !== 'group') return null
  const channels = (path: string): number => {
    const width = factsAt(analysis, path)?.output?.at(-1) ?? known.current.get(path) ?? 64
    known.current.set(path, width)
    return width
  }
  const skeleton = stageSkeleton(document, item.key, node)
  const errors = problemsInside(committed, item.key).filter((problem) => problem.severity === 'error')
  const state = stateOf(subject)
  const share = costs.shareAt(item.key)
  const all = costs.allAt(item.key)
  const isSmall = item.kind === 'folded'
  return (
    <>
      <button
        type="button"
        className="stage"
        aria-label={label}
        aria-pressed={isSelected}
        aria-disabled={drop === 'dimmed' || undefined}
        aria-expanded={isOpen}
        tabIndex={isTabStop ? 0 : -1}
        data-focus={item.key}
        data-path={item.key}
        data-state={state}
        data-open={isOpen || undefined}
        data-small={isSmall || undefined}
        data-selected={isSelected || undefined}
        data-drop={drop}
        style={
          {
            '--tint': state === 'waiting' || state === 'unconnected' ? 'transparent' : tintOf(share),
          } as CSSProperties
        }
      >
        <span className="stage-head">
          <span className="stage-title ellipsis">{groupTitle(node)}</span>
          {skeleton.blocks.length > 1 && <span className="stage-count">×{skeleton.blocks.length}</span>}
        </span>
        <StagePicture
          skeleton={skeleton}
          width={item.rect.width}
          height={isSmall ? 30 : item.rect.height}
          channels={channels}
        />
        <span className="stage-foot">
          <span className="ellipsis">{mixerWord(document, item.key)}</span>
          {errors.length > 0 ? (
            <span className="stage-problems">
              {errors.length === 1 ? '1 problem' : `${errors.length} problems`}
            </span>
          ) : (
            <span className="stage-cost" data-stale={costs.isStale || undefined}>
              {facts?.status === 'waiting'
                ? 'waits'
                : all === null
                  ? ''
                  : `${costs.isStale ? '~' : ''}${costs.print(all)}`}
            </span>
          )}
        </span>
        {share > 0 && (
          <span className="stage-meter" style={{ width: `calc((100% - 20px) * ${Math.min(1, share)})` }} />
        )}
      </button>
      <Ports item={item} />
    </>
  )
})

/** Above this many blocks the row shows the first seven and the last two. */
const mostBlocks = 10

interface StagePictureProps {
  readonly skeleton: StageSkeleton
  readonly width: number
  readonly height: number
  readonly channels: (path: string) => number
}

function StagePicture({ skeleton, width, height, channels }: StagePictureProps) {
  const { blocks, hasDownsampling } = skeleton
  const isFolded = blocks.length > mostBlocks
  const shown = isFolded ? [...blocks.slice(0, 7), null, ...blocks.slice(-2)] : blocks
  const left = hasDownsampling ? 26 : 12
  const pitch = Math.min(17, (width - left - 12) / Math.max(1, shown.length))
  const start = (width + left - 12 - pitch * (shown.length - 1) - vertebraWidth) / 2
  const places = shown.map((block, index) => ({ block, x: start + pitch * index }))
  const middle = height / 2
  const scale = Math.min(1, (height - 8) / 70)
  return (
    <svg
      className="stage-picture"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      <line className="stage-spine" x1={0} x2={width} y1={middle} y2={middle} />
      {hasDownsampling && <path className="stage-entry" d={`M10 ${middle - 9}v18l11 -5.5v-7z`} />}
      {places.map(({ block, x }) =>
        block === null ? (
          <g key={x} className="stage-fold">
            <rect x={x - 1} y={middle - 6} width={12} height={12} />
            {[1, 5, 9].map((dx) => (
              <circle key={dx} cx={x + dx} cy={middle} r={1.2} />
            ))}
          </g>
        ) : (
          <BlockBars
            key={x}
            vertebra={vertebraOf(block, channels(block.path))}
            x={x}
            y={middle}
            scale={scale}
          />
        ),
      )}
    </svg>
  )
}
