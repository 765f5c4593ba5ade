import {
  createContext,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
} from 'react'
import { recall, remember } from '../state/theme'
import './Split.css'

type Direction = 'horizontal' | 'vertical'
type Sizes = { readonly [panel: string]: number }

interface SplitState {
  readonly direction: Direction
  readonly sizes: Sizes
  resize(panel: string, size: number): void
}

const SplitContext = createContext<SplitState>({ direction: 'horizontal', sizes: {}, resize: () => {} })

interface SplitProps {
  /** The sizes are remembered under this name. */
  readonly id: string
  readonly direction: Direction
  readonly children: ReactNode
}

/** Panels side by side or on top of each other, with edges to drag or to move by arrow keys. */
export function Split({ id, direction, children }: SplitProps) {
  const key = `vertebra.sizes.${id}`
  const [sizes, setSizes] = useState(() => storedSizes(key))
  const resize = (panel: string, size: number) => {
    const changed = { ...sizes, [panel]: size }
    setSizes(changed)
    remember(key, JSON.stringify(changed))
  }
  return (
    <SplitContext value={{ direction, sizes, resize }}>
      <div className="split" data-direction={direction}>
        {children}
      </div>
    </SplitContext>
  )
}

function storedSizes(key: string): Sizes {
  try {
    const stored: unknown = JSON.parse(recall(key) ?? '{}')
    const isSize = (entry: [string, unknown]): entry is [string, number] => Number.isFinite(entry[1])
    return Object.fromEntries(Object.entries(stored ?? {}).filter(isSize))
  } catch {
    return {}
  }
}

interface SplitPanelProps {
  readonly id: string
  /** Pixels; a panel without a size takes what is left. */
  readonly size?: number
  readonly least?: number
  readonly most?: number
  readonly children: ReactNode
}

export function SplitPanel({
  id,
  size,
  least = 0,
  most = Number.POSITIVE_INFINITY,
  children,
}: SplitPanelProps) {
  const { direction, sizes } = useContext(SplitContext)
  const [min, max] = direction === 'horizontal' ? ['minWidth', 'maxWidth'] : ['minHeight', 'maxHeight']
  const limits = { [min]: least, ...(Number.isFinite(most) ? { [max]: most } : {}) }
  const basis = size === undefined ? '1 1 0' : `0 1 ${sizes[id] ?? size}px`
  return (
    <div
      id={id}
      className="split-panel"
      data-sized={size !== undefined || undefined}
      data-least={least}
      data-most={most}
      style={{ flex: basis, ...limits }}
    >
      {children}
    </div>
  )
}

const keyStep = 16

/** Moves the edge of the sized panel beside it: by pointer, arrow keys, Home and End. */
export function SplitHandle({ label }: { readonly label: string }) {
  const { direction, sizes, resize } = useContext(SplitContext)
  const handle = useRef<HTMLDivElement>(null)
  const held = useRef<{ readonly from: number; readonly size: number } | null>(null)
  const [shown, setShown] = useState<Beside | null>(null)
  // Sizes are the browser's: asked for after they were drawn.
  useEffect(
    () => setShown(handle.current && { ...beside(handle.current, direction, sizes) }),
    [direction, sizes],
  )

  const place = (event: PointerEvent) => (direction === 'horizontal' ? event.clientX : event.clientY)
  const resizeTo = (size: number) => {
    if (!handle.current) return
    const { panel, least, most } = beside(handle.current, direction, sizes)
    resize(panel, Math.round(Math.min(most, Math.max(least, size))))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (!handle.current) return
    const { size, sign, least, most } = beside(handle.current, direction, sizes)
    const [back, forth] = direction === 'horizontal' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown']
    if (event.key === back) resizeTo(size - sign * keyStep)
    else if (event.key === forth) resizeTo(size + sign * keyStep)
    else if (event.key === 'Home') resizeTo(least)
    else if (event.key === 'End') resizeTo(most)
    else return
    event.preventDefault()
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a line that is moved, not one between paragraphs
    <div
      ref={handle}
      role="separator"
      className="split-handle"
      aria-label={label}
      aria-orientation={direction === 'horizontal' ? 'vertical' : 'horizontal'}
      aria-valuenow={Math.round(shown?.size ?? 0)}
      aria-valuemin={Math.round(shown?.least ?? 0)}
      aria-valuemax={Math.round(shown?.most ?? 0)}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.preventDefault()
        event.currentTarget.setPointerCapture(event.pointerId)
        held.current = { from: place(event), size: beside(event.currentTarget, direction, sizes).size }
      }}
      onPointerMove={(event) => {
        if (!held.current) return
        const { sign } = beside(event.currentTarget, direction, sizes)
        resizeTo(held.current.size + sign * (place(event) - held.current.from))
      }}
      onLostPointerCapture={() => {
        held.current = null
      }}
    />
  )
}

interface Beside {
  readonly panel: string
  readonly size: number
  readonly least: number
  readonly most: number
  /** Whether the panel grows (1) or shrinks (−1) when the handle moves on. */
  readonly sign: 1 | -1
}

/** The panel that a handle resizes, and how far it can go before the one on the other side is too small. */
function beside(handle: HTMLElement, direction: Direction, sizes: Sizes): Beside {
  const before = handle.previousElementSibling
  const after = handle.nextElementSibling
  const isBefore = before instanceof HTMLElement && before.dataset.sized !== undefined
  const [panel, other] = isBefore ? [before, after] : [after, before]
  if (!(panel instanceof HTMLElement) || !(other instanceof HTMLElement))
    throw new Error('internal: a handle stands between two panels')
  const extent = (element: HTMLElement) =>
    direction === 'horizontal' ? element.offsetWidth : element.offsetHeight
  const size = extent(panel) || (sizes[panel.id] ?? 0)
  const room = size + extent(other) - Number(other.dataset.least)
  const least = Number(panel.dataset.least)
  return {
    panel: panel.id,
    size,
    least,
    most: Math.max(least, Math.min(Number(panel.dataset.most), room)),
    sign: isBefore ? 1 : -1,
  }
}
