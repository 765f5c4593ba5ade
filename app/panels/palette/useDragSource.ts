import { type KeyboardEvent, type MouseEvent, type PointerEvent, useRef } from 'react'
import { placeAfterSelection } from '../../commands/place'
import { type Dragged, useSessionStore } from '../../state/sessionStore'

const startDistance = 4
const touchHoldMs = 250

interface DragSource {
  onPointerDown(event: PointerEvent): void
  onClick(event: MouseEvent): void
  onKeyDown(event: KeyboardEvent): void
}

/**
 * Three ways to take something from the palette: drag it (after 4 px; by touch after a hold), click it and then click a lit
 * place, or press Enter to put it after the selection.
 */
export function useDragSource(dragged: Dragged): DragSource {
  const wasDragged = useRef(false)

  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return
    wasDragged.current = false
    const { clientX: startX, clientY: startY } = event
    const isTouch = event.pointerType === 'touch'
    const begin = (x: number, y: number) => {
      wasDragged.current = true
      stop()
      useSessionStore.getState().startDrag(dragged, x, y)
    }
    const hold = isTouch ? setTimeout(() => begin(startX, startY), touchHoldMs) : undefined
    const move = (moved: globalThis.PointerEvent) => {
      if (Math.hypot(moved.clientX - startX, moved.clientY - startY) < startDistance) return
      // A finger that moves before the hold is scrolling.
      if (isTouch) stop()
      else begin(moved.clientX, moved.clientY)
    }
    const stop = () => {
      clearTimeout(hold)
      window.removeEventListener('pointermove', move)
      window.removeEventListener('pointerup', stop)
      window.removeEventListener('pointercancel', stop)
    }
    window.addEventListener('pointermove', move)
    window.addEventListener('pointerup', stop)
    window.addEventListener('pointercancel', stop)
  }

  return {
    onPointerDown,
    onClick: () => {
      if (wasDragged.current) return
      const { drag, arm, endDrag } = useSessionStore.getState()
      if (drag && isSame(drag.dragged, dragged)) endDrag()
      else arm(dragged)
    },
    onKeyDown: (event) => {
      if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return
      event.preventDefault()
      placeAfterSelection(dragged)
    },
  }
}

export const isSame = (a: Dragged | undefined, b: Dragged): boolean =>
  a !== undefined && JSON.stringify(a) === JSON.stringify(b)
