/** Keys on the canvas: arrows walk along the edges, Enter opens, Esc leaves. All other keys belong to the commands. */
import { type KeyboardEvent, type RefObject, useCallback } from 'react'
import { IN, OUT } from '../../engine/index'
import { keyOf, type PathKey, parentOf, pathOf } from '../state/paths'
import { useSessionStore } from '../state/sessionStore'
import { useCanvasStore } from './canvasStore'
import { center } from './geometry'
import type { Item, Scene } from './scene'
import { dropOn } from './useDropping'

type Direction = 'left' | 'right' | 'up' | 'down'
const directions: { readonly [key: string]: Direction } = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
}

export function useCanvasKeys(scene: Scene, canvas: RefObject<HTMLDivElement | null>) {
  return useCallback(
    (event: KeyboardEvent) => {
      const key = event.target instanceof HTMLElement ? event.target.dataset.focus : undefined
      const item = key === undefined ? undefined : focusable(scene).find((candidate) => candidate.key === key)
      if (!item || event.ctrlKey || event.metaKey || event.altKey) return
      const isHandled = handle(event.key, event.shiftKey, item, scene, canvas.current)
      if (!isHandled) return
      event.preventDefault()
      event.stopPropagation()
    },
    [scene, canvas],
  )
}

function handle(
  key: string,
  isAdding: boolean,
  item: Item,
  scene: Scene,
  canvas: HTMLElement | null,
): boolean {
  const {
    drag,
    select,
    toggleSelected,
    openLens,
    setRoot,
    root,
    wishCamera,
    selection,
    lens,
    instance,
    connecting,
  } = useSessionStore.getState()
  const direction = directions[key]
  if (direction) {
    const next = neighbour(scene, item, direction)
    if (next) {
      focusNode(next.key, canvas)
      if (!drag) isAdding ? toggleSelected(next.key) : select([next.key])
    }
    return true
  }
  if (key === ' ' && !drag) {
    select([item.key])
    return true
  }
  if (key === 'Enter') {
    if (drag) return dropOn(item)
    if (!selection.includes(item.key)) select([item.key])
    if (item.kind === 'stage' && lens !== item.key) {
      openLens(item.key)
      focusInside(item.key, canvas)
      return true
    }
    if (item.kind === 'stage') focusInside(item.key, canvas)
    if (item.kind === 'folded') {
      useCanvasStore.getState().openGroup(item.key, true)
      focusInside(item.key, canvas)
    }
    if (item.kind === 'block' && root !== item.key) {
      setRoot(item.key)
      wishCamera('fit')
      focusInside(item.key, canvas)
    }
    return true
  }
  if (key === 'Escape') {
    if (drag || connecting || instance) return false
    const around = parentOf(item.key)
    if (around !== '' && around !== root) {
      select([around])
      focusNode(around, canvas)
      return true
    }
    if (item.kind === 'stage' && lens !== null) {
      openLens(null)
      return true
    }
    if (root !== '') {
      const outer = root
      setRoot(parentOf(root))
      useSessionStore.getState().select([outer])
      useSessionStore.getState().openLens(keyOf(pathOf(outer).slice(0, 1)))
      wishCamera('fit')
      focusSoon(outer, canvas)
      return true
    }
  }
  return false
}

const focusable = (scene: Scene): readonly Item[] =>
  scene.items.filter(
    (item) =>
      item.kind === 'stage' || item.kind === 'module' || item.kind === 'folded' || item.kind === 'block',
  )

/** Right and left follow the wires, up and down look around. */
function neighbour(scene: Scene, item: Item, direction: Direction): Item | undefined {
  const items = focusable(scene)
  if (direction === 'left' || direction === 'right') {
    const along = alongWire(scene, items, item, direction)
    if (along) return along
  }
  return nearestTowards(items, item, direction)
}

function alongWire(
  scene: Scene,
  items: readonly Item[],
  item: Item,
  direction: 'left' | 'right',
): Item | undefined {
  const ids = scene.edges.flatMap((edge) => {
    const [here, there] = direction === 'right' ? [edge.source, edge.target] : [edge.target, edge.source]
    return here === item.id ? [there] : []
  })
  const around = parentOf(item.key)
  for (const id of ids) {
    const end = id.slice(id.lastIndexOf('/') + 1)
    if (end !== IN && end !== OUT) return items.find((candidate) => candidate.id === id)
  }
  // At the end of a graph the way goes on behind the group, or back to its title.
  const group = items.find((candidate) => candidate.key === around)
  if (!group || ids.length === 0) return undefined
  return direction === 'left' ? group : alongWire(scene, items, group, direction)
}

function nearestTowards(items: readonly Item[], item: Item, direction: Direction): Item | undefined {
  const from = middle(item)
  let best: { readonly item: Item; readonly cost: number } | undefined
  for (const other of items) {
    if (other.key === item.key) continue
    const to = middle(other)
    const [dx, dy] = [to.x - from.x, to.y - from.y]
    const [ahead, aside] =
      direction === 'right'
        ? [dx, dy]
        : direction === 'left'
          ? [-dx, dy]
          : direction === 'down'
            ? [dy, dx]
            : [-dy, dx]
    if (ahead < 6) continue
    const cost = ahead + 2 * Math.abs(aside)
    if (!best || cost < best.cost) best = { item: other, cost }
  }
  return best?.item
}

/** A block is where its title is. */
const middle = (item: Item) =>
  item.kind === 'block' ? { x: item.rect.x + 40, y: item.rect.y + 15 } : center(item.rect)

function focusNode(key: PathKey, canvas: HTMLElement | null): void {
  useCanvasStore.getState().setFocused(key)
  const element = canvas?.querySelector<HTMLElement>(`[data-focus="${CSS.escape(key)}"]`)
  element?.focus({ preventScroll: true })
  useSessionStore.getState().wishCamera('show', key)
}

function focusSoon(key: PathKey, canvas: HTMLElement | null): void {
  requestAnimationFrame(() => requestAnimationFrame(() => focusNode(key, canvas)))
}

/** The first node of what has just been opened. */
function focusInside(group: PathKey, canvas: HTMLElement | null): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const first = canvas?.querySelector<HTMLElement>(`[data-focus^="${CSS.escape(group)}/"]`)
      const key = first?.dataset.focus
      if (key === undefined) return
      focusNode(key, canvas)
      useSessionStore.getState().select([key])
    }),
  )
}
