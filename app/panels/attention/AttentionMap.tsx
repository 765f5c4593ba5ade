import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from 'react'
import type { AttentionLayer } from '../../../engine/index'
import { type RunState, useRunStore } from '../../state/runStore'
import { viridisAt } from './colourRamp'
import { moveQuery, placeOf, tokenAt } from './queries'
import { type RowRange, shareOf } from './rowRange'

interface AttentionMapProps {
  readonly layer: AttentionLayer
  readonly row: Float32Array
  readonly range: RowRange
  readonly query: number
  readonly isPinned: boolean
  readonly description: string
  readonly onQuery: (query: number) => void
  readonly onPin: (query: number) => void
}

const pictureOf = (state: RunState) => state.picture
/** Pixels of the drawing; the page scales it to the space there is. */
const side = 448

/** The picture, greyed, under the weights of one query: hovering asks another patch, a click holds it. */
export function AttentionMap({
  layer,
  row,
  range,
  query,
  isPinned,
  description,
  onQuery,
  onPin,
}: AttentionMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const picture = useRunStore(pictureOf)
  const { grid } = layer

  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context || !grid) return
    context.clearRect(0, 0, side, side)
    if (picture) drawGrey(context, picture.view)
    const width = side / grid.width
    const height = side / grid.height
    for (let key = grid.prefix; key < row.length; key++) {
      const place = placeOf(grid, key)
      if (!place) continue
      const share = shareOf(row[key] ?? 0, range)
      const [red, green, blue] = viridisAt(share)
      // More weight, more ink: 42 to 82 %.
      context.fillStyle = `rgb(${red} ${green} ${blue} / ${picture ? 0.42 + 0.4 * share : 1})`
      // Whole pixels, so that neighbours neither overlap nor leave a seam.
      const left = Math.round(place.column * width)
      const top = Math.round(place.row * height)
      context.fillRect(
        left,
        top,
        Math.round((place.column + 1) * width) - left,
        Math.round((place.row + 1) * height) - top,
      )
    }
    const place = placeOf(grid, query)
    if (place) drawBox(context, place.column * width, place.row * height, width, height)
  }, [grid, picture, query, range, row])

  if (!grid) return null

  const tokenUnder = (event: PointerEvent) => {
    const bounds = event.currentTarget.getBoundingClientRect()
    return tokenAt(
      grid,
      (event.clientX - bounds.left) / bounds.width,
      (event.clientY - bounds.top) / bounds.height,
    )
  }
  const onKey = (event: KeyboardEvent) => {
    const step = arrows[event.key]
    if (step) {
      event.preventDefault()
      event.stopPropagation()
      onPin(moveQuery(grid, query, step[0], step[1]))
    }
  }

  return (
    <div
      className="attention-map"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move the query; the role tells so
      tabIndex={0}
      aria-label={`Attention on the picture. ${description} Arrow keys move the query.`}
      data-pinned={isPinned || undefined}
      onPointerMove={(event) => !isPinned && onQuery(tokenUnder(event))}
      onPointerDown={(event) => onPin(tokenUnder(event))}
      onKeyDown={onKey}
    >
      <canvas ref={canvas} width={side} height={side} data-testid="attention-canvas" />
    </div>
  )
}

const arrows: { readonly [key: string]: readonly [number, number] } = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

const greys = new WeakMap<ImageData, OffscreenCanvas>()

/** The picture at a quarter of its colour. */
function drawGrey(context: CanvasRenderingContext2D, view: ImageData): void {
  let grey = greys.get(view)
  if (!grey) {
    grey = new OffscreenCanvas(view.width, view.height)
    const data = new Uint8ClampedArray(view.data)
    for (let at = 0; at < data.length; at += 4) {
      const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3)
      const luma = 0.299 * red + 0.587 * green + 0.114 * blue
      data[at] = luma + 0.25 * (red - luma)
      data[at + 1] = luma + 0.25 * (green - luma)
      data[at + 2] = luma + 0.25 * (blue - luma)
    }
    grey.getContext('2d')?.putImageData(new ImageData(data, view.width, view.height), 0, 0)
    greys.set(view, grey)
  }
  context.imageSmoothingQuality = 'high'
  context.drawImage(grey, 0, 0, side, side)
}

/** A white box with a dark halo: visible on every colour of the ramp. */
function drawBox(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  context.lineWidth = 8
  context.strokeStyle = 'rgb(0 0 0 / 0.55)'
  context.strokeRect(x, y, width, height)
  context.lineWidth = 4
  context.strokeStyle = '#ffffff'
  context.strokeRect(x, y, width, height)
}
