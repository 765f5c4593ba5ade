import { type FocusEvent, type KeyboardEvent, type RefObject, useLayoutEffect } from 'react'

interface RovingFocus {
  onKeyDown(event: KeyboardEvent): void
  onFocus(event: FocusEvent): void
}

/**
 * Arrow keys between the items of a list or grid, which is one stop of Tab. Up and down go to the item drawn there,
 * whatever the number of columns; Home and End to the first and last.
 */
export function useRovingFocus(container: RefObject<HTMLElement | null>, selector: string): RovingFocus {
  // After every drawing: items come and go.
  useLayoutEffect(() => {
    const items = itemsIn(container, selector)
    if (!items.some((item) => item.tabIndex === 0)) makeOnlyStop(items, items[0])
    else
      makeOnlyStop(
        items,
        items.find((item) => item.tabIndex === 0),
      )
  })
  return {
    onFocus: (event) => {
      const items = itemsIn(container, selector)
      const item = items.find((candidate) => candidate.contains(event.target))
      if (item) makeOnlyStop(items, item)
    },
    onKeyDown: (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return
      const items = itemsIn(container, selector)
      const current = items.find((item) => item === document.activeElement)
      const next = current && neighbour(items, current, event.key)
      if (!next) return
      event.preventDefault()
      next.focus()
    },
  }
}

const itemsIn = (container: RefObject<HTMLElement | null>, selector: string): HTMLElement[] => [
  ...(container.current?.querySelectorAll<HTMLElement>(selector) ?? []),
]

function makeOnlyStop(items: readonly HTMLElement[], stop: HTMLElement | undefined): void {
  for (const item of items) item.tabIndex = item === stop ? 0 : -1
}

function neighbour(
  items: readonly HTMLElement[],
  current: HTMLElement,
  key: string,
): HTMLElement | undefined {
  const index = items.indexOf(current)
  switch (key) {
    case 'ArrowRight':
      return items[index + 1]
    case 'ArrowLeft':
      return items[index - 1]
    case 'Home':
      return items[0]
    case 'End':
      return items.at(-1)
    case 'ArrowDown':
      return nearestRow(items.slice(index + 1), current, 1)
    case 'ArrowUp':
      return nearestRow(items.slice(0, index).reverse(), current, -1)
    default:
      return undefined
  }
}

/** The item of the next row whose middle is closest to this one's. */
function nearestRow(
  candidates: readonly HTMLElement[],
  current: HTMLElement,
  direction: 1 | -1,
): HTMLElement | undefined {
  const from = current.getBoundingClientRect()
  const middle = (box: DOMRect) => (box.left + box.right) / 2
  const beyond = candidates.filter((item) => direction * (item.getBoundingClientRect().top - from.top) > 4)
  const first = beyond[0]?.getBoundingClientRect()
  if (!first) return undefined
  const row = beyond.filter((item) => Math.abs(item.getBoundingClientRect().top - first.top) <= 4)
  return row.sort(
    (a, b) =>
      Math.abs(middle(a.getBoundingClientRect()) - middle(from)) -
      Math.abs(middle(b.getBoundingClientRect()) - middle(from)),
  )[0]
}
