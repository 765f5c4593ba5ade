import {
  type CSSProperties,
  type KeyboardEvent,
  type PointerEvent,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { drawShapes } from './drawShapes'
import { cellArea, insideOf, type MapFigure } from './mapFigure'
import { middleOf, type Place, type PlaceGrid, placeUnder, stepFrom } from './places'
import { mapShapes } from './shapes'
import { useViewStore } from './viewStore'
import './MapPicture.css'

interface MapPictureProps {
  readonly figure: MapFigure
  /** What can be pointed at; null when nothing can. */
  readonly grid: PlaceGrid | null
  /** The picture's name for screen readers: `Attention on the picture`. */
  readonly name: string
  /** What it shows now, in a sentence. */
  readonly description: string
  /** Held by a click: where the arrow keys go on from. */
  readonly held?: Place | null
  /** The pointer or the arrow keys are at a place; null when they have left. */
  readonly onHover?: (place: Place | null) => void
  /** A click or Enter; `isSecond` with Alt or Shift. */
  readonly onPin?: (place: Place, isSecond: boolean) => void
  /** Escape. */
  readonly onRelease?: () => void
}

/** A map over its picture, drawn in the frame of the pointer's event: hovering, clicks and keys point at cells of a grid. */
export function MapPicture({
  figure,
  grid,
  name,
  description,
  held = null,
  onHover,
  onPin,
  onRelease,
}: MapPictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const view = useViewStore()
  const pixels = useDevicePixels(canvas)
  // Where the arrow keys are; shown apart from the pins, which stay.
  const [cursor, setCursor] = useState<Place | null>(null)

  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context || pixels.width === 0) return
    const { width, height, scale } = pixels
    context.setTransform(scale, 0, 0, scale, 0, 0)
    context.clearRect(0, 0, width, height)
    drawShapes(context, mapShapes(figure, view, { x: 0, y: 0, width, height }))
  }, [figure, view, pixels])

  const placeOf = (event: PointerEvent): Place | null => {
    if (!grid) return null
    const bounds = event.currentTarget.getBoundingClientRect()
    const { size } = figure
    return placeUnder(
      grid,
      ((event.clientX - bounds.left) / bounds.width) * size.width,
      ((event.clientY - bounds.top) / bounds.height) * size.height,
      size,
    )
  }
  const onMove = (event: PointerEvent) => {
    const place = placeOf(event)
    if (!place) return
    setCursor(null)
    onHover?.(place)
  }
  const onDown = (event: PointerEvent) => {
    const place = placeOf(event)
    if (!place || event.button !== 0) return
    setCursor(null)
    onPin?.(place, event.altKey || event.shiftKey)
  }
  const onKey = (event: KeyboardEvent) => {
    if (!grid || event.ctrlKey || event.metaKey) return
    const from = cursor ?? held ?? middleOf(grid)
    const step = steps[event.key]
    if (step) {
      const place = stepFrom(grid, from, step[0], step[1])
      setCursor(place)
      onHover?.(place)
    } else if (event.key === 'Enter') onPin?.(from, event.shiftKey || event.altKey)
    else if (event.key === 'Escape' && held) onRelease?.()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div
      className="map-picture"
      role="application"
      tabIndex={grid ? 0 : -1}
      aria-label={`${name}. ${description}${grid ? ` ${keysHint}` : ''}`}
      data-pointing={grid !== null || undefined}
      style={{ aspectRatio: `${figure.size.width} / ${figure.size.height}` }}
      onPointerMove={onMove}
      onPointerDown={onDown}
      onPointerLeave={() => cursor === null && onHover?.(null)}
      onKeyDown={onKey}
      onBlur={() => setCursor(null)}
    >
      <canvas ref={canvas} width={pixels.width * pixels.scale} height={pixels.height * pixels.scale} />
      {grid && cursor && <span className="map-picture-cursor" style={boxStyle(grid, cursor, figure.size)} />}
    </div>
  )
}

const keysHint =
  'Arrow keys move the query, Enter holds it, Shift and Enter holds a second one to compare, Escape lets go.'

const steps: { readonly [key: string]: readonly [number, number] } = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

function boxStyle(grid: PlaceGrid, { row, column }: Place, size: MapFigure['size']): CSSProperties {
  const { left, top, right, bottom } = insideOf(cellArea(grid, row, column, size), size)
  const percent = (pixels: number, side: number) => `${(100 * pixels) / side}%`
  return {
    left: percent(left, size.width),
    top: percent(top, size.height),
    width: percent(right - left, size.width),
    height: percent(bottom - top, size.height),
  }
}

interface DevicePixels {
  /** CSS pixels. */
  readonly width: number
  readonly height: number
  /** The screen's pixels to one of CSS. */
  readonly scale: number
}

/** The size of the canvas on the screen, so that it is drawn at the screen's own fineness. */
function useDevicePixels(canvas: { readonly current: HTMLCanvasElement | null }): DevicePixels {
  const [pixels, setPixels] = useState<DevicePixels>({ width: 0, height: 0, scale: 1 })
  useLayoutEffect(() => {
    const element = canvas.current
    if (!element) return
    const measure = () => {
      const { width, height } = element.getBoundingClientRect()
      const measured = {
        width: Math.round(width),
        height: Math.round(height),
        scale: Math.min(3, window.devicePixelRatio || 1),
      }
      setPixels((before) =>
        before.width === measured.width &&
        before.height === measured.height &&
        before.scale === measured.scale
          ? before
          : measured,
      )
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [canvas])
  return pixels
}
