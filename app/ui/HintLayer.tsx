import { useEffect, useLayoutEffect, useRef } from 'react'
import { createPortal } from 'react-dom'
import { hideHint, hideHintSoon, keepHint, type Side, useHintStore } from './hint'
import './HintLayer.css'

const id = 'hint'
const gap = { tooltip: 6, card: 10 } as const
const margin = 8

/** Draws the hint that is shown, on the wanted side where there is room. */
export function HintLayer() {
  const shown = useHintStore((state) => state.shown)
  const box = useRef<HTMLDivElement>(null)

  useLayoutEffect(() => {
    if (!shown || !box.current) return
    const { anchor, side, look } = shown
    const { current: element } = box
    const place = () => {
      const { left, top } = placeBeside(anchor.getBoundingClientRect(), element, side, gap[look])
      element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`
    }
    place()
    // A card may grow when the rest of its content is here.
    const watcher = new ResizeObserver(place)
    watcher.observe(element)
    const isNamed = anchor.hasAttribute('aria-describedby')
    if (!isNamed) anchor.setAttribute('aria-describedby', id)
    return () => {
      watcher.disconnect()
      if (!isNamed) anchor.removeAttribute('aria-describedby')
    }
  }, [shown])

  useEffect(() => {
    if (!shown) return
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && hideHint()
    const onScroll = (event: Event) => event.target !== box.current && hideHint()
    window.addEventListener('keydown', onKey, true)
    window.addEventListener('scroll', onScroll, true)
    window.addEventListener('blur', hideHint)
    return () => {
      window.removeEventListener('keydown', onKey, true)
      window.removeEventListener('scroll', onScroll, true)
      window.removeEventListener('blur', hideHint)
    }
  }, [shown])

  if (!shown) return null
  return createPortal(
    <div
      ref={box}
      id={id}
      role="tooltip"
      className={`hint hint-${shown.look}`}
      onPointerEnter={keepHint}
      onPointerLeave={hideHintSoon}
    >
      {shown.content}
    </div>,
    document.body,
  )
}

/** Where a box goes beside an anchor: on its side, on the opposite one when there is no room, always inside the window. */
function placeBeside(anchor: DOMRect, box: HTMLElement, side: Side, distance: number) {
  const { offsetWidth: width, offsetHeight: height } = box
  const room = { width: window.innerWidth, height: window.innerHeight }
  const inside = (at: number, extent: number, whole: number) =>
    Math.max(margin, Math.min(at, whole - extent - margin))
  if (side === 'left' || side === 'right') {
    const before = anchor.left - distance - width
    const after = anchor.right + distance
    const isBefore = side === 'left' ? before >= margin : after + width > room.width - margin
    // A card begins where its row begins.
    return {
      left: inside(isBefore ? before : after, width, room.width),
      top: inside(anchor.top, height, room.height),
    }
  }
  const above = anchor.top - distance - height
  const below = anchor.bottom + distance
  const isAbove = side === 'top' ? above >= margin : below + height > room.height - margin
  return {
    left: inside((anchor.left + anchor.right - width) / 2, width, room.width),
    top: inside(isAbove ? above : below, height, room.height),
  }
}
