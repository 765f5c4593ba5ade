import { useAttentionStore } from '../../state/attentionStore'
import { errorsOf, useAnalysis } from '../../state/derived'
import { canRun, useRunStore } from '../../state/runStore'
import { AttentionView } from './AttentionView'
import { MixingView } from './MixingView'
import type { MixerRow } from './mixerRows'
import { NothingYet } from './NothingYet'
import { RolloutView } from './RolloutView'
import { useChosenRow, useMixerRows } from './useMixerRows'
import './AttentionPanel.css'

/** Who looks at whom: every mixer of the design, attention by its weights and the others by what they depend on. */
export function AttentionPanel() {
  const rows = useMixerRows()
  const row = useChosenRow(rows)
  const mode = useAttentionStore((state) => state.mode)
  const isReady = useRunStore(canRun)
  const analysis = useAnalysis()
  const hasMaps = rows.some(({ map }) => map !== null)
  const wantsMaps = analysis.lowered.graph.calls.some(({ name }) => name === 'attention')
  const canMix = isReady && errorsOf(analysis).length === 0
  if (!row || (!hasMaps && (wantsMaps || !canMix))) return <NothingYet />
  if (mode === 'rollout' && row.map?.kind === 'tokens')
    return <RolloutView rows={rows} row={row} layer={row.map} />
  if (row.map && (mode !== 'mixing' || !canMix))
    return <AttentionView rows={rows} row={row} layer={row.map} />
  return canMix ? <MixingView rows={rows} row={row} /> : <AttentionOfAnother rows={rows} />
}

/** Without a GPU only attention can be shown: the nearest row that has it. */
function AttentionOfAnother({ rows }: { readonly rows: readonly MixerRow[] }) {
  const row = rows.findLast(({ map }) => map !== null)
  return row?.map ? <AttentionView rows={rows} row={row} layer={row.map} /> : <NothingYet />
}
