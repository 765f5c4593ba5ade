import { useAnalysis } from '../../state/derived'
import { type RunState, useRunStore } from '../../state/runStore'

export const runProblemOf = (state: RunState): string | null =>
  state.status.kind === 'failed' ? state.status.message : null

/** Errors and warnings of the design and of the last run. */
export function useProblemCount(): number {
  const { lowered } = useAnalysis()
  const runProblem = useRunStore(runProblemOf)
  return lowered.diagnostics.length + (runProblem === null ? 0 : 1)
}
