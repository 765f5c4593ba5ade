import { runWords } from '../../shell/runWords'
import type { LookStatus } from '../../state/lookStore'
import { useRunStore, whyNothingRuns } from '../../state/runStore'

/** Why there is no answer to the question as it is now. */
export function Progress({ status }: { readonly status: LookStatus }) {
  const reason = useRunStore(whyNothingRuns)
  if (reason !== null) return <p className="small muted">{reason} They can be computed on the CPU.</p>
  if (status.kind === 'failed') return <p className="small">{status.message}</p>
  return (
    <p className="small muted" role="status">
      Computing: {runWords(status) ?? 'waiting'}
    </p>
  )
}
