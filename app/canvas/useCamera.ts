/** The camera: it starts on the whole width at the top, and follows the wishes in the session. */
import { useReactFlow, useStore } from '@xyflow/react'
import { useCallback, useEffect, useRef } from 'react'
import { useDocumentStore } from '../state/documentStore'
import { useSessionStore } from '../state/sessionStore'
import { useCanvasStore } from './canvasStore'
import { type Rect, right, union } from './geometry'
import type { Scene } from './scene'

const margin = { x: 16, top: 12, bottom: 16 } as const
/** Room for the ruler above the row. */
const rulerHeight = 86
const flight = 220

export function useCamera(scene: Scene): void {
  const { setViewport, fitBounds, zoomIn, zoomOut, zoomTo } = useReactFlow()
  const width = useStore((state) => state.width)
  const height = useStore((state) => state.height)
  const zoom = useStore((state) => Math.round(state.transform[2] * 100) / 100)
  const wish = useSessionStore((state) => state.camera)
  const setZoom = useSessionStore((state) => state.setZoom)
  const hasStarted = useRef(false)
  const served = useRef(0)
  const latest = useRef(scene)
  latest.current = scene
  const transform = useStore((state) => state.transform)
  const transformNow = useRef(transform)
  transformNow.current = transform

  useEffect(() => {
    setZoom(zoom)
  }, [zoom, setZoom])

  useEffect(() => {
    if (height > 0) useCanvasStore.getState().setLow(window.innerHeight < 800 && window.innerWidth < 1280)
  }, [height])

  /** The row across the width, its ruler at the top; the lens follows below as far as there is room. */
  const showStart = useCallback(
    (duration: number) => {
      const { row, bounds, items } = latest.current
      const lens = items.find((item) => item.kind === 'lens')
      const across = row ? { ...row, width: Math.max(row.width, lens?.rect.width ?? 0) } : bounds
      const top = row ? across.y + across.height / 2 - rulerHeight : across.y - margin.top
      const fits = (width - 2 * margin.x) / Math.max(1, across.width)
      const next = Math.max(0.55, Math.min(1, fits))
      const left = Math.max(margin.x, (width - across.width * next) / 2)
      void setViewport({ x: left - across.x * next, y: -top * next, zoom: next }, { duration })
    },
    [width, setViewport],
  )

  useEffect(() => {
    if (width === 0 || height === 0 || hasStarted.current) return
    hasStarted.current = true
    showStart(0)
  }, [width, height, showStart])

  // A side panel opens or closes: the row moves along with the room it has, if it was where it starts.
  const before = useRef(width)
  useEffect(() => {
    if (before.current !== width && before.current > 0 && width > 0) showStart(0)
    before.current = width
  }, [width, showStart])

  // Another design starts where the first one did.
  const opened = useDocumentStore((state) => (state.lastChange.kind === 'open' ? state.document : null))
  useEffect(() => {
    if (opened && hasStarted.current) requestAnimationFrame(() => showStart(0))
  }, [opened, showStart])

  // A lens wider than the view is shown whole: the person has just asked for it.
  const lens = scene.items.find((item) => item.kind === 'lens')
  const lensKey = lens?.key
  useEffect(() => {
    const opening = latest.current.items.find((item) => item.kind === 'lens' && item.key === lensKey)
    const [x, , zoom] = transformNow.current
    if (opening && width > 0 && right(opening.rect) * zoom + x > width) showStart(motion())
  }, [lensKey, width, showStart])

  useEffect(() => {
    if (!wish || wish.serial === served.current || width === 0) return
    served.current = wish.serial
    const duration = motion()
    // What the wish is about may only just be opening.
    requestAnimationFrame(() => {
      switch (wish.kind) {
        case 'zoomIn':
          return void zoomIn({ duration })
        case 'zoomOut':
          return void zoomOut({ duration })
        case 'actualSize':
          return void zoomTo(1, { duration })
        case 'fit': {
          const { bounds, row } = latest.current
          const whole = row ? union([bounds, { ...row, y: row.y - 40, height: row.height + 40 }]) : bounds
          const next = Math.min(
            1,
            (width - 2 * margin.x) / whole.width,
            (height - margin.top - margin.bottom) / whole.height,
          )
          const x = (width - whole.width * next) / 2 - whole.x * next
          return void setViewport(
            { x, y: margin.top - whole.y * next, zoom: Math.max(0.2, next) },
            { duration },
          )
        }
        case 'fitSelection':
        case 'show': {
          const keys = wish.path === undefined ? useSessionStore.getState().selection : [wish.path]
          const rects = latest.current.items
            .filter((item) => keys.includes(item.key) && item.kind !== 'tie')
            .map((item) => item.rect)
          if (rects.length === 0) return
          const all = union(rects)
          if (wish.kind === 'fitSelection') return void fitBounds(all, { duration, padding: 0.25 })
          return bringIntoView(all, duration)
        }
        default:
          return wish.kind satisfies never
      }
    })
    function bringIntoView(rect: Rect, duration: number) {
      const [x, y, now] = transformNow.current
      const screen = {
        left: rect.x * now + x,
        top: rect.y * now + y,
        width: rect.width * now,
        height: rect.height * now,
      }
      const dx = nudge(screen.left, screen.width, width)
      const dy = nudge(screen.top, screen.height, height)
      if (dx !== 0 || dy !== 0) void setViewport({ x: x + dx, y: y + dy, zoom: now }, { duration })
    }
  }, [wish, width, height, setViewport, fitBounds, zoomIn, zoomOut, zoomTo])
}

const edge = 24

const motion = (): number => (window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : flight)

/** By how much something has to move to lie within 0 … size. */
function nudge(start: number, length: number, size: number): number {
  if (start < edge || length > size - 2 * edge) return edge - start
  if (start + length > size - edge) return size - edge - start - length
  return 0
}
