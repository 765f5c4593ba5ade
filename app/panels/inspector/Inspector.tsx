import { type SessionState, useSessionStore } from '../../state/sessionStore'
import { DesignSummary } from './DesignSummary'
import { EdgeInspector } from './EdgeInspector'
import { NodeInspector } from './NodeInspector'
import { SelectionSummary } from './SelectionSummary'
import './Inspector.css'

const subject = ({ selection, selectedEdge }: SessionState) =>
  selectedEdge ? 'edge' : selection.length === 0 ? 'design' : selection.length === 1 ? 'node' : 'several'

/** What is selected, in full: settings, shapes, costs, kernels; the whole design when nothing is. */
export function Inspector() {
  const kind = useSessionStore(subject)
  const selection = useSessionStore((state) => state.selection)
  const edge = useSessionStore((state) => state.selectedEdge)
  const [first] = selection
  return (
    <aside className="inspector" data-region="inspector" aria-label="Inspector">
      {kind === 'edge' && edge && <EdgeInspector subject={edge} />}
      {kind === 'node' && first !== undefined && <NodeInspector key={first} path={first} />}
      {kind === 'several' && <SelectionSummary selection={selection} />}
      {kind === 'design' && <DesignSummary />}
    </aside>
  )
}
