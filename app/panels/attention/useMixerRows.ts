import { useEffect, useMemo, useRef } from 'react'
import { useAttentionStore } from '../../state/attentionStore'
import { analysisOf, useAnalysis } from '../../state/derived'
import { isInside } from '../../state/paths'
import { attentionLayers, type RunState, useRunStore } from '../../state/runStore'
import { type SessionState, useSessionStore } from '../../state/sessionStore'
import { type MixerRow, mapsThatStay, mixerRows } from './mixerRows'

const ranDocumentOf = (state: RunState) => state.ranDocument
const selectionOf = (state: SessionState) => state.selection

export function useMixerRows(): readonly MixerRow[] {
  const analysis = useAnalysis()
  const maps = useRunStore(attentionLayers)
  const ranDocument = useRunStore(ranDocumentOf)
  return useMemo(
    () => mixerRows(analysis, mapsThatStay(maps, ranDocument && analysisOf(ranDocument), analysis)),
    [analysis, maps, ranDocument],
  )
}

/** The row that is looked at. Selecting a mixer in the design moves there; choosing a row afterwards wins. */
export function useChosenRow(rows: readonly MixerRow[]): MixerRow | undefined {
  const key = useAttentionStore((state) => state.row)
  const selection = useSessionStore(selectionOf)
  const [selected] = selection
  const latest = useRef(rows)
  latest.current = rows
  useEffect(() => {
    if (selected === undefined) return
    // Only a new selection moves the view, not the rows that come with every run.
    const { row, lookAt } = useAttentionStore.getState()
    const within = latest.current.filter(({ selects }) => isInside(selects, selected))
    const last = within.at(-1)
    if (last && !within.some((each) => each.key === row)) lookAt({ row: last.key, part: null })
  }, [selected])
  return (
    rows.find((row) => row.key === key) ??
    rows.find(({ path }) => path === key?.split('#')[0]) ??
    rows.findLast(({ map }) => map?.kind === 'tokens') ??
    rows.at(-1)
  )
}
