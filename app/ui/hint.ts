/**
 * Short explanations beside what the pointer or the focus is on: tooltips, and cards of modules. One is shown at a time;
 * `HintLayer` draws it.
 */
import { type FocusEvent, type PointerEvent, type ReactNode, useEffect, useRef } from 'react'
import { create } from 'zustand'

export type Side = 'top' | 'right' | 'bottom' | 'left'

interface Hint {
  readonly content: ReactNode
  readonly look: 'tooltip' | 'card'
  readonly side: Side
}

interface ShownHint extends Hint {
  readonly anchor: HTMLElement
}

export const useHintStore = create<{ readonly shown: ShownHint | null }>()(() => ({ shown: null }))

/** Until a hint opens; the next one opens at once while one is in sight or has just been. */
const openMs = { tooltip: 400, card: 300 } as const
const closeMs = 80
const warmMs = 200

let timer: ReturnType<typeof setTimeout> | undefined
let closedAt = Number.NEGATIVE_INFINITY

export function hideHint(): void {
  clearTimeout(timer)
  if (!useHintStore.getState().shown) return
  closedAt = performance.now()
  useHintStore.setState({ shown: null })
}

/** The pointer is on the hint itself: it stays. */
export const keepHint = (): void => clearTimeout(timer)

export function hideHintSoon(): void {
  clearTimeout(timer)
  timer = setTimeout(hideHint, closeMs)
}

function showSoon(shown: ShownHint): void {
  clearTimeout(timer)
  const isWarm = useHintStore.getState().shown !== null || performance.now() - closedAt < warmMs
  timer = setTimeout(() => useHintStore.setState({ shown }), isWarm ? 0 : openMs[shown.look])
}

export interface HintHandlers {
  onPointerEnter?: (event: PointerEvent<HTMLElement>) => void
  onPointerLeave?: (event: PointerEvent<HTMLElement>) => void
  onPointerDown?: (event: PointerEvent<HTMLElement>) => void
  onFocus?: (event: FocusEvent<HTMLElement>) => void
  onBlur?: (event: FocusEvent<HTMLElement>) => void
}

/** What an element does so that a hint opens beside it; `own` are handlers that it has already. */
export function useHint(hint: () => Hint, own: HintHandlers): HintHandlers {
  const anchor = useRef<HTMLElement | null>(null)
  // What is gone explains nothing.
  useEffect(
    () => () => {
      if (useHintStore.getState().shown?.anchor === anchor.current) hideHint()
    },
    [],
  )
  const open = (element: HTMLElement) => {
    anchor.current = element
    showSoon({ ...hint(), anchor: element })
  }
  return {
    onPointerEnter: (event) => {
      own.onPointerEnter?.(event)
      if (event.pointerType !== 'touch') open(event.currentTarget)
    },
    onPointerLeave: (event) => {
      own.onPointerLeave?.(event)
      hideHintSoon()
    },
    onPointerDown: (event) => {
      own.onPointerDown?.(event)
      hideHint()
    },
    onFocus: (event) => {
      own.onFocus?.(event)
      if (event.currentTarget.matches(':focus-visible')) open(event.currentTarget)
    },
    onBlur: (event) => {
      own.onBlur?.(event)
      hideHintSoon()
    },
  }
}
