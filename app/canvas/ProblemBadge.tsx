import type { Diagnostic } from '../../engine/index'
import { useCanvasStore } from './canvasStore'
import './ProblemBadge.css'

export const problemId = ({ path, code }: Diagnostic): string => `${path} ${code}`

/** The `!` at a node's corner; a click shows its note again. */
export function ProblemBadge({ problem }: { readonly problem: Diagnostic | undefined }) {
  const dismiss = useCanvasStore((state) => state.dismiss)
  if (!problem) return null
  return (
    <button
      type="button"
      className="problem-badge nodrag"
      data-severity={problem.severity}
      aria-label={`Problem: ${problem.title}`}
      tabIndex={-1}
      onClick={() => dismiss(problemId(problem), false)}
    >
      !
    </button>
  )
}
