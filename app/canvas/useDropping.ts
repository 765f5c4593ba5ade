/** While something is in the hand: finds the place under the pointer, tells the session, shows what would come of it. */
import { useReactFlow } from '@xyflow/react'
import { type RefObject, useEffect } from 'react'
import { findModule } from '../../engine/index'
import { dropDragged, legalTargets, nameOf, trial } from '../commands/place'
import { titleOf } from '../commands/subject'
import { kindWords } from '../glyphs/roles'
import { useDocumentStore } from '../state/documentStore'
import { type Dragged, type DropTarget, useSessionStore } from '../state/sessionStore'
import { targetAt } from './dropTargets'
import type { Point } from './geometry'
import { type Item, nodeAt, type Scene } from './scene'

export function useDropping(scene: Scene, canvas: RefObject<HTMLDivElement | null>): void {
  const { screenToFlowPosition, getZoom } = useReactFlow()
  const mode = useSessionStore((state) => state.drag?.mode ?? null)

  useEffect(() => {
    if (mode === null) return
    const aimAt = (screen: Point) => {
      const { drag, aim } = useSessionStore.getState()
      const area = canvas.current?.getBoundingClientRect()
      if (!drag || !area) return
      const isInside =
        screen.x >= area.left && screen.x <= area.right && screen.y >= area.top && screen.y <= area.bottom
      if (!isInside) return settle(drag.dragged, null, null, aim)
      const { document } = useDocumentStore.getState()
      const legal = legalTargets(document, drag.dragged)
      const { target, refuser } = targetAt(scene, legal, screenToFlowPosition(screen), getZoom())
      if (refuser) return settle(drag.dragged, null, refusalOf(drag.dragged, refuser), aim)
      settle(drag.dragged, target, null, aim)
    }
    if (mode === 'pointer') {
      let last = ''
      return useSessionStore.subscribe(({ drag }) => {
        if (!drag || last === `${drag.x},${drag.y}`) return
        last = `${drag.x},${drag.y}`
        aimAt({ x: drag.x, y: drag.y })
      })
    }
    const onMove = (event: PointerEvent) => aimAt({ x: event.clientX, y: event.clientY })
    const element = canvas.current
    element?.addEventListener('pointermove', onMove)
    return () => element?.removeEventListener('pointermove', onMove)
  }, [mode, scene, canvas, screenToFlowPosition, getZoom])
}

/** Aims, unless it is aimed there already; the shapes are tried before anything is promised. */
function settle(
  dragged: Dragged,
  target: DropTarget | null,
  refusal: string | null,
  aim: (over: DropTarget | null, refusal: string | null) => void,
): void {
  const { drag } = useSessionStore.getState()
  if (
    drag &&
    JSON.stringify(drag.over) === JSON.stringify(target) &&
    (target !== null || drag.refusal === refusal)
  )
    return
  if (target === null) {
    aim(null, refusal)
    return
  }
  const { document } = useDocumentStore.getState()
  const tried = target.kind === 'add' ? null : trial(document, dragged, target)
  if (tried?.kind === 'refused') {
    aim(null, tried.reason)
    return
  }
  aim(target, tried?.kind === 'breaks' ? tried.problem.message : null)
}

/** `A token mixer cannot take the place of a norm.` */
function refusalOf(dragged: Dragged, refuser: Item): string {
  const { document } = useDocumentStore.getState()
  const name = nameOf(document, dragged)
  const node = nodeAt(document, refuser.key)
  if (!node) return `${name} cannot go here.`
  if (refuser.kind === 'stage' || refuser.kind === 'folded')
    return `${titleOf(node)} has no place for ${name}.`
  const kind = node.type === 'module' ? findModule(node.module)?.kind : undefined
  const own = dragged.kind === 'module' ? findModule(dragged.module)?.kind : undefined
  if (kind && kind === own) return `${titleOf(node)} is here already.`
  return kind && own
    ? `${name} is a ${kindWords[own].one.toLowerCase()}; here is a ${kindWords[kind].one.toLowerCase()}.`
    : `${name} cannot take the place of ${titleOf(node)}.`
}

/** Enter or click on a lit node while armed. */
export function dropOn(item: Item): boolean {
  const { drag, aim } = useSessionStore.getState()
  if (!drag) return false
  const { document } = useDocumentStore.getState()
  const legal = legalTargets(document, drag.dragged)
  const inside = [...legal.replace].find((key) => key === item.key || key.startsWith(`${item.key}/`))
  if (inside === undefined) {
    aim(null, refusalOf(drag.dragged, item))
    return dropDragged()
  }
  aim({ kind: 'replace', path: inside }, null)
  return dropDragged()
}
