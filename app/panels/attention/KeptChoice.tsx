import { runNow } from '../../commands/runs'
import { useAttentionStore } from '../../state/attentionStore'
import { useDocumentStore } from '../../state/documentStore'
import { type RunState, useRunStore } from '../../state/runStore'
import { Button } from '../../ui/Button'
import { formatBytes } from '../../ui/formatNumber'
import type { MixerRow } from './mixerRows'

const leftOutOf = (state: RunState) => state.result?.attentionLeftOut

/** Large inputs have more attention than a run keeps: then one layer can be kept by itself. */
export function KeptChoice({ row }: { readonly row: MixerRow }) {
  const leftOut = useRunStore(leftOutOf)
  const design = useDocumentStore((state) => state.document)
  const kept = useAttentionStore((state) => state.kept)
  const { lookAt } = useAttentionStore.getState()
  const bytes = (leftOut ?? []).reduce((sum, each) => sum + (each.path === row.path ? each.bytes : 0), 0)
  const keep = (path: string | null) => {
    lookAt({ kept: path === null ? null : { design, path } })
    void runNow.run()
  }
  if (bytes > 0)
    return (
      <p className="small">
        The attention of this layer was not kept: {formatBytes(bytes)} beside the others.{' '}
        <Button look="link" onClick={() => keep(row.path)}>
          Run and keep it alone
        </Button>
      </p>
    )
  if (kept?.design !== design) return null
  return (
    <Button look="link" onClick={() => keep(null)}>
      Run and keep all layers that fit
    </Button>
  )
}
