import { useSessionStore } from '../../state/sessionStore'
import { EdgeInspector } from './EdgeInspector'
import { NodeInspector } from './NodeInspector'
import { SelectionSummary } from './SelectionSummary'

/** One node, several, or an edge. */
export function SelectionInspector() {
  const selection = useSessionStore((state) => state.selection)
  const edge = useSessionStore((state) => state.selectedEdge)
  const [first, second] = selection
  if (edge) return <EdgeInspector subject={edge} />
  if (first === undefined) return null
  return second === undefined ? (
    <NodeInspector key={first} path={first} />
  ) : (
    <SelectionSummary selection={selection} />
  )
}
