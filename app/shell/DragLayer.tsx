import { Ban } from 'lucide-react'
import { useEffect } from 'react'
import { findModule } from '../../engine/index'
import { dropDragged, nameOf, previewTarget } from '../commands/place'
import { ModuleGlyph } from '../glyphs/ModuleGlyph'
import { BlockGlyph } from '../panels/palette/BlockGlyph'
import { defaultSubtitle } from '../panels/palette/sections'
import { useDocumentStore } from '../state/documentStore'
import { type Dragged, type SessionState, useSessionStore } from '../state/sessionStore'
import './DragLayer.css'

const isPointerDrag = ({ drag }: SessionState) => drag?.mode === 'pointer'
const target = ({ drag }: SessionState) => drag?.over ?? null
const dragged = ({ drag }: SessionState) => drag?.dragged ?? null

/** Follows what is in the hand: moves the ghost, previews the place under it, drops on release. */
export function DragLayer() {
  const isDragging = useSessionStore(isPointerDrag)
  const over = useSessionStore(target)
  const inHand = useSessionStore(dragged)

  useEffect(() => {
    if (!isDragging) return
    const move = (event: PointerEvent) =>
      useSessionStore.getState().moveDrag(event.clientX, event.clientY, event.altKey)
    const drop = () => void dropDragged()
    const cancel = () => useSessionStore.getState().endDrag()
    window.addEventListener('pointermove', move)
    window.addEventListener('pointerup', drop)
    window.addEventListener('pointercancel', cancel)
    document.body.classList.add('is-dragging')
    return () => {
      window.removeEventListener('pointermove', move)
      window.removeEventListener('pointerup', drop)
      window.removeEventListener('pointercancel', cancel)
      document.body.classList.remove('is-dragging')
    }
  }, [isDragging])

  useEffect(() => {
    if (!inHand) return
    previewTarget(inHand, over)
    return () => previewTarget(null, null)
  }, [inHand, over])

  return isDragging && inHand ? <Ghost dragged={inHand} /> : null
}

function Ghost({ dragged }: { readonly dragged: Dragged }) {
  const x = useSessionStore((state) => state.drag?.x ?? 0)
  const y = useSessionStore((state) => state.drag?.y ?? 0)
  const refusal = useSessionStore((state) => state.drag?.refusal ?? null)
  const document = useDocumentStore((state) => state.document)
  const definition = dragged.kind === 'module' ? findModule(dragged.module) : undefined
  return (
    <div className="ghost" style={{ transform: `translate(${x + 10}px, ${y + 10}px)` }} aria-hidden="true">
      <div className="ghost-node">
        {dragged.kind === 'module' ? (
          <ModuleGlyph module={dragged.module} size="node" />
        ) : (
          <BlockGlyph size={24} />
        )}
        <div>
          <div className="ghost-title">{nameOf(document, dragged)}</div>
          {definition && <div className="ghost-subtitle">{defaultSubtitle(definition)}</div>}
        </div>
      </div>
      {refusal !== null && (
        <div className="ghost-refusal">
          <Ban size={14} strokeWidth={1.6} aria-hidden="true" />
          {refusal}
        </div>
      )}
    </div>
  )
}
