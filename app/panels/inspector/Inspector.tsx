import { Suspense } from 'react'
import { laterComponent } from '../../later'
import { useSessionStore } from '../../state/sessionStore'
import { DesignSummary } from './DesignSummary'
import './Inspector.css'

const SelectionInspector = laterComponent(
  async () => (await import('./SelectionInspector')).SelectionInspector,
)

/** What is selected, in full: settings, shapes, costs, kernels; the whole design when nothing is. */
export function Inspector() {
  const isDesign = useSessionStore((state) => !state.selectedEdge && state.selection.length === 0)
  return (
    <aside className="inspector" data-region="inspector" aria-label="Inspector">
      {isDesign ? (
        <DesignSummary />
      ) : (
        <Suspense fallback={null}>
          <SelectionInspector />
        </Suspense>
      )}
    </aside>
  )
}
