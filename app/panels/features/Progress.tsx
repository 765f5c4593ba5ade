import { runWords } from '../../shell/runWords'
import type { LookStatus } from '../../state/lookStore'
import { useRunStore } from '../../state/runStore'

/** Why there is no answer to the question as it is now. */
export function Progress({ status }: { readonly status: LookStatus }) {
  const device = useRunStore((state) => state.device)
  if (device?.available === false) {
    return <p className="small muted">Features are computed on the GPU. {device.reason}</p>
  }
  if (status.kind === 'failed') return <p className="small">{status.message}</p>
  return (
    <p className="small muted" role="status">
      Computing: {runWords(status) ?? 'waiting'}
    </p>
  )
}
