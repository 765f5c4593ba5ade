import type { MixerFamily } from '../../engine/index'
import './Vertebrae.css'

/** One block on the spine: its mixer's family (null: none), whether a channel MLP follows, and its channels. */
export interface Vertebra {
  readonly mixer: MixerFamily | null
  readonly hasMlp: boolean
  readonly channels: number
}

const barWidth = 4
const barGap = 2
export const vertebraWidth = 2 * barWidth + barGap

/** 64 channels 22 px, 768 channels 56 px, logarithmic between (design-language.md, Vertebra). */
function vertebraHeight(channels: number): number {
  const known = [
    [64, 22],
    [128, 30],
    [256, 38],
    [320, 42],
    [512, 50],
    [768, 56],
  ] as const
  const [least] = known
  if (channels <= least[0]) return Math.max(14, least[1] + 8 * Math.log2(channels / least[0]))
  for (const [index, [from, low]] of known.entries()) {
    const next = known[index + 1]
    if (!next) return Math.min(66, low + 10 * Math.log2(channels / from))
    const [to, high] = next
    if (channels <= to) return low + ((high - low) * Math.log(channels / from)) / Math.log(to / from)
  }
  return 56
}

interface BlockBarsProps {
  readonly vertebra: Vertebra
  /** Left edge and the middle of the spine, in the coordinates of the surrounding svg. */
  readonly x: number
  readonly y: number
  readonly scale?: number
  /** Narrows the bars where many must fit. */
  readonly narrowing?: number
}

/** The two bars of one block, to be put into an svg that draws the spine. */
export function BlockBars({ vertebra, x, y, scale = 1, narrowing = 1 }: BlockBarsProps) {
  const height = vertebraHeight(vertebra.channels) * scale
  const mlpHeight = height * 0.62
  return (
    <g transform={`translate(${x} 0) scale(${narrowing} 1)`}>
      {vertebra.mixer !== null && <MixerBar family={vertebra.mixer} x={0} y={y} height={height} />}
      {vertebra.hasMlp && (
        <rect
          className="vertebra-mlp"
          x={barWidth + barGap}
          y={y - mlpHeight / 2}
          width={barWidth}
          height={mlpHeight}
          rx={2}
        />
      )}
    </g>
  )
}

function MixerBar({ family, x, y, height }: { family: MixerFamily; x: number; y: number; height: number }) {
  const top = y - height / 2
  switch (family) {
    case 'attention':
      return <rect className="vertebra-mixer" x={x} y={top} width={barWidth} height={height} rx={2} />
    case 'convolution':
      return (
        <rect
          className="vertebra-mixer-outlined"
          x={x + 0.5}
          y={top + 0.5}
          width={barWidth - 1}
          height={height - 1}
          rx={1.5}
        />
      )
    case 'pooling':
      return (
        <line
          className="vertebra-mixer-dots"
          x1={x + barWidth / 2}
          x2={x + barWidth / 2}
          y1={top + 1}
          y2={top + height - 1}
        />
      )
    case 'fixed':
      return (
        <line
          className="vertebra-mixer-rungs"
          x1={x + barWidth / 2}
          x2={x + barWidth / 2}
          y1={top}
          y2={top + height}
          strokeWidth={barWidth}
        />
      )
    case 'identity':
      return (
        <line
          className="vertebra-mixer-hairline"
          x1={x + barWidth / 2}
          x2={x + barWidth / 2}
          y1={top}
          y2={top + height}
        />
      )
    default:
      family satisfies never
      return null
  }
}

interface SkeletonPictureProps {
  /** Stages of blocks in order. */
  readonly stages: readonly (readonly Vertebra[])[]
  readonly width: number
  readonly height: number
}

/** The same bars lying down, for a spine that runs from top to bottom. */
export function LyingBars({ blocks }: { readonly blocks: readonly Vertebra[] }) {
  const pitch = 12
  const width = Math.max(...blocks.map((block) => vertebraHeight(block.channels)), 1)
  const height = blocks.length * pitch
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <g transform={`translate(${width} 0) rotate(90)`}>
        {blocks.map((vertebra, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a block is its number
          <BlockBars key={index} vertebra={vertebra} x={index * pitch + 1} y={width / 2} />
        ))}
      </g>
    </svg>
  )
}

const blockPitch = 17
const stageGap = 24
const margin = 16

/** A whole design as its skeleton: bars on the spine and nothing else. */
export function SkeletonPicture({ stages, width, height }: SkeletonPictureProps) {
  const blocks = stages.flat()
  const natural = blocks.length * blockPitch + Math.max(0, stages.length - 1) * stageGap
  const narrowing = Math.min(1, (width - 2 * margin) / Math.max(1, natural))
  const tallest = Math.max(1, ...blocks.map((block) => vertebraHeight(block.channels)))
  const scale = Math.min(1, (height - 12) / tallest)
  const start = (width - natural * narrowing) / 2
  return (
    <svg
      className="skeleton"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      <line className="skeleton-spine" x1={margin} x2={width - margin} y1={height / 2} y2={height / 2} />
      {placed(stages).map(({ left, vertebra }) => (
        <BlockBars
          key={left}
          vertebra={vertebra}
          x={start + left * narrowing}
          y={height / 2}
          scale={scale}
          narrowing={narrowing}
        />
      ))}
    </svg>
  )
}

/** Every block with its left edge, at full pitch. */
function placed(stages: SkeletonPictureProps['stages']) {
  let end = 0
  return stages.flatMap((stage, index) => {
    const first = end + (index > 0 ? stageGap : 0)
    end = first + stage.length * blockPitch
    return stage.map((vertebra, block) => ({ left: first + block * blockPitch, vertebra }))
  })
}
