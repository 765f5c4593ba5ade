import { type PointerEvent, useEffect, useRef } from 'react'
import { type ContributionMap, fieldBox } from '../../../engine/index'
import { useDocumentStore } from '../../state/documentStore'
import { useRunStore } from '../../state/runStore'
import { viridisAt } from '../attention/colourRamp'
import type { Depth } from './depths'

interface FieldPictureProps {
  readonly depth: Depth
  readonly row: number
  readonly column: number
  readonly onPlace: (row: number, column: number) => void
  /** Drawn over the picture: what each pixel contributes. */
  readonly measured: ContributionMap | null
}

/** The picture with the box that one position reads: dashed is the exact field, clipped to the picture. */
export function FieldPicture({ depth, row, column, onPlace, measured }: FieldPictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const picture = useRunStore((state) => state.picture)
  const input = useDocumentStore((state) => state.document.input)
  const { clipped } = fieldBox(depth.field, row, column, input)

  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    context.clearRect(0, 0, input.width, input.height)
    if (picture) context.putImageData(picture.view, 0, 0)
    if (measured) drawContributions(context, measured)
  }, [picture, input, measured])

  const { grid } = depth
  const place = (event: PointerEvent) => {
    if (!grid || (event.type === 'pointermove' && event.buttons === 0)) return
    const bounds = event.currentTarget.getBoundingClientRect()
    const at = (client: number, start: number, length: number, count: number) =>
      Math.min(count - 1, Math.max(0, Math.floor(((client - start) / length) * count)))
    onPlace(
      at(event.clientY, bounds.top, bounds.height, grid.height),
      at(event.clientX, bounds.left, bounds.width, grid.width),
    )
  }
  const width = clipped.right - clipped.left
  const height = clipped.bottom - clipped.top
  const middle = grid
    ? { x: ((column + 0.5) * input.width) / grid.width, y: ((row + 0.5) * input.height) / grid.height }
    : { x: input.width / 2, y: input.height / 2 }
  return (
    <div className="field-picture" onPointerDown={place} onPointerMove={place}>
      <canvas ref={canvas} width={input.width} height={input.height} />
      <svg
        viewBox={`0 0 ${input.width} ${input.height}`}
        role="img"
        aria-label={`Receptive field of row ${row}, column ${column}: ${width} × ${height} pixels inside the picture`}
        data-field={`${clipped.left} ${clipped.top} ${clipped.right} ${clipped.bottom}`}
      >
        {!measured && (
          <path
            className="field-outside"
            fillRule="evenodd"
            d={`M0 0h${input.width}v${input.height}h${-input.width}z M${clipped.left} ${clipped.top}h${width}v${height}h${-width}z`}
          />
        )}
        <rect className="field-box-halo" x={clipped.left} y={clipped.top} width={width} height={height} />
        <rect className="field-box" x={clipped.left} y={clipped.top} width={width} height={height} />
        <path className="field-cross" d={`M${middle.x - 4} ${middle.y}h8M${middle.x} ${middle.y - 4}v8`} />
      </svg>
    </div>
  )
}

/** Decades between the strongest contribution and nothing. */
const fieldDecades = 3

/** Viridis of log₁₀(1 + 10³ x / max): strong contributions hide the picture, weak ones let it through. */
function drawContributions(
  context: CanvasRenderingContext2D,
  { height, width, values }: ContributionMap,
): void {
  const most = values.reduce((largest, value) => Math.max(largest, value), 0)
  if (most === 0) return
  const heat = new ImageData(width, height)
  values.forEach((value, pixel) => {
    const share = Math.log10(1 + (10 ** fieldDecades * value) / most) / Math.log10(1 + 10 ** fieldDecades)
    heat.data.set([...viridisAt(share), Math.round(255 * (0.35 + 0.6 * share))], 4 * pixel)
  })
  const layer = new OffscreenCanvas(width, height)
  layer.getContext('2d')?.putImageData(heat, 0, 0)
  context.drawImage(layer, 0, 0)
}
