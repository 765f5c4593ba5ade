import {
  cloneElement,
  type MouseEvent,
  type PointerEvent,
  type ReactElement,
  Suspense,
  useRef,
  useState,
} from 'react'
import { laterComponent } from '../later'
import { useSessionStore } from '../state/sessionStore'
import type { Point } from './geometry'

const CanvasMenuList = laterComponent(async () => (await import('./CanvasMenuList')).CanvasMenuList)

const longPressMs = 700

interface MenuHandlers {
  onContextMenuCapture?: (event: MouseEvent) => void
  onPointerDownCapture?: (event: PointerEvent) => void
  onPointerMoveCapture?: () => void
  onPointerUpCapture?: () => void
  onPointerCancelCapture?: () => void
}

/** Right click, long press, Shift+F10: the commands for what is under the pointer. */
export function CanvasMenu({ children }: { readonly children: ReactElement<MenuHandlers> }) {
  const [place, setPlace] = useState<Point | null>(null)
  const press = useRef<ReturnType<typeof setTimeout>>(undefined)
  const open = (target: EventTarget, at: Point) => {
    selectUnder(target)
    setPlace(at)
  }
  const letGo = () => clearTimeout(press.current)
  return (
    <>
      {cloneElement(children, {
        onContextMenuCapture: (event) => {
          event.preventDefault()
          letGo()
          open(event.target, { x: event.clientX, y: event.clientY })
        },
        // Not every browser turns a long press into a context menu.
        onPointerDownCapture: ({ pointerType, target, clientX, clientY }) => {
          letGo()
          if (pointerType !== 'touch') return
          press.current = setTimeout(() => open(target, { x: clientX, y: clientY }), longPressMs)
        },
        onPointerMoveCapture: letGo,
        onPointerUpCapture: letGo,
        onPointerCancelCapture: letGo,
      })}
      {place && (
        <Suspense fallback={null}>
          <CanvasMenuList key={`${place.x} ${place.y}`} place={place} onClose={() => setPlace(null)} />
        </Suspense>
      )}
    </>
  )
}

/** The menu speaks of what it was opened on. */
function selectUnder(target: EventTarget): void {
  if (!(target instanceof Element)) return
  const { selection, select } = useSessionStore.getState()
  const element = target.closest<HTMLElement>('[data-path], [data-selects]')
  const key = element?.dataset.path ?? element?.dataset.selects
  if (key !== undefined) {
    if (!selection.includes(key)) select([key])
  } else if (target.closest('.react-flow__pane')) select([])
}
